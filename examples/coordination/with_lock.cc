// with_lock runs a command while it holds a lock, so that it runs once in the
// cluster at a time; a cron job on every host, say:
//
//   with_lock --lock /roster/default/locks/backup --wait 60 -- backup.sh --full
//
// The command is killed the moment that the lock is in doubt. It finds the
// fencing token in ROSTER_TOKEN. Exit codes: the command's; 75 if the lock
// could not be had in time; 76 if it was lost while the command ran.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "coordination/lock.h"
#include "examples/coordination/connect.h"
#include "examples/coordination/run_command.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {
namespace {

int Run(coordination::Client& client, const coordination::LockOptions& options,
        absl::Duration patience, const std::vector<std::string>& command,
        StopSignal& stop) {
  coordination::Lock lock(client, options);
  const auto grant = lock.Acquire(absl::Now() + patience);
  if (!grant.ok()) return Fail(kNotHad, options.path, grant.status());
  const int code = RunCommand(command, *grant, stop);
  (void)lock.Release();  // if it is not answered, it goes in the background
  return code;
}

int Main(int argc, char** argv) {
  CLI::App app{"Runs a command while it holds a lock."};
  std::string servers = "127.0.0.1:2181";
  coordination::LockOptions options;
  double wait = 0;
  std::vector<std::string> command;
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--lock", options.path, "path of the lock")->required();
  app.add_option("--name", options.data, "who this is, for people");
  app.add_option("--wait", wait, "seconds to wait for the lock")
      ->capture_default_str();
  app.add_option("command", command, "what to run")->required();
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  // Time for the connection, at least.
  return Run(*client, options, absl::Seconds(std::max(wait, 5.0)), command,
             stop);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
