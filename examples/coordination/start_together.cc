// start_together starts commands on several hosts at the same moment: a load
// test, say, that is to hit all at once.
//
//   start_together set --barrier /roster/default/barriers/load --count 3
//   start_together run --barrier /roster/default/barriers/load -- wrk -d60 ...
//
// The second line is for each of the three hosts. The barrier opens once; `set`
// closes it again. A host that dies while it waits is not counted; one that
// dies just after is, and its command does not run: that is for who reads the
// results to see.
//
// Exit codes: the command's; 75 if too few came in time.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "coordination/count_barrier.h"
#include "examples/coordination/connect.h"
#include "examples/coordination/run_command.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {
namespace {

using coordination::CountBarrier;

int Set(coordination::Client& client, const std::string& path, size_t count) {
  absl::Status done = CountBarrier::Set(client, path, count, Soon());
  if (done.ok()) done = CountBarrier::Clear(client, path, Soon());
  return done.ok() ? 0 : Fail(kNotHad, path, done);
}

int Run(coordination::Client& client, const std::string& path,
        absl::Duration patience, const std::vector<std::string>& command,
        StopSignal& stop) {
  CountBarrier barrier(client, path);
  const absl::Status open = barrier.Arrive(absl::Now() + patience);
  if (!open.ok()) return Fail(kNotHad, path, open);
  return RunCommand(command, /*token=*/0, stop);
}

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181", path;
  size_t count = 1;
  double wait = 600;
  std::vector<std::string> command;
  CLI::App app{"Starts commands on several hosts at the same moment."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--barrier", path, "its path")->required();
  app.fallthrough();  // options may follow the subcommand
  CLI::App* const set = app.add_subcommand("set", "close the barrier");
  set->add_option("--count", count, "how many are to come")
      ->required()
      ->check(CLI::PositiveNumber);
  CLI::App* const run = app.add_subcommand("run", "wait, then run");
  run->add_option("--wait", wait, "seconds to wait for the others")
      ->capture_default_str();
  run->add_option("command", command, "what to run")->required();
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  return set->parsed() ? Set(*client, path, count)
                       : Run(*client, path, absl::Seconds(wait), command, stop);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
