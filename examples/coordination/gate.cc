// gate holds programs on all hosts back while it is closed: nightly jobs during
// a migration, say.
//
//   gate close --gate /roster/default/barriers/migration
//   gate pass --gate /roster/default/barriers/migration -- nightly.sh
//   gate open --gate /roster/default/barriers/migration
//
// It stays closed when who closed it dies, until somebody opens it. What has
// passed is not stopped when it closes: for that, take a lock.
//
// Exit codes of `pass`: the command's, or 0 without one; 75 if it stayed
// closed.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "coordination/barrier.h"
#include "examples/coordination/connect.h"
#include "examples/coordination/run_command.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {
namespace {

int Pass(coordination::Barrier& gate, absl::Duration patience,
         const std::vector<std::string>& command, StopSignal& stop) {
  const absl::Status open = gate.Wait(absl::Now() + patience);
  if (!open.ok()) return Fail(kNotHad, "closed", open);
  if (command.empty()) return 0;
  return RunCommand(command, /*token=*/0, stop);
}

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181", path;
  double wait = 3600;
  std::vector<std::string> command;
  CLI::App app{"Holds programs on all hosts back while it is closed."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--gate", path, "its path")->required();
  app.fallthrough();  // options may follow the subcommand
  CLI::App* const close = app.add_subcommand("close", "hold all back");
  CLI::App* const open = app.add_subcommand("open", "let all pass");
  CLI::App* const pass = app.add_subcommand("pass", "wait, then run");
  pass->add_option("--wait", wait, "seconds to wait")->capture_default_str();
  pass->add_option("command", command, "what to run");
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  coordination::Barrier gate(*client, path);
  if (pass->parsed()) return Pass(gate, absl::Seconds(wait), command, stop);
  const absl::Status done =
      close->parsed() ? gate.Raise(Soon()) : gate.Lower(Soon());
  return done.ok() ? 0 : Fail(kNotHad, open->parsed() ? "open" : "close", done);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
