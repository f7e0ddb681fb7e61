// current_master runs a command on whichever host is the master, by the oldest
// of all conventions: the master is who created the node /currentMaster, whose
// data is its address.
//
//   current_master run --address "$(hostname):8080" -- reporter --port 8080
//   current_master find          # prints the address; zkCli get does as well
//
// Start `run` on every host. Any program that creates the node takes part. With
// more than a handful of candidates use hot_standby, where they stand in line.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "coordination/static_election.h"
#include "examples/coordination/child.h"
#include "examples/coordination/connect.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {
namespace {

using coordination::StaticElection;

// The command runs as long as the mastership lasts, and the other way round.
void RunAsMaster(const coordination::Grant& mastership,
                 const std::vector<std::string>& command, StopSignal& stop) {
  Child child(command, mastership.token());
  while (child.Running() && mastership.may_act())
    if (stop.WaitFor(absl::Milliseconds(20))) break;
  child.Stop(SIGTERM);
}

int Run(StaticElection& election, const std::vector<std::string>& command,
        StopSignal& stop) {
  while (!stop.WaitFor(absl::ZeroDuration())) {
    const absl::Status elected =
        election.Campaign(absl::Now() + absl::Seconds(1));
    if (elected.ok()) {
      RunAsMaster(election.grant(), command, stop);
      election.Resign();
      stop.WaitFor(absl::Seconds(1));  // another host's turn
    } else if (!absl::IsDeadlineExceeded(elected) &&
               !absl::IsUnavailable(elected)) {
      return Fail(kNotHad, "no candidate", elected);
    }
  }
  return 0;
}

int Find(coordination::Client& client, const std::string& path) {
  const auto master = StaticElection::FindLeader(client, path, Soon());
  if (!master.ok()) return Fail(kNotHad, path, master.status());
  std::printf("%s\n", master->data.c_str());
  return 0;
}

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181";
  coordination::StaticElectionOptions options;
  options.path = "/currentMaster";
  std::vector<std::string> command;
  CLI::App app{"Runs a command on whichever host is the master."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--path", options.path, "the master's node")
      ->capture_default_str();
  app.fallthrough();  // options may follow the subcommand
  CLI::App* const run = app.add_subcommand("run", "be a candidate");
  run->add_option("--address", options.data, "where this one is found");
  run->add_option("command", command, "what to run")->required();
  const CLI::App* const find = app.add_subcommand("find", "print the address");
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  if (find->parsed()) return Find(*client, options.path);
  StaticElection election(*client, options);
  return Run(election, command, stop);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
