#pragma once

#include <cstddef>
#include <vector>

#include "monitor/state/cluster_view.h"
#include "prometheus/metric_family.h"

namespace roster::monitor {

// How many services, and how many zones, of one cluster are counted each for
// itself. What members call themselves is theirs to choose, so without a limit
// one of them that makes up names would add series for ever.
inline constexpr size_t kMaxGroupsPerCluster = 100;

// The group that counts together the members of all groups beyond the limit.
// The parentheses keep it apart from what people call their services.
inline constexpr char kOtherGroups[] = "(other)";

// Members by service and status, and by zone (their label of that name) and
// status. Unlike what one can count from roster_member_info, this holds for
// clusters of any size. The groups with the most members come first, those of
// one size by name. A member that names none is in the group "", which
// Prometheus treats as no label.
//
// Thread-safe: a function of immutable views.
std::vector<prometheus::MetricFamily> CountGroups(
    const std::vector<ClusterViewPtr>& views);

}  // namespace roster::monitor
