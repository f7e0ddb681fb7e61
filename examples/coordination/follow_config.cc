// follow_config does work at a rate that operators set while it runs: it hashes
// as many blocks a second as the configuration entry says.
//
//   follow_config --name examples/rate --copy /var/tmp/rate.json &
//   rosterctl config put examples/rate 200
//   rosterctl config put examples/rate nonsense     # is rejected; 200 stays
//   rosterctl config rollback examples/rate 1
//
// It starts while ZooKeeper is away, with the value that it had last, and says
// how old that is.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/strings.h"
#include "coordination/client.h"
#include "coordination/config_subscription.h"
#include "examples/file_indexer/stop_signal.h"
#include "model/paths.h"

namespace roster::examples {
namespace {

constexpr int kMostPerSecond = 100'000;

// What the entry must hold: blocks a second.
absl::Status ParseRate(const std::string& value, int* rate) {
  if (absl::SimpleAtoi(value, rate) && *rate > 0 && *rate <= kMostPerSecond)
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      base::StrCat("want a number from 1 to ", kMostPerSecond));
}

void Report(const coordination::ConfigUpdate& update) {
  if (update.rejected)
    std::printf("version %lld is rejected: %s\n",
                static_cast<long long>(update.rejected->version),
                update.rejected->reason.c_str());
  else if (update.entry == nullptr)
    std::printf("there is no rate any more: pausing\n");
  else
    std::printf("the rate is %s a second, says version %lld by %s\n",
                update.entry->value.c_str(),
                static_cast<long long>(update.entry->version),
                update.entry->author.c_str());
  std::fflush(stdout);
}

int Run(StopSignal& stop, coordination::Client& client,
        coordination::ConfigSubscriptionOptions options) {
  std::atomic<int> rate{0};
  options.check = [](const model::ConfigEntry& entry) {
    int ignored = 0;
    return ParseRate(entry.value, &ignored);
  };
  options.on_change = [&rate](const coordination::ConfigUpdate& update) {
    int now = 0;
    if (update.entry != nullptr)
      ParseRate(update.entry->value, &now).IgnoreError();
    rate = now;
    Report(update);
  };
  auto subscription =
      coordination::ConfigSubscription::Create(client, std::move(options));
  if (!subscription.ok()) {
    std::fprintf(stderr, "follow_config: %s\n",
                 std::string(subscription.status().message()).c_str());
    return 2;
  }
  std::string block(4096, 'x');
  uint64_t blocks = 0;
  bool was_stale = false;
  while (!stop.WaitFor(absl::Milliseconds(100))) {
    // A tenth of a second's share; what the work is does not matter here.
    for (int i = 0; i < rate / 10 + 1 && rate > 0; ++i, ++blocks)
      block[blocks % block.size()] ^=
          static_cast<char>(std::hash<std::string>()(block));
    const coordination::ConfigViewPtr view = (*subscription)->view();
    const bool known = view->source != coordination::ConfigView::Source::kNone;
    if (known && view->stale && !was_stale)
      std::printf("ZooKeeper is away; the rate is of %s ago\n",
                  absl::FormatDuration(
                      absl::Trunc(view->Age(absl::Now()), absl::Seconds(1)))
                      .c_str());
    if (known && !view->stale && was_stale) std::printf("ZooKeeper is back\n");
    std::fflush(stdout);
    was_stale = known && view->stale;
  }
  std::printf("%llu blocks\n", static_cast<unsigned long long>(blocks));
  return 0;
}

int Main(int argc, char** argv) {
  zk::SessionOptions session;
  coordination::ConfigSubscriptionOptions options;
  options.name = "examples/rate";
  std::string state_path{model::kDefaultStatePath};
  std::string cluster{model::kDefaultCluster};
  CLI::App app{"Works at a rate that operators set while it runs."};
  app.add_option("--zookeeper", session.servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--name", options.name, "the entry")->capture_default_str();
  app.add_option("--copy", options.copy_file, "file for the last good value");
  app.add_option("--state-path", state_path, "where Roster keeps things")
      ->capture_default_str();
  app.add_option("--cluster", cluster, "the cluster")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  options.path = model::ClusterPaths(state_path, cluster).config;
  options.log = session.log = base::StderrLogSink(base::LogLevel::kWarning);
  StopSignal stop;  // before any thread
  const auto client = coordination::Client::Connect(session);
  if (!client.ok()) {
    std::fprintf(stderr, "follow_config: %s\n",
                 std::string(client.status().message()).c_str());
    return 2;
  }
  return Run(stop, **client, std::move(options));
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
