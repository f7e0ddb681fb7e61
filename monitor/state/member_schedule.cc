#include "monitor/state/member_schedule.h"

#include <algorithm>

#include "monitor/state/task_progress.h"

namespace roster::monitor {
namespace {

bool DepartedFreely(const Member& member) {
  return !member.present && !member.held();
}

// InfiniteFuture: time changes nothing.
absl::Time DueAt(const Member& member) {
  if (!member.present) return absl::InfiniteFuture();
  return std::min(NextStall(member), MemberSchedule::OverdueAt(member));
}

}  // namespace

absl::Time MemberSchedule::OverdueAt(const Member& member) {
  absl::Time at = absl::InfiniteFuture();
  if (member.status != model::MemberStatus::kDraining || member.drain_overdue)
    return at;
  for (const model::Hold& hold : member.order->holds)
    at = std::min(at, hold.deadline);
  return at;
}

absl::Time MemberSchedule::ExpiresAt(const Member& member) const {
  // From the status on, not from the departure: a member that was absent
  // while it was held becomes LOST when the hold ends, and that has to be seen.
  return member.status_since + (member.status == model::MemberStatus::kLeft
                                    ? left_retention_
                                    : lost_retention_);
}

void MemberSchedule::Add(const Member& member) {
  const absl::Time at = DueAt(member);
  if (at != absl::InfiniteFuture()) due_.insert({at, &member});
  if (!DepartedFreely(member)) return;
  expiring_.insert({ExpiresAt(member), &member});
  departed_.insert({member.departed_at, &member});
}

void MemberSchedule::Remove(const Member& member) {
  const absl::Time at = DueAt(member);
  if (at != absl::InfiniteFuture()) due_.erase({at, &member});
  if (!DepartedFreely(member)) return;
  expiring_.erase({ExpiresAt(member), &member});
  departed_.erase({member.departed_at, &member});
}

const Member* MemberSchedule::Due(absl::Time now) const {
  if (due_.empty() || due_.begin()->at > now) return nullptr;
  return due_.begin()->member;
}

const Member* MemberSchedule::Expired(absl::Time now) const {
  if (expiring_.empty() || expiring_.begin()->at > now) return nullptr;
  return expiring_.begin()->member;
}

const Member* MemberSchedule::LongestGone() const {
  return departed_.empty() ? nullptr : departed_.begin()->member;
}

}  // namespace roster::monitor
