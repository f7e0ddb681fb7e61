#include "monitor/state/member_events.h"

#include <cstdint>
#include <optional>

#include "base/strings.h"
#include "monitor/state/task_progress.h"

namespace roster::monitor {
namespace {

using model::ReportedState;
using model::Task;
using model::TaskState;

// An event of `after` that changes neither status nor identity.
Event Plain(EventType type, const Member& after) {
  Event event;
  event.type = type;
  event.cluster = *after.cluster;
  event.member = after.name;
  event.status = event.previous_status = after.status;
  event.czxid = event.previous_czxid = after.czxid;
  event.incarnation = after.record.incarnation;
  return event;
}

Event Step(EventType type, const Member* before, const Member& after) {
  Event event = Plain(type, after);
  if (before != nullptr) event.previous_status = before->status;
  event.previous_czxid = before == nullptr ? 0 : before->czxid;
  return event;
}

// "ops: kernel upgrade".
std::string HoldDetail(const model::Hold& hold) {
  if (hold.reason.empty()) return ShortenDetail(hold.owner);
  return ShortenDetail(base::StrCat(hold.owner, ": ", hold.reason));
}

// Why `member` has the status that it has.
std::string StatusDetail(const Member& member) {
  if (member.held())
    return ShortenDetail(
        base::StrCat("held by ", HoldDetail(member.order->holds.front())));
  return ShortenDetail(member.reason());
}

std::string DepartureDetail(const Member& member) {
  if (member.record.state == ReportedState::kLeaving)
    return StatusDetail(member);
  return member.held() ? "went without a goodbye while held offline"
                       : "vanished without a goodbye";
}

std::optional<Event> DescribePresence(const Member* before,
                                      const Member& after) {
  const bool was_present = before != nullptr && before->present;
  if (after.present && !was_present) {
    Event event = Step(EventType::kJoined, before, after);
    event.detail = ShortenDetail(after.problems->opaque_reason);
    return event;
  }
  if (!after.present && was_present) {
    const bool lost = after.status == model::MemberStatus::kLost;
    Event event =
        Step(lost ? EventType::kLost : EventType::kLeft, before, after);
    event.detail = DepartureDetail(after);
    return event;
  }
  if (before == nullptr) return std::nullopt;
  if (after.present && before->czxid != after.czxid)
    return Step(EventType::kReplaced, before, after);
  if (before->status != after.status) {
    Event event = Step(EventType::kStatusChanged, before, after);
    event.detail = StatusDetail(after);
    return event;
  }
  return std::nullopt;
}

EventType EventTypeOf(TaskState state) {
  switch (state) {
    case TaskState::kRunning:
      return EventType::kTaskStarted;
    case TaskState::kSucceeded:
      return EventType::kTaskSucceeded;
    case TaskState::kFailed:
      return EventType::kTaskFailed;
    case TaskState::kCancelled:
      return EventType::kTaskCancelled;
  }
  return EventType::kTaskStarted;
}

// What became of `task`, an element of the tasks of `after`; `former` is what
// it was in `before`, null if it was not there. A task that was begun and ended
// between two looks was begun all the same, and that is told first.
std::vector<EventType> DescribeTask(const Member* before, const Task* former,
                                    const Member& after, const Task& task) {
  if (former == nullptr || former->state != task.state) {
    const bool was_running =
        former != nullptr && former->state == TaskState::kRunning;
    if (was_running || task.state == TaskState::kRunning)
      return {EventTypeOf(task.state)};
    return {EventType::kTaskStarted, EventTypeOf(task.state)};
  }
  const bool was_stalled = ProgressOf(*before, *former).stalled;
  const bool is_stalled = ProgressOf(after, task).stalled;
  if (is_stalled && !was_stalled) return {EventType::kTaskStalled};
  if (!is_stalled && was_stalled) return {EventType::kTaskAdvanced};
  return {};
}

std::string TaskDetail(EventType type, const Task& task) {
  if (type == EventType::kTaskStalled)
    return base::StrCat("no progress for ",
                        absl::FormatDuration(task.stall_after));
  // What it says of its end is not why it began.
  const bool of_its_end =
      type == EventType::kTaskStarted && task.state != TaskState::kRunning;
  if (!task.message.empty() && !of_its_end) return ShortenDetail(task.message);
  return ShortenDetail(task.name);
}

void AppendTaskEvents(const Member* before, const Member& after,
                      std::vector<Event>& events) {
  for (size_t i = 0; i < after.record.tasks.size(); ++i) {
    const Task& task = after.record.tasks[i];
    const Task* const former = before == nullptr
                                   ? nullptr
                                   : FindTask(before->record.tasks, task.id, i);
    for (const EventType type : DescribeTask(before, former, after, task)) {
      Event event = Plain(type, after);
      event.task_id = task.id;
      event.detail = TaskDetail(type, task);
      events.push_back(std::move(event));
    }
  }
}

const model::Hold* FindHold(const model::Order& order, std::string_view id) {
  for (const model::Hold& hold : order.holds)
    if (hold.id == id) return &hold;
  return nullptr;
}

// What became of the order; null: there is none, and no member. The events are
// of `member`.
void AppendOrderEvents(const Member* before, const Member* after,
                       const Member& member, std::vector<Event>& events) {
  static const Member kNobody;
  if (before == nullptr) before = &kNobody;
  if (after == nullptr) after = &kNobody;
  const std::string& problem = after->problems->order;
  if (problem.empty() != before->problems->order.empty()) {
    events.push_back(Plain(problem.empty() ? EventType::kOrderReadable
                                           : EventType::kOrderUnreadable,
                           member));
    events.back().detail = ShortenDetail(problem);
  }
  const auto append = [&](EventType type, const model::Hold& hold) {
    events.push_back(Plain(type, member));
    events.back().subject = hold.id;
    events.back().detail = HoldDetail(hold);
  };
  for (const model::Hold& hold : before->order->holds)
    if (FindHold(*after->order, hold.id) == nullptr)
      append(EventType::kHoldReleased, hold);
  for (const model::Hold& hold : after->order->holds) {
    const model::Hold* const former = FindHold(*before->order, hold.id);
    if (former == nullptr || *former != hold)
      append(EventType::kHoldPlaced, hold);
  }
}

void AppendOverdueEvent(const Member* before, const Member& after,
                        std::vector<Event>& events) {
  if (!after.drain_overdue || (before != nullptr && before->drain_overdue))
    return;
  events.push_back(Plain(EventType::kDrainOverdue, after));
  events.back().detail = StatusDetail(after);
}

void AppendRecordEvent(const Member* before, const Member& after,
                       std::vector<Event>& events) {
  // Of a member that just came, JOINED tells it.
  if (before == nullptr || after.opaque() == before->opaque()) return;
  events.push_back(Plain(after.opaque() ? EventType::kRecordUnreadable
                                        : EventType::kRecordReadable,
                         after));
  events.back().detail = ShortenDetail(after.problems->opaque_reason);
}

std::vector<Event> DescribeRemoval(const Member& before) {
  std::vector<Event> events;
  // Of a name that was never a member there is nothing to forget.
  if (before.never_seen())
    AppendOrderEvents(&before, nullptr, before, events);
  else
    events.push_back(Plain(EventType::kForgotten, before));
  return events;
}

}  // namespace

std::string ShortenDetail(std::string_view text) {
  if (text.size() <= kMaxDetailBytes) return std::string(text);
  size_t end = kMaxDetailBytes;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

std::vector<Event> DescribeChange(const Member* before, const Member* after) {
  if (after == nullptr) return DescribeRemoval(*before);
  std::vector<Event> events;
  // The order is why the status changes, so it is told before that.
  if (before != nullptr) AppendOrderEvents(before, after, *before, events);
  if (auto event = DescribePresence(before, *after))
    events.push_back(*std::move(event));
  if (before == nullptr) AppendOrderEvents(nullptr, after, *after, events);
  AppendOverdueEvent(before, *after, events);
  if (!after->present) return events;

  AppendRecordEvent(before, *after, events);
  AppendTaskEvents(before, *after, events);
  return events;
}

}  // namespace roster::monitor
