#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "cli/command.h"

namespace roster::cli {

// Application is the command line of rosterctl: the global flags and all
// commands. It parses, runs, and completes.
//
// Thread-safety: thread-compatible.
class Application {
 public:
  Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  // Runs the command line without the program's name. Returns the exit code;
  // errors have been printed.
  int Run(const std::vector<std::string>& arguments);

  // `rosterctl __complete WORD...`: answers for the last of `words`, which may
  // be empty, as lines "answer<TAB>description".
  std::string Complete(const std::vector<std::string>& words);

 private:
  int Usage(const CLI::ParseError& error);
  // The command that was parsed; null if there is none.
  const Command* Chosen() const;
  // REQUIRES: the other commands have been added.
  Command AddHelpCommand();
  // The help on the command that `words` name; on all, if there are none.
  absl::Status ShowHelp(const std::vector<std::string>& words);
  std::string Help(const CLI::App& command) const;

  Globals globals_;
  CLI::App app_;
  CLI::Option* endpoint_ = nullptr;
  std::vector<Command> commands_;
};

}  // namespace roster::cli
