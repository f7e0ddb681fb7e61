#include "monitor/state/event_log.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace roster::monitor {

std::string_view EventTypeName(EventType type) {
  switch (type) {
    case EventType::kViewSynced:
      return "VIEW_SYNCED";
    case EventType::kViewStale:
      return "VIEW_STALE";
    case EventType::kJoined:
      return "JOINED";
    case EventType::kReplaced:
      return "REPLACED";
    case EventType::kLeft:
      return "LEFT";
    case EventType::kLost:
      return "LOST";
    case EventType::kForgotten:
      return "FORGOTTEN";
    case EventType::kStatusChanged:
      return "STATUS_CHANGED";
    case EventType::kTaskStarted:
      return "TASK_STARTED";
    case EventType::kTaskSucceeded:
      return "TASK_SUCCEEDED";
    case EventType::kTaskFailed:
      return "TASK_FAILED";
    case EventType::kTaskCancelled:
      return "TASK_CANCELLED";
    case EventType::kTaskStalled:
      return "TASK_STALLED";
    case EventType::kTaskAdvanced:
      return "TASK_ADVANCED";
    case EventType::kRecordUnreadable:
      return "RECORD_UNREADABLE";
    case EventType::kRecordReadable:
      return "RECORD_READABLE";
    case EventType::kHoldPlaced:
      return "HOLD_PLACED";
    case EventType::kHoldReleased:
      return "HOLD_RELEASED";
    case EventType::kDrainOverdue:
      return "DRAIN_OVERDUE";
    case EventType::kOrderUnreadable:
      return "ORDER_UNREADABLE";
    case EventType::kOrderReadable:
      return "ORDER_READABLE";
    case EventType::kGuardRaised:
      return "GUARD_RAISED";
    case EventType::kGuardCleared:
      return "GUARD_CLEARED";
    case EventType::kLeaderChanged:
      return "LEADER_CHANGED";
    case EventType::kOperationChanged:
      return "OPERATION_CHANGED";
    case EventType::kBudgetChanged:
      return "BUDGET_CHANGED";
    case EventType::kPolicyChanged:
      return "POLICY_CHANGED";
    case EventType::kConfigChanged:
      return "CONFIG_CHANGED";
  }
  return "UNKNOWN";
}

EventLog::EventLog(std::string id, size_t capacity)
    : id_(std::move(id)), capacity_(capacity) {}

EventPtr EventLog::Append(Event event) {
  // Allocated outside the lock; nobody else sees it before it is numbered.
  auto numbered = std::make_shared<Event>(std::move(event));
  EventPtr kept = numbered;
  EventPtr dropped;  // freed outside the lock
  {
    base::MutexLock lock(&mu_);
    numbered->sequence = ++newest_;
    events_.push_back(kept);
    if (events_.size() > capacity_) {
      dropped = std::move(events_.front());
      events_.pop_front();
    }
  }
  if (listener_) listener_(kept);
  return kept;
}

absl::StatusOr<std::vector<EventPtr>> EventLog::ReadAfter(uint64_t sequence,
                                                          size_t limit) const {
  base::MutexLock lock(&mu_);
  if (sequence > newest_) {
    return absl::OutOfRangeError(absl::StrCat(
        "event ", sequence, " is in the future: the newest is ", newest_));
  }
  const uint64_t oldest = newest_ - events_.size() + 1;
  if (sequence != 0 && sequence + 1 < oldest) {
    return absl::OutOfRangeError(
        absl::StrCat("events after ", sequence,
                     " are no longer kept: the oldest is ", oldest));
  }
  const size_t start = sequence == 0 ? 0 : sequence + 1 - oldest;
  const size_t count = std::min(limit, events_.size() - start);
  const auto first = events_.begin() + static_cast<std::ptrdiff_t>(start);
  return std::vector<EventPtr>(first,
                               first + static_cast<std::ptrdiff_t>(count));
}

uint64_t EventLog::oldest() const {
  base::MutexLock lock(&mu_);
  return newest_ - events_.size() + 1;
}

uint64_t EventLog::newest() const {
  base::MutexLock lock(&mu_);
  return newest_;
}

void EventLog::SetListener(std::function<void(const EventPtr&)> listener) {
  listener_ = std::move(listener);
}

}  // namespace roster::monitor
