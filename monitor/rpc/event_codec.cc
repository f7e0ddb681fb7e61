#include "monitor/rpc/event_codec.h"

#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/time_codec.h"

namespace roster::monitor {

void EncodeEvent(const Event& event, const std::string& log_id,
                 roster::v1::Event* out) {
  out->set_sequence(event.sequence);
  out->set_log_id(log_id);
  if (IsGiven(event.at)) *out->mutable_at() = EncodeTime(event.at);
  out->set_type(EncodeEventType(event.type));
  out->set_cluster(event.cluster);
  out->set_member(event.member);
  if (!event.member.empty()) {
    out->set_status(EncodeStatus(event.status));
    if (event.type != EventType::kJoined || event.previous_czxid != 0)
      out->set_previous_status(EncodeStatus(event.previous_status));
  }
  out->set_czxid(event.czxid);
  out->set_previous_czxid(event.previous_czxid);
  out->set_incarnation(event.incarnation);
  out->set_task_id(event.task_id);
  out->set_subject(event.subject);
  out->set_detail(event.detail);
  out->set_while_blind(event.while_blind);
}

roster::v1::EventType EncodeEventType(EventType type) {
  switch (type) {
    case EventType::kViewSynced:
      return roster::v1::EVENT_TYPE_VIEW_SYNCED;
    case EventType::kViewStale:
      return roster::v1::EVENT_TYPE_VIEW_STALE;
    case EventType::kJoined:
      return roster::v1::EVENT_TYPE_JOINED;
    case EventType::kReplaced:
      return roster::v1::EVENT_TYPE_REPLACED;
    case EventType::kLeft:
      return roster::v1::EVENT_TYPE_LEFT;
    case EventType::kLost:
      return roster::v1::EVENT_TYPE_LOST;
    case EventType::kForgotten:
      return roster::v1::EVENT_TYPE_FORGOTTEN;
    case EventType::kStatusChanged:
      return roster::v1::EVENT_TYPE_STATUS_CHANGED;
    case EventType::kTaskStarted:
      return roster::v1::EVENT_TYPE_TASK_STARTED;
    case EventType::kTaskSucceeded:
      return roster::v1::EVENT_TYPE_TASK_SUCCEEDED;
    case EventType::kTaskFailed:
      return roster::v1::EVENT_TYPE_TASK_FAILED;
    case EventType::kTaskCancelled:
      return roster::v1::EVENT_TYPE_TASK_CANCELLED;
    case EventType::kTaskStalled:
      return roster::v1::EVENT_TYPE_TASK_STALLED;
    case EventType::kTaskAdvanced:
      return roster::v1::EVENT_TYPE_TASK_ADVANCED;
    case EventType::kRecordUnreadable:
      return roster::v1::EVENT_TYPE_RECORD_UNREADABLE;
    case EventType::kRecordReadable:
      return roster::v1::EVENT_TYPE_RECORD_READABLE;
    case EventType::kHoldPlaced:
      return roster::v1::EVENT_TYPE_HOLD_PLACED;
    case EventType::kHoldReleased:
      return roster::v1::EVENT_TYPE_HOLD_RELEASED;
    case EventType::kDrainOverdue:
      return roster::v1::EVENT_TYPE_DRAIN_OVERDUE;
    case EventType::kOrderUnreadable:
      return roster::v1::EVENT_TYPE_ORDER_UNREADABLE;
    case EventType::kOrderReadable:
      return roster::v1::EVENT_TYPE_ORDER_READABLE;
    case EventType::kGuardRaised:
      return roster::v1::EVENT_TYPE_GUARD_RAISED;
    case EventType::kGuardCleared:
      return roster::v1::EVENT_TYPE_GUARD_CLEARED;
    case EventType::kLeaderChanged:
      return roster::v1::EVENT_TYPE_LEADER_CHANGED;
    case EventType::kOperationChanged:
      return roster::v1::EVENT_TYPE_OPERATION_CHANGED;
    case EventType::kBudgetChanged:
      return roster::v1::EVENT_TYPE_BUDGET_CHANGED;
    case EventType::kPolicyChanged:
      return roster::v1::EVENT_TYPE_POLICY_CHANGED;
    case EventType::kConfigChanged:
      return roster::v1::EVENT_TYPE_CONFIG_CHANGED;
  }
  return roster::v1::EVENT_TYPE_UNSPECIFIED;
}

}  // namespace roster::monitor
