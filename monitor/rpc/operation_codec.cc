#include "absl/strings/str_cat.h"
#include "monitor/rpc/control_codec.h"
#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/time_codec.h"

namespace roster::monitor {
namespace {

roster::v1::OperationState EncodeState(model::OperationState state) {
  switch (state) {
    case model::OperationState::kScheduled:
      return roster::v1::OPERATION_STATE_SCHEDULED;
    case model::OperationState::kRunning:
      return roster::v1::OPERATION_STATE_RUNNING;
    case model::OperationState::kPaused:
      return roster::v1::OPERATION_STATE_PAUSED;
    case model::OperationState::kSucceeded:
      return roster::v1::OPERATION_STATE_SUCCEEDED;
    case model::OperationState::kFailed:
      return roster::v1::OPERATION_STATE_FAILED;
    case model::OperationState::kCancelled:
      return roster::v1::OPERATION_STATE_CANCELLED;
  }
  return roster::v1::OPERATION_STATE_UNSPECIFIED;
}

roster::v1::OperationStep EncodeStep(model::OperationStep step) {
  switch (step) {
    case model::OperationStep::kPending:
      return roster::v1::OPERATION_STEP_PENDING;
    case model::OperationStep::kDraining:
      return roster::v1::OPERATION_STEP_DRAINING;
    case model::OperationStep::kRestarting:
      return roster::v1::OPERATION_STEP_RESTARTING;
    case model::OperationStep::kVerifying:
      return roster::v1::OPERATION_STEP_VERIFYING;
    case model::OperationStep::kDone:
      return roster::v1::OPERATION_STEP_DONE;
    case model::OperationStep::kFailed:
      return roster::v1::OPERATION_STEP_FAILED;
    case model::OperationStep::kSkipped:
      return roster::v1::OPERATION_STEP_SKIPPED;
  }
  return roster::v1::OPERATION_STEP_UNSPECIFIED;
}

roster::v1::OperationOrder EncodeOrder(model::OperationOrder order) {
  switch (order) {
    case model::OperationOrder::kName:
      return roster::v1::OPERATION_ORDER_NAME;
    case model::OperationOrder::kGiven:
      return roster::v1::OPERATION_ORDER_GIVEN;
    case model::OperationOrder::kOldest:
      return roster::v1::OPERATION_ORDER_OLDEST;
  }
  return roster::v1::OPERATION_ORDER_UNSPECIFIED;
}

void EncodePacing(const model::Pacing& pacing, roster::v1::Pacing* out) {
  if (pacing.batch_percent > 0)
    out->set_batch_percent(static_cast<int32_t>(pacing.batch_percent));
  else
    out->set_batch_size(static_cast<int32_t>(pacing.batch_size));
  out->set_order(EncodeOrder(pacing.order));
  *out->mutable_min_healthy() = EncodeDuration(pacing.min_healthy);
  out->set_failure_limit(static_cast<int32_t>(pacing.failure_limit));
  *out->mutable_step_timeout() = EncodeDuration(pacing.step_timeout);
}

void EncodeTimes(const model::Operation& operation, absl::Time now,
                 roster::v1::Operation* out) {
  if (operation.drain_timeout < absl::InfiniteDuration())
    *out->mutable_drain_timeout() = EncodeDuration(operation.drain_timeout);
  if (IsGiven(operation.created_at))
    *out->mutable_created_at() = EncodeTime(operation.created_at);
  if (IsGiven(operation.start_at))
    *out->mutable_start_at() = EncodeTime(operation.start_at);
  if (IsGiven(operation.started_at))
    *out->mutable_started_at() = EncodeTime(operation.started_at);
  if (IsGiven(operation.ended_at))
    *out->mutable_ended_at() = EncodeTime(operation.ended_at);
  if (const absl::Time end = model::ExpectedEnd(operation, now); IsGiven(end))
    *out->mutable_expected_end() = EncodeTime(end);
}

void EncodeMembers(const model::Operation& operation,
                   roster::v1::Operation* out) {
  for (const model::OperationMember& member : operation.members) {
    auto* one = out->add_members();
    one->set_name(member.name);
    one->set_step(EncodeStep(member.step));
    if (IsGiven(member.since)) *one->mutable_since() = EncodeTime(member.since);
    one->set_problem(member.problem);
  }
}

// Of an operation that cannot be read.
absl::string_view WhatIsTaken(const StoredOperation& stored) {
  if (!stored.may_be_active()) return "";
  return stored.members_known
             ? "; its members stay taken until it is mended or cancelled"
             : "; it is not known whom it works on, so no other operation can "
               "be begun until it is mended or cancelled";
}

}  // namespace

void EncodeOperation(const StoredOperation& stored, const std::string& cluster,
                     OperationDetail detail, absl::Time now,
                     roster::v1::Operation* out) {
  const model::Operation& operation = stored.operation;
  out->set_id(operation.id);
  out->set_cluster(cluster);
  out->set_revision(stored.version);
  if (!stored.problem.empty()) {
    out->set_problem(absl::StrCat("it cannot be read: ", stored.problem,
                                  WhatIsTaken(stored)));
    out->set_total(static_cast<int32_t>(operation.members.size()));
    if (detail == OperationDetail::kWithMembers) EncodeMembers(operation, out);
    return;
  }
  out->set_kind(operation.kind == model::OperationKind::kTakeOffline
                    ? roster::v1::OPERATION_KIND_TAKE_OFFLINE
                    : roster::v1::OPERATION_KIND_ROLLING_RESTART);
  out->set_state(EncodeState(operation.state));
  out->set_actor(operation.actor.name);
  out->set_owner(operation.owner);
  out->set_reason(operation.reason);
  out->set_ticket(operation.ticket);
  out->set_selector(operation.selector);
  EncodePacing(operation.pacing, out->mutable_pacing());
  out->set_mode(EncodeHoldMode(operation.mode));
  out->set_force(operation.force);
  EncodeTimes(operation, now, out);
  out->set_waiting(operation.waiting);
  out->set_problem(operation.problem);
  const model::OperationCounts counts = model::CountMembers(operation);
  out->set_total(static_cast<int32_t>(operation.members.size()));
  out->set_done(static_cast<int32_t>(counts.done));
  out->set_skipped(static_cast<int32_t>(counts.skipped));
  out->set_failed(static_cast<int32_t>(counts.failed));
  out->set_in_flight(static_cast<int32_t>(counts.in_flight));
  if (detail == OperationDetail::kWithMembers) EncodeMembers(operation, out);
}

}  // namespace roster::monitor
