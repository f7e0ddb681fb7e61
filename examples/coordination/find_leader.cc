// find_leader prints who leads an election, and follows it: what a client of a
// leader does. While ZooKeeper is away it asks rosterds.
//
//   find_leader --election reporter --rosterd mon-1:7471,mon-2:7471
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "coordination/leader_lookup.h"
#include "coordination/leader_observer.h"
#include "examples/coordination/connect.h"
#include "examples/file_indexer/stop_signal.h"
#include "model/paths.h"

namespace roster::examples {
namespace {

// What the observer cannot tell: who leads if ZooKeeper is away.
void AskOthers(const coordination::LeaderLookup& lookup) {
  const auto found = lookup.Find(absl::Now() + absl::Seconds(10));
  if (!found.ok()) {
    std::fprintf(stderr, "%s\n", std::string(found.status().message()).c_str());
    return;
  }
  std::printf("%s (%s of %s ago, says %s)\n", found->id.c_str(),
              std::string(LeaderOriginName(found->origin)).c_str(),
              absl::FormatDuration(
                  absl::Trunc(absl::Now() - found->as_of, absl::Seconds(1)))
                  .c_str(),
              found->answered_by.c_str());
}

int Main(int argc, char** argv) {
  CLI::App app{"Prints who leads an election."};
  std::string servers = "127.0.0.1:2181", cluster = "default";
  coordination::LeaderLookupOptions options;
  bool once = false;
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--cluster", cluster, "its cluster")->capture_default_str();
  app.add_option("--election", options.election, "its name")->required();
  app.add_option("--rosterd", options.rosterds, "their HTTP, host:port,...")
      ->delimiter(',');
  app.add_flag("--once", once, "do not follow");
  CLI11_PARSE(app, argc, argv);
  const std::string folder = model::ClusterPaths("/roster", cluster).elections;
  options.elections_path = folder;
  options.cluster = cluster;

  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  const coordination::LeaderLookup lookup(*client, options);
  AskOthers(lookup);
  if (once) return 0;
  coordination::LeaderObserver observer(
      *client, {.path = model::JoinPath(folder, options.election),
                .on_change = [](const coordination::LeaderView& view) {
                  const char* who =
                      view.leader ? view.leader->id.c_str() : "nobody";
                  std::printf("%s%s\n", who, view.stale ? " (stale)" : "");
                  std::fflush(stdout);
                }});
  while (!stop.WaitFor(absl::Seconds(1))) continue;
  return 0;
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
