#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "model/budget.h"
#include "model/monitor_record.h"
#include "model/operation.h"
#include "model/policy.h"
#include "monitor/state/mass_loss_guard.h"
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

// An operation as it was read.
struct StoredOperation {
  model::Operation operation;
  int32_t version = 0;    // of the znode
  absl::Time changed_at;  // the znode's mtime
  // Why it cannot be read. `operation` then is what it said before, or what of
  // it can be told; if that is nothing, it has the id only.
  std::string problem;
  // False if it cannot be told whom it works on.
  bool members_known = true;

  // Whether it may be at work. What cannot be read may.
  bool may_be_active() const { return !members_known || !operation.ended(); }
};
// By id.
using OperationMap =
    std::map<std::string, std::shared_ptr<const StoredOperation>, std::less<>>;

// A running rosterd, as it says of itself; nothing but its node is known of one
// that cannot be understood.
struct MonitorInfo : model::MonitorRecord {
  std::string node;  // the last part of its path: its place in the election

  friend bool operator==(const MonitorInfo&, const MonitorInfo&) = default;
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
  BlindCause blind_cause = BlindCause::kMonitorBlind;
  MemberMap members;
  // Members by status, indexed by model::MemberStatus.
  std::array<int64_t, 7> count_by_status{};
  // Of members that are present.
  int64_t opaque_count = 0;
  int64_t stalled_task_count = 0;
  int64_t running_task_count = 0;
  // Members with at least one hold, and of those the ones that are overdue.
  int64_t held_count = 0;
  int64_t overdue_count = 0;
  // Members whose order cannot be read.
  int64_t broken_order_count = 0;

  // Desired of the cluster as a whole; none is ever null. What cannot be read
  // changes nothing but its problem.
  std::shared_ptr<const std::vector<model::Budget>> budgets =
      std::make_shared<const std::vector<model::Budget>>();
  std::string budgets_problem;
  std::shared_ptr<const model::Policy> policy =
      std::make_shared<const model::Policy>();
  std::string policy_problem;
  std::shared_ptr<const OperationMap> operations =
      std::make_shared<const OperationMap>();
  // In the order of their election: the first is the leader.
  std::shared_ptr<const std::vector<MonitorInfo>> monitors =
      std::make_shared<const std::vector<MonitorInfo>>();

  // The mass-loss guard, while it is on.
  std::optional<GuardAlarm> guard;
  // As they stood when this view was published.
  ClusterCounters counters;
};

using ClusterViewPtr = std::shared_ptr<const ClusterView>;

}  // namespace roster::monitor
