#include "monitor/state/cluster_table.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "monitor/state/member_builder.h"
#include "monitor/state/member_events.h"
#include "monitor/state/task_progress.h"

namespace roster::monitor {
namespace {

bool SameWrite(const Member& member, const ObservedNode& node) {
  return member.present && member.czxid == node.czxid &&
         member.mzxid == node.mzxid && member.data_version == node.version;
}

MassLossCause CauseOf(const Member& departed, bool connected) {
  if (!connected) return MassLossCause::kFoundMissing;
  return departed.record.state == model::ReportedState::kLeaving
             ? MassLossCause::kCleanLeave
             : MassLossCause::kSessionsExpired;
}

// An operator wanted this registration forgotten.
bool IsUnwanted(const model::Order& order, int64_t czxid) {
  return order.forgotten_czxid != 0 && czxid <= order.forgotten_czxid;
}

}  // namespace

ClusterTable::ClusterTable(ClusterTableOptions options, EventLog& events)
    : options_(std::move(options)),
      cluster_(options_.cluster),
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

void ClusterTable::SetClusterListener(ViewListener listener) {
  cluster_listener_ = std::move(listener);
}

void ClusterTable::ApplyNode(std::string_view name, const ObservedNode& node,
                             absl::Time now) {
  if (name.empty()) return;
  const MemberPtr before = current_.members.Find(name);
  if (before != nullptr && SameWrite(*before, node)) return;

  model::ParsedRecord parsed = model::ParseMemberRecord(node.data);
  if (parsed.opaque() && !node.data.empty())
    ++current_.counters.unreadable_records;
  PendingOrders::Entry order =
      before == nullptr ? pending_orders_.Take(name) : PendingOrders::Entry{};
  auto after = MakeMember(
      name, node, std::move(parsed),
      before == nullptr ? std::move(order.problem) : before->problems->order);
  if (before == nullptr) {
    after->order = std::move(order.order);
  } else {
    after->order = before->order;
  }
  after->progress = NextProgress(before.get(), after->record, now);
  DeriveStatus(before.get(), *after, now);

  // Who was there before the monitor looked for the first time did not join.
  const bool found =
      !current_.synced && (before == nullptr || before->never_seen());
  CountWrite(before.get(), *after, found);
  Commit(before, std::move(after), now,
         found ? Telling::kFound : Telling::kHappened);
  if (before != nullptr && !before->present) {
    guard_.OnReturned(name);
    UpdateGuard(now);
  }
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
  const MassLossCause cause = CauseOf(*after, current_.connected);
  Commit(before, std::move(after), now);
  if (!before->held()) {
    guard_.OnDeparted(name, before->session_id, cause, present_, now);
    UpdateGuard(now);
  }
  RemoveIfUnwanted(name, now);
  DropLongestGone(now);
}

void ClusterTable::ApplyOrder(std::string_view name,
                              std::optional<std::string_view> data,
                              absl::Time now) {
  if (name.empty()) return;
  auto order = data ? model::ParseOrder(*data) : model::Order();
  std::string problem(base::Message(order.status()));
  const MemberPtr before = current_.members.Find(name);
  if (before == nullptr) {
    ApplyOrderOfNobody(name, std::move(order).value_or(model::Order{}),
                       std::move(problem), now);
    return;
  }
  if (before->problems->order == problem &&
      (!order.ok() || *order == *before->order)) {
    return;
  }
  auto after = std::make_shared<Member>(*before);
  if (order.ok()) after->order = *std::move(order);
  if (before->problems->order != problem)
    SetOrderProblem(*after, std::move(problem));
  // The order is older than the look at it, too.
  const Telling telling =
      current_.synced ? Telling::kHappened : Telling::kFound;
  if (before->never_seen() && !after->held()) {
    Commit(before, nullptr, now, telling);
    RememberOrder(name, *after->order, "");
    return;
  }
  DeriveStatus(before.get(), *after, now);
  Commit(before, std::move(after), now, telling);
  RemoveIfUnwanted(name, now);
  DropLongestGone(now);  // without its hold it counts again
}

void ClusterTable::ApplyOrderOfNobody(std::string_view name, model::Order order,
                                      std::string problem, absl::Time now) {
  RememberOrder(name, std::move(order), std::move(problem));
  const PendingOrders::Entry* const pending = pending_orders_.Find(name);
  if (pending != nullptr && pending->order.held())
    ShowNeverSeen(name, pending_orders_.Take(name), now);
}

void ClusterTable::RememberOrder(std::string_view name, model::Order order,
                                 std::string problem) {
  const bool is_new = pending_orders_.Find(name) == nullptr;
  const bool says_nothing = order == model::Order{} && problem.empty();
  if (is_new && !says_nothing &&
      pending_orders_.size() + never_seen_ >= options_.max_pending_orders) {
    ++current_.counters.dropped_orders;
    return;
  }
  pending_orders_.Put(name, std::move(order), std::move(problem));
}

void ClusterTable::ShowNeverSeen(std::string_view name,
                                 PendingOrders::Entry entry, absl::Time now) {
  auto member = std::make_shared<Member>();
  member->name = name;
  member->order = std::move(entry.order);
  SetOrderProblem(*member, std::move(entry.problem));
  DeriveStatus(nullptr, *member, now);
  Commit(nullptr, std::move(member), now,
         current_.synced ? Telling::kHappened : Telling::kFound);
}

void ClusterTable::ApplyLedger(std::string_view name,
                               const model::LedgerEntry& entry,
                               absl::Time now) {
  if (name.empty() || entry.czxid <= 0) return;
  const MemberPtr before = current_.members.Find(name);
  if (before != nullptr && (before->present || before->czxid >= entry.czxid))
    return;
  const PendingOrders::Entry* const pending = pending_orders_.Find(name);
  const model::Order& order = before != nullptr    ? *before->order
                              : pending != nullptr ? pending->order
                                                   : model::Order{};
  if (IsUnwanted(order, entry.czxid)) return;

  auto after = MakeDeparted(name, entry, now);
  if (before != nullptr) {
    after->order = before->order;
    SetOrderProblem(*after, before->problems->order);
  } else {
    PendingOrders::Entry taken = pending_orders_.Take(name);
    after->order = std::move(taken.order);
    SetOrderProblem(*after, std::move(taken.problem));
  }
  DeriveStatus(nullptr, *after, after->departed_at);
  if (entry.state != model::LedgerState::kPresent) {
    Commit(before, std::move(after), now, Telling::kFound);
    DropLongestGone(now);
    return;
  }

  // It was there when somebody last looked.
  Member was = *after;
  was.cluster = cluster_;
  was.present = true;
  DeriveStatus(nullptr, was, now);
  const bool held = after->held();
  Commit(before, std::move(after), now, Telling::kMissed, &was);
  if (!held) {
    guard_.OnDeparted(name, 0, MassLossCause::kFoundMissing, present_, now);
    UpdateGuard(now);
  }
  DropLongestGone(now);
}

void ClusterTable::ApplySynced(absl::Time now) {
  if (current_.synced && current_.connected) return;
  current_.synced = true;
  current_.connected = true;
  current_.disconnect_reason.clear();
  current_.blind_cause = BlindCause::kNone;
  told_before_sync_.clear();
  Publish(now);
  AppendViewEvent(ViewEvent(EventType::kViewSynced,
                            base::StrCat(current_.members.size(), " members")),
                  now);
  if (view_listener_) view_listener_(view_.Get());
}

void ClusterTable::ApplyDisconnected(std::string_view reason, absl::Time now,
                                     absl::Time known_until, BlindCause cause) {
  const bool was_connected = current_.connected;
  if (!was_connected && current_.disconnect_reason == reason &&
      current_.blind_cause == cause)
    return;
  if (was_connected) current_.as_of = std::min(now, known_until);
  current_.connected = false;
  current_.disconnect_reason = reason;
  current_.blind_cause = cause;
  Publish(now);
  // Before the first sync there is nothing that could become stale.
  if (was_connected)
    AppendViewEvent(ViewEvent(EventType::kViewStale, std::string(reason)), now);
  if (view_listener_) view_listener_(view_.Get());
}

void ClusterTable::Tick(absl::Time now) {
  if (!current_.connected) return;
  guard_.Tick(now);
  UpdateGuard(now);
  while (const Member* due = schedule_.Due(now)) {
    const MemberPtr before = current_.members.Find(due->name);
    auto after = std::make_shared<Member>(*before);
    MarkStalled(*after, now);
    after->drain_overdue |= MemberSchedule::OverdueAt(*after) <= now;
    Commit(before, std::move(after), now);
  }
  // Who is absent in a mass loss may be there and not be seen.
  while (!current_.guard) {
    const Member* const expired = schedule_.Expired(now);
    if (expired == nullptr) break;
    Remove(current_.members.Find(expired->name), now);
  }
  DropLongestGone(now);
  if (current_.as_of != now) Publish(now);
}

bool ClusterTable::Forget(std::string_view name, absl::Time now) {
  const MemberPtr member = current_.members.Find(name);
  if (member == nullptr || member->present || member->never_seen())
    return false;
  Remove(member, now);
  return true;
}

void ClusterTable::Remove(const MemberPtr& member, absl::Time now) {
  Commit(member, nullptr, now);
  // The order stands, whether its member is remembered or not.
  if (!member->held()) {
    RememberOrder(member->name, *member->order, "");
    if (!member->problems->order.empty())
      RememberOrder(member->name, {}, member->problems->order);
    return;
  }
  auto never_seen = std::make_shared<Member>();
  never_seen->name = member->name;
  never_seen->order = member->order;
  SetOrderProblem(*never_seen, member->problems->order);
  DeriveStatus(nullptr, *never_seen, now);
  Commit(nullptr, std::move(never_seen), now, Telling::kFound);
}

void ClusterTable::RemoveIfUnwanted(std::string_view name, absl::Time now) {
  const MemberPtr member = current_.members.Find(name);
  if (member->present || member->never_seen()) return;
  if (IsUnwanted(*member->order, member->czxid)) Remove(member, now);
}

void ClusterTable::DropLongestGone(absl::Time now) {
  size_t limit = options_.max_departed;
  // In a mass loss, those who were there before it have room.
  if (current_.guard) limit += static_cast<size_t>(current_.guard->members);
  const model::GuardPolicy& guard = current_.policy->guard;
  while (schedule_.departed() > limit) {
    const Member* const longest_gone = schedule_.LongestGone();
    // It may be the beginning of one.
    if (guard.enabled && longest_gone->departed_at + guard.window > now) break;
    Remove(current_.members.Find(longest_gone->name), now);
  }
}

void ClusterTable::Commit(const MemberPtr& before,
                          std::shared_ptr<Member> after, absl::Time now,
                          Telling telling, const Member* was) {
  if (after != nullptr) after->cluster = cluster_;
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

  const std::string& name = (change.after ? change.after : before)->name;
  std::vector<Event> told;
  if (telling != Telling::kFound || told_before_sync_.contains(name))
    told =
        DescribeChange(was != nullptr ? was : before.get(), change.after.get());
  if (!current_.synced && !told.empty()) told_before_sync_.insert(name);
  for (const Event& event : told) CountEvent(event.type);
  Publish(now);
  for (Event& event : told) {
    event.at = now;
    event.while_blind = !current_.connected || telling == Telling::kMissed;
    events_.Append(std::move(event));
  }
  if (change_listener_) change_listener_(change);
}

void ClusterTable::CountMember(const Member& member, int64_t sign) {
  current_.count_by_status[static_cast<size_t>(member.status)] += sign;
  if (member.held()) current_.held_count += sign;
  if (member.drain_overdue) current_.overdue_count += sign;
  if (!member.problems->order.empty()) current_.broken_order_count += sign;
  if (member.never_seen()) never_seen_ += static_cast<size_t>(sign);
  if (!member.present) return;
  present_ += sign;
  if (member.opaque()) current_.opaque_count += sign;
  for (const model::Task& task : member.record.tasks)
    if (task.state == model::TaskState::kRunning)
      current_.running_task_count += sign;
  for (const TaskProgress& progress : member.progress)
    if (progress.stalled) current_.stalled_task_count += sign;
}

void ClusterTable::CountWrite(const Member* before, const Member& after,
                              bool found) {
  ClusterCounters& counters = current_.counters;
  // Version 0 is what the znode was created with, so this many writes were
  // not seen, unless they were before the monitor looked at all.
  int64_t merged = found ? 0 : after.data_version;
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

Event ClusterTable::ViewEvent(EventType type, std::string detail,
                              std::string subject) const {
  Event event;
  event.type = type;
  event.cluster = options_.cluster;
  event.subject = std::move(subject);
  event.detail = std::move(detail);
  return event;
}

}  // namespace roster::monitor
