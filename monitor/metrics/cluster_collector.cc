#include "monitor/metrics/cluster_collector.h"

#include <utility>

#include "model/member_status.h"
#include "monitor/metrics/family_builder.h"
#include "monitor/metrics/group_counts.h"
#include "monitor/metrics/metric_names.h"

namespace roster::monitor {
namespace {

// A metric with the one label `cluster`: how to read it off a view.
struct ClusterMetric {
  const MetricSpec& spec;
  double (*value)(const ClusterView&);
};

double Present(const ClusterView& view) {
  // What is OFFLINE may be present (it speaks no control, or is drained) or
  // absent, so the statuses do not add up to this.
  double present = 0;
  view.members.ForEach(
      [&](const MemberPtr& member) { present += member->present; });
  return present;
}

constexpr ClusterMetric kClusterMetrics[] = {
    {metric::kMembersPresent, Present},
    {metric::kMembersOpaque,
     [](const ClusterView& v) { return double(v.opaque_count); }},
    {metric::kTasksRunning,
     [](const ClusterView& v) { return double(v.running_task_count); }},
    {metric::kTasksStalled,
     [](const ClusterView& v) { return double(v.stalled_task_count); }},
    {metric::kJoins,
     [](const ClusterView& v) { return double(v.counters.joins); }},
    {metric::kLeaves,
     [](const ClusterView& v) { return double(v.counters.leaves); }},
    {metric::kLosses,
     [](const ClusterView& v) { return double(v.counters.losses); }},
    {metric::kReplacements,
     [](const ClusterView& v) { return double(v.counters.replacements); }},
    {metric::kUpdates,
     [](const ClusterView& v) { return double(v.counters.updates); }},
    {metric::kUpdatesMerged,
     [](const ClusterView& v) { return double(v.counters.merged_updates); }},
    {metric::kRecordsUnreadable,
     [](const ClusterView& v) {
       return double(v.counters.unreadable_records);
     }},
    {metric::kOrdersDropped,
     [](const ClusterView& v) { return double(v.counters.dropped_orders); }},
    {metric::kViewConnected,
     [](const ClusterView& v) { return v.connected ? 1.0 : 0.0; }},
    {metric::kViewSynced,
     [](const ClusterView& v) { return v.synced ? 1.0 : 0.0; }},
    {metric::kViewRevision,
     [](const ClusterView& v) { return double(v.revision); }},
};

prometheus::MetricFamily MembersByStatus(
    const std::vector<ClusterViewPtr>& views) {
  FamilyBuilder family(metric::kMembers);
  for (const ClusterViewPtr& view : views)
    for (const model::MemberStatus status : model::kAllMemberStatuses)
      family.Add({{"cluster", view->cluster},
                  {"status", std::string(model::MemberStatusName(status))}},
                 view->count_by_status[static_cast<size_t>(status)]);
  return std::move(family).Build();
}

prometheus::MetricFamily Blind(const std::vector<ClusterViewPtr>& views) {
  FamilyBuilder family(metric::kViewBlind);
  for (const ClusterViewPtr& view : views)
    for (const BlindCause cause :
         {BlindCause::kMonitorBlind, BlindCause::kQuorumLost})
      family.Add({{"cluster", view->cluster},
                  {"cause", std::string(BlindCauseName(cause))}},
                 view->blind_cause == cause ? 1 : 0);
  return std::move(family).Build();
}

prometheus::MetricFamily AsOf(const std::vector<ClusterViewPtr>& views) {
  FamilyBuilder family(metric::kViewAsOf);
  for (const ClusterViewPtr& view : views)
    if (view->as_of != absl::InfinitePast())
      family.Add({{"cluster", view->cluster}},
                 absl::ToDoubleSeconds(view->as_of - absl::UnixEpoch()));
  return std::move(family).Build();
}

}  // namespace

ClusterCollector::ClusterCollector(
    std::function<std::vector<ClusterViewPtr>()> views)
    : views_(std::move(views)) {}

std::vector<prometheus::MetricFamily> ClusterCollector::Collect() const {
  return Collect(views_());
}

std::vector<prometheus::MetricFamily> ClusterCollector::Collect(
    const std::vector<ClusterViewPtr>& views) const {
  std::vector<prometheus::MetricFamily> families;
  families.push_back(MembersByStatus(views));
  for (prometheus::MetricFamily& family : CountGroups(views))
    families.push_back(std::move(family));
  for (const ClusterMetric& metric : kClusterMetrics) {
    FamilyBuilder family(metric.spec);
    for (const ClusterViewPtr& view : views)
      family.Add({{"cluster", view->cluster}}, metric.value(*view));
    families.push_back(std::move(family).Build());
  }
  families.push_back(Blind(views));
  families.push_back(AsOf(views));
  return families;
}

}  // namespace roster::monitor
