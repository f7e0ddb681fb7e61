#include "monitor/state/cluster_table.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "monitor/state/member_events.h"
#include "monitor/state/task_progress.h"

namespace roster::monitor {
namespace {

using model::MemberStatus;

bool SameWrite(const Member& member, const ObservedNode& node) {
  return member.present && member.czxid == node.czxid &&
         member.mzxid == node.mzxid && member.data_version == node.version;
}

// Sets the status, and since when it holds. A new registration is a new
// beginning even if the status is the same.
void DeriveStatus(const Member* before, Member& after, absl::Time now) {
  after.status =
      model::DeriveStatus(after.present, after.record, after.order.held());
  const bool same = before != nullptr && before->status == after.status &&
                    before->present == after.present &&
                    before->czxid == after.czxid;
  after.status_since = same ? before->status_since : now;
}

std::string PersistentReason(std::string_view other) {
  return base::StrCat("a persistent znode, which will not go by itself",
                      other.empty() ? "" : "; ", other);
}

// What `node` says, with nothing carried over from before.
std::shared_ptr<Member> MakeMember(std::string_view cluster,
                                   std::string_view name,
                                   const ObservedNode& node,
                                   model::ParsedRecord parsed) {
  auto member = std::make_shared<Member>();
  member->cluster = cluster;
  member->name = name;
  member->present = true;
  member->record = std::move(parsed.record);
  member->opaque_reason = std::move(parsed.opaque_reason);
  if (node.ephemeral_owner == 0)
    member->opaque_reason = PersistentReason(member->opaque_reason);
  member->record_warning = std::move(parsed.warning);
  member->czxid = node.czxid;
  member->mzxid = node.mzxid;
  member->data_version = node.version;
  member->session_id = node.ephemeral_owner;
  member->record_bytes = static_cast<int32_t>(node.data.size());
  member->joined_at = node.ctime;
  member->written_at = node.mtime;
  return member;
}

}  // namespace

ClusterTable::ClusterTable(ClusterTableOptions options, EventLog& events)
    : options_(std::move(options)),
      events_(events),
      view_(std::make_shared<const ClusterView>(ClusterView{
          .cluster = options_.cluster, .members_path = options_.members_path})),
      current_(*view_.Get()),
      schedule_(options_.left_retention, options_.lost_retention) {}

void ClusterTable::SetChangeListener(ChangeListener listener) {
  change_listener_ = std::move(listener);
}

void ClusterTable::SetViewListener(ViewListener listener) {
  view_listener_ = std::move(listener);
}

void ClusterTable::ApplyNode(std::string_view name, const ObservedNode& node,
                             absl::Time now) {
  if (name.empty()) return;
  const MemberPtr before = current_.members.Find(name);
  if (before != nullptr && SameWrite(*before, node)) return;

  model::ParsedRecord parsed = model::ParseMemberRecord(node.data);
  if (parsed.opaque() && !node.data.empty())
    ++current_.counters.unreadable_records;
  auto after = MakeMember(options_.cluster, name, node, std::move(parsed));
  if (before != nullptr) {
    after->order = before->order;
    after->order_problem = before->order_problem;
  } else if (auto pending = pending_orders_.find(name);
             pending != pending_orders_.end()) {
    after->order = std::move(pending->second.order);
    after->order_problem = std::move(pending->second.problem);
    pending_orders_.erase(pending);
  }
  after->progress = NextProgress(before.get(), after->record, now);
  DeriveStatus(before.get(), *after, now);

  // Who was there before the monitor looked for the first time did not join.
  const bool silent = before == nullptr && !current_.synced;
  CountWrite(before.get(), *after, silent);
  Commit(before, std::move(after), now, silent);
}

void ClusterTable::ApplyGone(std::string_view name, absl::Time now,
                             bool said_goodbye) {
  const MemberPtr before = current_.members.Find(name);
  if (before == nullptr || !before->present) return;
  auto after = std::make_shared<Member>(*before);
  after->present = false;
  if (said_goodbye) after->record.state = model::ReportedState::kLeaving;
  after->departed_at = now;
  StopProgress(*after);
  DeriveStatus(before.get(), *after, now);
  Commit(before, std::move(after), now);
  DropLongestGone(now);
}

void ClusterTable::ApplyOrder(std::string_view name, std::string_view data,
                              absl::Time now) {
  auto order = model::ParseOrder(data);
  const std::string problem(base::Message(order.status()));
  const MemberPtr before = current_.members.Find(name);
  if (before == nullptr) {
    RememberOrder(name, std::move(order).value_or(model::Order{}), problem);
    return;
  }
  if (before->order_problem == problem &&
      (!order.ok() || *order == before->order)) {
    return;
  }
  auto after = std::make_shared<Member>(*before);
  if (order.ok()) after->order = *std::move(order);
  after->order_problem = problem;
  DeriveStatus(before.get(), *after, now);
  Commit(before, std::move(after), now);
  DropLongestGone(now);  // without its hold it counts again
}

void ClusterTable::RememberOrder(std::string_view name, model::Order order,
                                 std::string problem) {
  const auto known = pending_orders_.find(name);
  if (order == model::Order{} && problem.empty()) {
    if (known != pending_orders_.end()) pending_orders_.erase(known);
  } else if (known != pending_orders_.end()) {
    // A broken order changes nothing of the one before it.
    if (problem.empty()) known->second.order = std::move(order);
    known->second.problem = std::move(problem);
  } else if (pending_orders_.size() < options_.max_pending_orders) {
    pending_orders_.emplace(name,
                            PendingOrder{std::move(order), std::move(problem)});
  } else {
    ++current_.counters.dropped_orders;
  }
}

void ClusterTable::ApplySynced(absl::Time now) {
  if (current_.synced && current_.connected) return;
  current_.synced = true;
  current_.connected = true;
  current_.disconnect_reason.clear();
  Publish(now);
  AppendViewEvent(EventType::kViewSynced,
                  base::StrCat(current_.members.size(), " members"), now);
  if (view_listener_) view_listener_(view_.Get());
}

void ClusterTable::ApplyDisconnected(std::string_view reason, absl::Time now,
                                     absl::Time known_until) {
  const bool was_connected = current_.connected;
  if (!was_connected && current_.disconnect_reason == reason) return;
  if (was_connected) current_.as_of = std::min(now, known_until);
  current_.connected = false;
  current_.disconnect_reason = reason;
  Publish(now);
  // Before the first sync there is nothing that could become stale.
  if (was_connected)
    AppendViewEvent(EventType::kViewStale, std::string(reason), now);
  if (view_listener_) view_listener_(view_.Get());
}

void ClusterTable::Tick(absl::Time now) {
  if (!current_.connected) return;
  while (const Member* due = schedule_.Due(now)) {
    if (!due->present) {
      Remove(due->name, now);
      continue;
    }
    const MemberPtr before = current_.members.Find(due->name);
    auto after = std::make_shared<Member>(*before);
    MarkStalled(*after, now);
    Commit(before, std::move(after), now);
  }
  if (current_.as_of != now) Publish(now);
}

bool ClusterTable::Forget(std::string_view name, absl::Time now) {
  const MemberPtr member = current_.members.Find(name);
  if (member == nullptr || member->present) return false;
  Remove(name, now);
  return true;
}

void ClusterTable::Remove(std::string_view name, absl::Time now) {
  const MemberPtr before = current_.members.Find(name);
  // The order stands, whether its member is remembered or not.
  RememberOrder(name, before->order, before->order_problem);
  Commit(before, nullptr, now);
}

void ClusterTable::DropLongestGone(absl::Time now) {
  while (schedule_.departed() > options_.max_departed)
    Remove(schedule_.LongestGone()->name, now);
}

void ClusterTable::Commit(const MemberPtr& before,
                          std::shared_ptr<Member> after, absl::Time now,
                          bool silent) {
  MemberChange change{++current_.revision, before, after};
  if (before != nullptr) {
    schedule_.Remove(*before);
    CountMember(*before, -1);
  }
  if (after != nullptr) {
    after->revision = current_.revision;
    schedule_.Add(*after);
    CountMember(*after, +1);
    current_.members = current_.members.With(std::move(after));
  } else {
    current_.members = current_.members.Without(before->name);
  }

  std::vector<Event> told;
  if (!silent) told = DescribeChange(before.get(), change.after.get());
  for (const Event& event : told) CountEvent(event.type);
  Publish(now);
  for (Event& event : told) {
    event.at = now;
    event.while_blind = !current_.connected;
    events_.Append(std::move(event));
  }
  if (change_listener_) change_listener_(change);
}

void ClusterTable::CountMember(const Member& member, int64_t sign) {
  current_.count_by_status[static_cast<size_t>(member.status)] += sign;
  if (!member.present) return;
  if (member.opaque()) current_.opaque_count += sign;
  for (const model::Task& task : member.record.tasks)
    if (task.state == model::TaskState::kRunning)
      current_.running_task_count += sign;
  for (const TaskProgress& progress : member.progress)
    if (progress.stalled) current_.stalled_task_count += sign;
}

void ClusterTable::CountWrite(const Member* before, const Member& after,
                              bool silent) {
  ClusterCounters& counters = current_.counters;
  // Version 0 is what the znode was created with, so this many writes were
  // not seen, unless they were before the monitor looked at all.
  int64_t merged = silent ? 0 : after.data_version;
  if (before != nullptr && before->present && before->czxid == after.czxid) {
    ++counters.updates;
    merged = int64_t{after.data_version} - before->data_version - 1;
  }
  if (merged > 0) counters.merged_updates += static_cast<uint64_t>(merged);
}

void ClusterTable::CountEvent(EventType type) {
  ClusterCounters& counters = current_.counters;
  if (type == EventType::kJoined) ++counters.joins;
  if (type == EventType::kLeft) ++counters.leaves;
  if (type == EventType::kLost) ++counters.losses;
  if (type == EventType::kReplaced) ++counters.replacements;
}

void ClusterTable::Publish(absl::Time now) {
  if (current_.connected) current_.as_of = now;
  view_.Publish(std::make_shared<const ClusterView>(current_));
}

void ClusterTable::AppendViewEvent(EventType type, std::string detail,
                                   absl::Time now) {
  Event event;
  event.at = now;
  event.type = type;
  event.cluster = options_.cluster;
  event.detail = std::move(detail);
  events_.Append(std::move(event));
}

}  // namespace roster::monitor
