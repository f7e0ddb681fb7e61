#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "monitor/state/member_map.h"

namespace roster::monitor {

// Totals since the monitor started, for metrics. Joins, leaves, losses and
// replacements count what is an event; so not those who were there before the
// first sync.
struct ClusterCounters {
  uint64_t joins = 0;
  uint64_t leaves = 0;
  uint64_t losses = 0;
  uint64_t replacements = 0;
  // Writes of members already known that were seen.
  uint64_t updates = 0;
  // Writes that were never seen because a later one of the same member came
  // first: gaps in the znode's version.
  uint64_t merged_updates = 0;
  // Records that could not be understood; empty ones are none.
  uint64_t unreadable_records = 0;
  // Orders for names without a member that were too many to be remembered.
  uint64_t dropped_orders = 0;
};

// ClusterView is one cluster as of one revision.
//
// Thread-safety: immutable.
struct ClusterView {
  std::string cluster;
  std::string members_path;
  uint64_t revision = 0;
  // The first complete listing was read; before that the view is partial.
  bool synced = false;
  // ZooKeeper is in reach and the view is up to date.
  bool connected = false;
  // Up to when the view is known to be true: the publishing time while
  // connected, the moment of the cut while not. InfinitePast before the first
  // sync.
  absl::Time as_of = absl::InfinitePast();
  std::string disconnect_reason;  // empty while connected
  MemberMap members;
  // Members by status, indexed by model::MemberStatus.
  std::array<int64_t, 7> count_by_status{};
  // Of members that are present.
  int64_t opaque_count = 0;
  int64_t stalled_task_count = 0;
  int64_t running_task_count = 0;
  // As they stood when this view was published.
  ClusterCounters counters;
};

using ClusterViewPtr = std::shared_ptr<const ClusterView>;

}  // namespace roster::monitor
