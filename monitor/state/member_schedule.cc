#include "monitor/state/member_schedule.h"

#include "monitor/state/task_progress.h"

namespace roster::monitor {
namespace {

bool DepartedFreely(const Member& member) {
  return !member.present && !member.order.held();
}

}  // namespace

absl::Time MemberSchedule::DueAt(const Member& member) const {
  if (member.present) return NextStall(member);
  if (!DepartedFreely(member)) return absl::InfiniteFuture();
  // From the status on, not from the departure: a member that was absent
  // while it was held becomes LOST when the hold ends, and that has to be seen.
  return member.status_since + (member.status == model::MemberStatus::kLeft
                                    ? left_retention_
                                    : lost_retention_);
}

void MemberSchedule::Add(const Member& member) {
  const absl::Time at = DueAt(member);
  if (at != absl::InfiniteFuture()) due_.insert({at, &member});
  if (DepartedFreely(member)) departed_.insert({member.departed_at, &member});
}

void MemberSchedule::Remove(const Member& member) {
  const absl::Time at = DueAt(member);
  if (at != absl::InfiniteFuture()) due_.erase({at, &member});
  if (DepartedFreely(member)) departed_.erase({member.departed_at, &member});
}

const Member* MemberSchedule::Due(absl::Time now) const {
  if (due_.empty() || due_.begin()->at > now) return nullptr;
  return due_.begin()->member;
}

const Member* MemberSchedule::LongestGone() const {
  return departed_.empty() ? nullptr : departed_.begin()->member;
}

}  // namespace roster::monitor
