#include "monitor/metrics/monitor_collector.h"

#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "base/strings.h"
#include "base/version.h"
#include "monitor/metrics/family_builder.h"
#include "monitor/metrics/metric_names.h"

namespace roster::monitor {
namespace {

constexpr std::string_view kZooKeeperStates[] = {"CONNECTING", "CONNECTED",
                                                 "SUSPENDED", "LOST"};

prometheus::MetricFamily Single(const MetricSpec& spec, double value) {
  FamilyBuilder family(spec);
  family.Add({}, value);
  return std::move(family).Build();
}

prometheus::MetricFamily StateSet(std::string_view now) {
  FamilyBuilder family(metric::kZooKeeperState);
  for (const std::string_view state : kZooKeeperStates)
    family.Add(
        {{"state", std::string(state)}},
        absl::EqualsIgnoreCase(base::ToAbsl(state), base::ToAbsl(now)) ? 1 : 0);
  return std::move(family).Build();
}

prometheus::MetricFamily BuildInfo() {
  FamilyBuilder family(metric::kBuildInfo);
  family.Add({{"version", std::string(kVersion)},
              {"revision", std::string(kRevision)}},
             1);
  return std::move(family).Build();
}

prometheus::MetricFamily Duties(const MetricsSources& sources) {
  FamilyBuilder family(metric::kDutyFailures);
  if (sources.duty_failures)
    for (const DutyFailures& one : sources.duty_failures())
      family.Add({{"cluster", one.cluster}, {"duty", one.duty}},
                 static_cast<double>(one.count));
  return std::move(family).Build();
}

}  // namespace

MonitorCollector::MonitorCollector(MetricsSources sources)
    : sources_(std::move(sources)) {}

std::vector<prometheus::MetricFamily> MonitorCollector::Collect() const {
  const ZooKeeperStats zookeeper =
      sources_.zookeeper ? sources_.zookeeper() : ZooKeeperStats();
  const StreamStats streams =
      sources_.streams ? sources_.streams() : StreamStats();
  return {
      Duties(sources_),
      Single(metric::kEvents, sources_.events ? sources_.events() : 0),
      StateSet(zookeeper.state),
      Single(metric::kZooKeeperSessions, zookeeper.sessions),
      Single(metric::kSubscribers, streams.subscribers),
      Single(metric::kStreamResets, streams.resets),
      Single(metric::kStreamMerged, streams.merged),
      BuildInfo(),
  };
}

}  // namespace roster::monitor
