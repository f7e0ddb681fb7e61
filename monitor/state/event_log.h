#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "model/member_status.h"

namespace roster::monitor {

enum class EventType {
  kViewSynced,     // the cluster's view is complete (again)
  kViewStale,      // ZooKeeper is out of reach: the view stands still
  kJoined,         // a member appeared
  kReplaced,       // its znode was deleted and created anew between two looks
  kLeft,           // it went: with a goodbye, or while it was held offline
  kLost,           // it vanished
  kForgotten,      // its retention ended
  kStatusChanged,  // while present, or by an order
  kTaskStarted,
  kTaskSucceeded,
  kTaskFailed,
  kTaskCancelled,
  kTaskStalled,
  kTaskAdvanced,      // a stalled task goes on
  kRecordUnreadable,  // the record became opaque
  kRecordReadable,    // and is no longer
  kHoldPlaced,        // or its terms were changed; `subject` is its id
  kHoldReleased,      // `subject` is its id
  kDrainOverdue,      // draining, and past the deadline of a hold
  kOrderUnreadable,   // the order stands as it was last read
  kOrderReadable,
  kGuardRaised,       // the mass-loss guard went on
  kGuardCleared,      // and off
  kLeaderChanged,     // `subject` is the id of the rosterd that is elected
  kOperationChanged,  // its state; `subject` is its id
  kBudgetChanged,     // stored or removed; `subject` is its name
  kPolicyChanged,
  kConfigChanged,  // an entry got a new version; `subject` is its name
};

// "JOINED", ...
std::string_view EventTypeName(EventType type);

struct Event {
  uint64_t sequence = 0;  // 1, 2, 3, ... without gaps, within one log
  absl::Time at;          // by the monitor's clock
  EventType type = EventType::kJoined;
  std::string cluster;
  std::string member;  // empty for events of the view
  // Of the member after and before; equal when the event changed neither.
  model::MemberStatus status = model::MemberStatus::kUp;
  model::MemberStatus previous_status = model::MemberStatus::kUp;
  int64_t czxid = 0;
  int64_t previous_czxid = 0;  // 0: it was not known
  std::string incarnation;
  std::string task_id;
  std::string
      subject;         // of events that are about neither member nor task alone
  std::string detail;  // for people: a reason, a message
  // It happened while this monitor could not see, and was found at the resync.
  bool while_blind = false;
};

using EventPtr = std::shared_ptr<const Event>;

// EventLog is the bounded history of one monitor: each join, leave and
// replacement once, in order. Its id changes with every start of the monitor,
// so a reader can tell that a sequence number is from another life.
//
// Thread-safety: thread-safe.
class EventLog {
 public:
  // Keeps the newest `capacity` events. `id` is unique per process start.
  EventLog(std::string id, size_t capacity);

  const std::string& id() const { return id_; }

  // Numbers the event and keeps it. The listener runs on the caller's thread,
  // after the event can be read, without a lock held; so when several threads
  // append, it may be told out of order, and ReadAfter() has the order.
  EventPtr Append(Event event);

  // Up to `limit` events after `sequence` (0: from the oldest kept). OutOfRange
  // when events after `sequence` have already been dropped, or `sequence` is
  // in the future.
  absl::StatusOr<std::vector<EventPtr>> ReadAfter(uint64_t sequence,
                                                  size_t limit) const;

  uint64_t oldest() const;  // sequence of the oldest kept; newest()+1 if none
  uint64_t newest() const;  // 0: nothing was appended yet

  // Called after each Append(). Set once, before the first Append().
  void SetListener(std::function<void(const EventPtr&)> listener);

 private:
  const std::string id_;
  const size_t capacity_;
  std::function<void(const EventPtr&)> listener_;
  mutable base::Mutex mu_;
  std::deque<EventPtr> events_ ABSL_GUARDED_BY(mu_);
  uint64_t newest_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace roster::monitor
