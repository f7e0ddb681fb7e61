// at_most runs a command when fewer than so many of the cluster run one like
// it: what all hosts do to one server, say, but not all at once.
//
//   at_most --leases 3 --semaphore /roster/default/locks/mirror --
//       rsync -a mirror.example:/pub/ /srv/pub/
//
// The command is killed when its lease is in doubt. Exit codes: the command's;
// 75 if no lease was free in time; 76 if it was lost while the command ran.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "coordination/semaphore.h"
#include "examples/coordination/connect.h"
#include "examples/coordination/run_command.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {
namespace {

int Run(coordination::Semaphore& semaphore, absl::Duration patience,
        const std::vector<std::string>& command, StopSignal& stop) {
  auto lease = semaphore.Acquire(absl::Now() + patience);
  if (!lease.ok()) return Fail(kNotHad, "at_most", lease.status());
  const int code = RunCommand(command, lease->grant(), stop);
  // If it is not returned in time it is in the background, or by the session.
  (void)lease->Return(Soon());
  return code;
}

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181";
  coordination::SemaphoreOptions options;
  double wait = 3600;
  std::vector<std::string> command;
  CLI::App app{"Runs a command when fewer than so many run."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--semaphore", options.path, "its path")->required();
  app.add_option("--leases", options.max_leases,
                 "how many at a time; the same for all")
      ->required()
      ->check(CLI::PositiveNumber);
  app.add_option("--name", options.data, "who this is, for people");
  app.add_option("--wait", wait, "seconds to wait for a lease")
      ->capture_default_str();
  app.add_option("command", command, "what to run")->required();
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  coordination::Semaphore semaphore(*client, options);
  return Run(semaphore, absl::Seconds(wait), command, stop);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
