#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/compact_time.h"
#include "base/shared_value.h"
#include "model/member_record.h"
#include "model/member_status.h"
#include "model/order.h"

namespace roster::monitor {

// What the monitor works out about one task of a member, beside what the
// member reports. Same index as the task in MemberRecord::tasks.
struct TaskProgress {
  // In units per second, an exponentially weighted mean over about a minute;
  // absent until two different reports were seen.
  std::optional<double> rate_per_second;
  // When the task will be done at that rate; absent without rate and total,
  // when it stalled, and when its member is gone.
  std::optional<base::CompactTime> expected_end;
  // When `done` last rose, by the monitor's clock.
  base::CompactTime advanced_at;

  // What the estimate goes on from, see task_progress.h: how much of the
  // mean's window has been observed (0 to 1), and the last sample.
  double rate_weight = 0;
  base::CompactTime sampled_at;
  double sampled_done = 0;

  // Running, and not advanced for the task's stall_after.
  bool stalled = false;
};

// What there is to say against what was read of a member; mostly nothing.
struct MemberProblems {
  std::string opaque_reason;   // empty: the record was understood
  std::string record_warning;  // empty: all its fields made sense
  std::string order;           // empty: the order could be read

  friend bool operator==(const MemberProblems&,
                         const MemberProblems&) = default;
};

// Member is what the monitor knows of one member at one revision. There are
// very many of them: fields are ordered by size, and what few members have, or
// all have alike, is shared by the states of a member.
//
// Immutable once shared; thread-safe for that reason.
struct Member {
  base::SharedValue<std::string> cluster;
  std::string name;

  // Rises with every change in the cluster; unique to this state.
  uint64_t revision = 0;
  base::CompactTime status_since;
  model::MemberStatus status = model::MemberStatus::kUp;

  // Observed. `record` is the last one seen when the znode is gone.
  bool present = false;
  // Desired: it is DRAINING, and the earliest deadline of its holds has passed.
  bool drain_overdue = false;
  model::MemberRecord record;
  std::vector<TaskProgress> progress;
  int64_t czxid = 0;  // identity of the registration
  int64_t mzxid = 0;
  int64_t session_id = 0;  // 0: a persistent node, which is reported as opaque
  int32_t data_version = 0;
  int32_t record_bytes = 0;
  // The znode's ctime and mtime, and when it was seen gone; InfinitePast:
  // never.
  base::CompactTime joined_at = absl::InfinitePast();
  base::CompactTime written_at = absl::InfinitePast();
  base::CompactTime departed_at = absl::InfinitePast();

  // Desired. If it could not be read, `order` is the last that could.
  base::SharedValue<model::Order> order;

  base::SharedValue<MemberProblems> problems;

  bool opaque() const { return !problems->opaque_reason.empty(); }
  bool held() const { return order->held(); }
  // Why its state is as it is, in its words. What it last said of an order that
  // has ended since is no reason any more.
  std::string_view reason() const {
    const bool drains = record.state == model::ReportedState::kDraining ||
                        record.state == model::ReportedState::kDrained;
    if (drains && !held() && record.applied_epoch &&
        *record.applied_epoch < order->epoch)
      return "";
    return record.state_reason;
  }
  // Nothing but an order is known of it: the name was held before a member of
  // that name was ever seen.
  bool never_seen() const { return czxid == 0; }
};

using MemberPtr = std::shared_ptr<const Member>;

// One step of a cluster: `before` is null for a member not known until now,
// `after` is null for one that is forgotten.
struct MemberChange {
  uint64_t revision = 0;
  MemberPtr before;
  MemberPtr after;
};

}  // namespace roster::monitor
