#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "model/member_record.h"
#include "monitor/state/member.h"

namespace roster::monitor {

// What the monitor works out about tasks: how fast they go, when they will be
// done, and whether they stand still. Pure functions over Member.
//
// The rate is an exponentially weighted mean with the time constant
// kRateWindow over samples at uneven distances. A sample is taken when `done`
// rose and kMinSampleInterval went by since the last one:
//
//   sample = (done - sampled_done) / (now - sampled_at)
//   keep   = exp(-(now - sampled_at) / kRateWindow)
//   mean'  = keep * mean + (1 - keep) * sample         starting from 0
//   weight' = keep * weight + (1 - keep)               starting from 0
//   rate   = mean' / weight'
//
// The division removes the pull towards the start value, so the first rate is
// the first sample, and no sample counts for more than the time it covers.
// Time without progress counts through the next sample.
// Sources: A. Eckner, "Algorithms for Unevenly Spaced Time Series: Moving
// Averages and Other Rolling Operators" (the weights for uneven distances);
// D. Kingma and J. Ba, "Adam", ICLR 2015, section 3 (the correction).
inline constexpr absl::Duration kRateWindow = absl::Minutes(1);
inline constexpr absl::Duration kMinSampleInterval = absl::Milliseconds(100);
// An end further away than this is no forecast.
inline constexpr absl::Duration kMaxForecast = absl::Hours(24 * 365 * 10);

// The task `id` among `tasks`, which is at the place `hint` more often than
// not; null if there is none. Ids are unique and tasks few:
// model/record_limits.h.
const model::Task* FindTask(const std::vector<model::Task>& tasks,
                            std::string_view id, size_t hint);

// REQUIRES: `task` is an element of `member.record.tasks`.
const TaskProgress& ProgressOf(const Member& member, const model::Task& task);

// The progress of each task of `record`, carried on from `before` (null: the
// member was not known). A task whose `done` fell, or that runs again after it
// had ended, starts anew.
std::vector<TaskProgress> NextProgress(const Member* before,
                                       const model::MemberRecord& record,
                                       absl::Time now);

// When the next task of `member` will have stalled if nothing is heard of it;
// InfiniteFuture if none will.
absl::Time NextStall(const Member& member);

// Marks the tasks of `member` that have stalled by `now`.
void MarkStalled(Member& member, absl::Time now);

// Takes back what no longer makes sense once the member is gone.
void StopProgress(Member& member);

}  // namespace roster::monitor
