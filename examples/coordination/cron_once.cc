// cron_once runs a command once in the cluster in each period, though its line
// is in the crontab of every host:
//
//   0 3 * * *  cron_once --job backup --every 86400 -- backup.sh --full
//
// A lock alone would not do: when the first host is through, the next one gets
// it, and would begin. So the entry cron/<job> of the configuration says which
// period was done last, and by whom; whoever gets the lock looks there first.
// It is written after the command: if that fails, or its host dies, one of
// those that wait runs it again.
//
// Exit codes: the command's; 0 if it was done already; 75 if neither could be
// found out in time; 76 if the lock was lost while the command ran.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordination/config_store.h"
#include "coordination/lock.h"
#include "examples/coordination/connect.h"
#include "examples/coordination/run_command.h"
#include "examples/file_indexer/stop_signal.h"
#include "model/paths.h"

namespace roster::examples {
namespace {

struct Flags {
  std::string servers = "127.0.0.1:2181";
  std::string state_path{model::kDefaultStatePath};
  std::string cluster{model::kDefaultCluster};
  std::string job;
  std::string name;
  int64_t every = 0;
  double wait = 3600;
  std::vector<std::string> command;
};

// In short turns, so that the program can be stopped while it waits.
absl::StatusOr<coordination::Grant> Acquire(coordination::Lock& lock,
                                            absl::Time deadline,
                                            StopSignal& stop) {
  while (true) {
    auto grant =
        lock.Acquire(std::min(deadline, absl::Now() + absl::Seconds(5)));
    if (grant.ok() || absl::Now() >= deadline) return grant;
    if (stop.WaitFor(absl::ZeroDuration()))
      return absl::CancelledError("stopped");
  }
}

int Run(const Flags& flags, StopSignal& stop) {
  const auto client = ConnectOrExit(flags.servers);
  const std::string root = absl::StrCat(flags.state_path, "/", flags.cluster);
  const std::string entry = absl::StrCat("cron/", flags.job);
  const std::string period =
      absl::StrCat(absl::ToUnixSeconds(absl::Now()) / flags.every);
  coordination::ConfigStore store(*client, {.path = root + "/config"});
  coordination::Lock lock(
      *client, {.path = root + "/locks/cron-" + flags.job, .data = flags.name});
  const auto grant =
      Acquire(lock, absl::Now() + absl::Seconds(flags.wait), stop);
  if (!grant.ok()) return Fail(kNotHad, flags.job, grant.status());

  const auto done = store.Get(entry, Soon());
  if (!done.ok() && !absl::IsNotFound(done.status()))
    return Fail(kNotHad, entry, done.status());
  if (done.ok() && done->value == period) {
    std::printf("%s: done by %s\n", flags.job.c_str(), done->author.c_str());
    return 0;
  }
  if (const int code = RunCommand(flags.command, *grant, stop); code != 0)
    return code;
  // Whoever wrote since we looked had the lock after us: its word stands.
  const auto put = store.Put(
      entry, period,
      {.author = flags.name, .expected_version = done.ok() ? done->version : 0},
      Soon());
  return put.ok() ? 0 : Fail(kLost, entry, put.status());
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Runs a command once in the cluster in each period."};
  app.add_option("--zookeeper", flags.servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--state-path", flags.state_path, "where Roster keeps things")
      ->capture_default_str();
  app.add_option("--cluster", flags.cluster, "the cluster")
      ->capture_default_str();
  app.add_option("--job", flags.job, "what the job is called")->required();
  app.add_option("--name", flags.name, "who this is, for people");
  app.add_option("--every", flags.every, "the period, seconds")
      ->required()
      ->check(CLI::PositiveNumber);
  app.add_option("--wait", flags.wait, "seconds to wait for who runs it")
      ->capture_default_str();
  app.add_option("command", flags.command, "what to run")->required();
  CLI11_PARSE(app, argc, argv);
  StopSignal stop;  // before any thread
  return Run(flags, stop);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
