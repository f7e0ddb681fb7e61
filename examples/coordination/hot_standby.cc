// hot_standby runs a command on one host of several, and on another one when
// that host fails: start it on all of them.
//
//   hot_standby --election /roster/default/elections/reporter
//       --name "$(hostname)" -- reporter --port 8080
//
// The command is stopped (SIGTERM, and waited for) when the leadership is in
// doubt, and runs again where the next leader is. If it ends by itself, this
// host resigns and stands in line anew.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "coordination/election.h"
#include "examples/coordination/child.h"
#include "examples/coordination/connect.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {
namespace {

void Run(coordination::Election& election,
         const std::vector<std::string>& command, StopSignal& stop) {
  std::unique_ptr<Child> child;
  while (!stop.WaitFor(absl::Milliseconds(20))) {
    election.Join();  // nothing, while it is a candidate
    const coordination::Grant leadership = election.grant();
    if (child != nullptr && !leadership.may_act()) {
      child->Stop(SIGTERM);
      child.reset();
    } else if (child != nullptr && !child->Running()) {
      std::fprintf(stderr, "hot_standby: the command ended with %d\n",
                   child->exit_code());
      child.reset();
      (void)election.Resign(absl::Now() + absl::Seconds(5));
      if (stop.WaitFor(absl::Seconds(1))) return;
    } else if (child == nullptr && leadership.may_act()) {
      child = std::make_unique<Child>(command, leadership.token());
    }
  }
  // Before the next leader's begins.
  if (child != nullptr) child->Stop(SIGTERM);
}

int Main(int argc, char** argv) {
  CLI::App app{"Runs a command on one host of several."};
  std::string servers = "127.0.0.1:2181";
  coordination::ElectionOptions options;
  std::vector<std::string> command;
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--election", options.path, "path of the election")
      ->required();
  app.add_option("--name", options.data, "who this is, for people");
  app.add_option("command", command, "what to run")->required();
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  coordination::Election election(*client, options);
  Run(election, command, stop);
  (void)election.Resign(absl::Now() + absl::Seconds(5));
  return 0;
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
