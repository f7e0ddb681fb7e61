#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/client.h"

namespace roster::cli {

// Flags that every command takes.
struct Globals {
  std::string endpoint = "127.0.0.1:7470";
  std::string timeout = "10s";
  TlsOptions tls;
  bool no_color = false;
};

// A client as the flags say. InvalidArgument if one makes no sense.
absl::StatusOr<std::unique_ptr<Client>> Connect(const Globals& globals);

// Values that a word on the command line can have. May ask rosterd; returns
// nothing, quickly and quietly, if it cannot.
using Completer =
    std::function<std::vector<std::string>(const Globals& globals)>;

// A command: its part of the command line, and what it does. Each is made by
// an Add…Command(CLI::App&) of commands/<verb>_command.h, which declares its
// flags under the application and returns this.
struct Command {
  // Owned by the application that it was added to.
  CLI::App* app = nullptr;
  // Runs it once its flags are parsed. The error says what, why and what to do
  // next; ExitCode() turns it into an exit code.
  std::function<absl::Status(const Globals& globals)> run;
  // For options, by pointer, whose values can be completed.
  std::map<const CLI::Option*, Completer> completers;
};

// A completer for words that are known.
Completer Words(std::vector<std::string> words);
// Names of the members of the only cluster; of all, if there are several.
Completer MemberNames();
// Names of the clusters.
Completer ClusterNames();
// Of all clusters: ids of holds and of operations, names of budgets, elections,
// locks, queues and barriers.
Completer HoldIds();
Completer OperationIds();
Completer BudgetNames();
Completer ElectionNames();
Completer LockNames();
Completer QueueNames();
Completer BarrierNames();

}  // namespace roster::cli
