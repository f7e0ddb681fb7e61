#include "monitor/state/member_builder.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "monitor/state/member_schedule.h"

namespace roster::monitor {
namespace {

std::string PersistentReason(std::string_view other) {
  return base::StrCat("a persistent znode, which will not go by itself",
                      other.empty() ? "" : "; ", other);
}

}  // namespace

void DeriveStatus(const Member* before, Member& after, absl::Time now) {
  after.status = model::DeriveStatus(after.present, after.record, *after.order);
  const bool same = before != nullptr && before->status == after.status &&
                    before->present == after.present &&
                    before->czxid == after.czxid;
  after.status_since = now;
  if (same) after.status_since = before->status_since;
  after.drain_overdue = false;
  after.drain_overdue = MemberSchedule::OverdueAt(after) <= now;
}

std::shared_ptr<Member> MakeMember(std::string_view name,
                                   const ObservedNode& node,
                                   model::ParsedRecord parsed,
                                   std::string order_problem) {
  auto member = std::make_shared<Member>();
  member->name = name;
  member->present = true;
  member->record = std::move(parsed.record);
  if (node.ephemeral_owner == 0)
    parsed.opaque_reason = PersistentReason(parsed.opaque_reason);
  member->problems =
      MemberProblems{std::move(parsed.opaque_reason), std::move(parsed.warning),
                     std::move(order_problem)};
  member->czxid = node.czxid;
  member->mzxid = node.mzxid;
  member->data_version = node.version;
  member->session_id = node.ephemeral_owner;
  member->record_bytes = static_cast<int32_t>(node.data.size());
  member->joined_at = node.ctime;
  member->written_at = node.mtime;
  return member;
}

void SetOrderProblem(Member& member, std::string problem) {
  MemberProblems problems = *member.problems;
  problems.order = std::move(problem);
  member.problems = std::move(problems);
}

std::shared_ptr<Member> MakeDeparted(std::string_view name,
                                     const model::LedgerEntry& entry,
                                     absl::Time now) {
  auto member = std::make_shared<Member>();
  member->name = name;
  member->record = entry.record;
  if (entry.state == model::LedgerState::kLeft) {
    member->record.state = model::ReportedState::kLeaving;
  } else if (entry.state == model::LedgerState::kLost &&
             entry.record.state == model::ReportedState::kLeaving) {
    member->record.state = model::ReportedState::kUp;
  }
  member->czxid = entry.czxid;
  member->joined_at = entry.joined_at;
  const bool is_known = entry.state != model::LedgerState::kPresent &&
                        entry.since != absl::InfinitePast();
  member->departed_at = is_known ? std::min(entry.since, now) : now;
  return member;
}

}  // namespace roster::monitor
