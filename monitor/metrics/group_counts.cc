#include "monitor/metrics/group_counts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "model/member_status.h"
#include "monitor/metrics/family_builder.h"
#include "monitor/metrics/metric_names.h"

namespace roster::monitor {
namespace {

constexpr char kZoneLabel[] = "zone";

struct Counts {
  std::array<int64_t, std::size(model::kAllMemberStatuses)> by_status{};
  int64_t members = 0;

  void Add(model::MemberStatus status) {
    ++by_status[static_cast<size_t>(status)];
    ++members;
  }
  void Add(const Counts& other) {
    for (size_t i = 0; i < by_status.size(); ++i)
      by_status[i] += other.by_status[i];
    members += other.members;
  }
};

// The names are those of the members of a view, which outlives this.
using Groups = absl::flat_hash_map<std::string_view, Counts>;

void AddFamily(const std::string& cluster, std::string_view label,
               const Groups& groups, FamilyBuilder& family) {
  std::vector<std::pair<std::string_view, Counts>> sorted(groups.begin(),
                                                          groups.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    if (a.second.members != b.second.members)
      return a.second.members > b.second.members;
    return a.first < b.first;
  });
  if (sorted.size() > kMaxGroupsPerCluster) {
    Counts others;
    for (size_t i = kMaxGroupsPerCluster; i < sorted.size(); ++i)
      others.Add(sorted[i].second);
    sorted.resize(kMaxGroupsPerCluster);
    // A member may call its service just so: it is counted with the others.
    const auto same =
        std::find_if(sorted.begin(), sorted.end(),
                     [](const auto& g) { return g.first == kOtherGroups; });
    if (same == sorted.end())
      sorted.emplace_back(kOtherGroups, others);
    else
      same->second.Add(others);
  }
  for (const auto& [name, counts] : sorted)
    for (const model::MemberStatus status : model::kAllMemberStatuses)
      family.Add({{"cluster", cluster},
                  {std::string(label), std::string(name)},
                  {"status", std::string(model::MemberStatusName(status))}},
                 counts.by_status[static_cast<size_t>(status)]);
}

}  // namespace

std::vector<prometheus::MetricFamily> CountGroups(
    const std::vector<ClusterViewPtr>& views) {
  FamilyBuilder by_service(metric::kMembersByService);
  FamilyBuilder by_zone(metric::kMembersByZone);
  for (const ClusterViewPtr& view : views) {
    Groups services;
    Groups zones;
    view->members.ForEach([&](const MemberPtr& member) {
      services[member->record.service].Add(member->status);
      const auto zone = member->record.labels.find(kZoneLabel);
      zones[zone == member->record.labels.end() ? std::string_view()
                                                : zone->second]
          .Add(member->status);
    });
    AddFamily(view->cluster, "service", services, by_service);
    AddFamily(view->cluster, "zone", zones, by_zone);
  }
  std::vector<prometheus::MetricFamily> families;
  families.push_back(std::move(by_service).Build());
  families.push_back(std::move(by_zone).Build());
  return families;
}

}  // namespace roster::monitor
