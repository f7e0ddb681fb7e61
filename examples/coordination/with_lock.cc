// with_lock runs a command while it holds a lock, so that it runs once in the
// cluster at a time; a cron job on every host, say:
//
//   with_lock --lock /roster/default/locks/backup --wait 60 -- backup.sh --full
//
// The command is killed the moment that the lock is in doubt. It finds the
// fencing token in ROSTER_TOKEN. Exit codes: the command's; 75 if the lock
// could not be had in time; 76 if it was lost while the command ran.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/lock.h"
#include "examples/coordination/child.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {
namespace {

constexpr int kNotHad = 75;
constexpr int kLost = 76;

int Run(coordination::Client& client, const coordination::LockOptions& options,
        absl::Duration patience, const std::vector<std::string>& command,
        StopSignal& stop) {
  coordination::Lock lock(client, options);
  const auto grant = lock.Acquire(absl::Now() + patience);
  if (!grant.ok()) {
    std::fprintf(stderr, "with_lock: %s\n", grant.status().ToString().c_str());
    return kNotHad;
  }
  Child child(command, grant->token());
  if (child.pid() < 0) {
    std::fprintf(stderr, "with_lock: cannot run %s\n", command[0].c_str());
    return 127;
  }
  while (child.Running()) {
    if (!grant->may_act()) {
      child.Stop(SIGKILL);
      std::fprintf(stderr, "with_lock: the lock was lost\n");
      return kLost;
    }
    if (stop.WaitFor(absl::Milliseconds(20))) child.Stop(SIGTERM);
  }
  (void)lock.Release();
  return child.exit_code();
}

int Main(int argc, char** argv) {
  CLI::App app{"Runs a command while it holds a lock."};
  zk::SessionOptions session;
  coordination::LockOptions options;
  double wait = 0;
  std::vector<std::string> command;
  app.add_option("--zookeeper", session.servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--lock", options.path, "path of the lock")->required();
  app.add_option("--name", options.data, "who this is, for people");
  app.add_option("--wait", wait, "seconds to wait for the lock")
      ->capture_default_str();
  app.add_option("command", command, "what to run")->required();
  CLI11_PARSE(app, argc, argv);

  session.log = options.log = base::StderrLogSink(base::LogLevel::kError);
  StopSignal stop;  // before any thread
  const auto client = coordination::Client::Connect(session);
  if (!client.ok()) {
    std::fprintf(stderr, "with_lock: %s\n", client.status().ToString().c_str());
    return 2;
  }
  // Time for the connection, at least.
  return Run(**client, options, absl::Seconds(std::max(wait, 5.0)), command,
             stop);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
