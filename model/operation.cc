#include "model/operation.h"

#include <algorithm>

namespace roster::model {

std::string_view OperationKindName(OperationKind kind) {
  switch (kind) {
    case OperationKind::kTakeOffline:
      return "TAKE_OFFLINE";
    case OperationKind::kRollingRestart:
      return "ROLLING_RESTART";
  }
  return "UNKNOWN";
}

std::string_view OperationStateName(OperationState state) {
  switch (state) {
    case OperationState::kScheduled:
      return "SCHEDULED";
    case OperationState::kRunning:
      return "RUNNING";
    case OperationState::kPaused:
      return "PAUSED";
    case OperationState::kSucceeded:
      return "SUCCEEDED";
    case OperationState::kFailed:
      return "FAILED";
    case OperationState::kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

std::string_view OperationStepName(OperationStep step) {
  switch (step) {
    case OperationStep::kPending:
      return "PENDING";
    case OperationStep::kDraining:
      return "DRAINING";
    case OperationStep::kRestarting:
      return "RESTARTING";
    case OperationStep::kVerifying:
      return "VERIFYING";
    case OperationStep::kDone:
      return "DONE";
    case OperationStep::kFailed:
      return "FAILED";
    case OperationStep::kSkipped:
      return "SKIPPED";
  }
  return "UNKNOWN";
}

std::string_view OperationOrderName(OperationOrder order) {
  switch (order) {
    case OperationOrder::kName:
      return "NAME";
    case OperationOrder::kGiven:
      return "GIVEN";
    case OperationOrder::kOldest:
      return "OLDEST";
  }
  return "UNKNOWN";
}

int64_t Pacing::BatchOf(int64_t total) const {
  const int64_t batch =
      batch_percent > 0 ? total * batch_percent / 100 : batch_size;
  return std::max<int64_t>(1, batch);
}

OperationCounts CountMembers(const Operation& operation) {
  OperationCounts counts;
  for (const OperationMember& member : operation.members) {
    switch (member.step) {
      case OperationStep::kPending:
        ++counts.pending;
        break;
      case OperationStep::kDraining:
      case OperationStep::kRestarting:
      case OperationStep::kVerifying:
        ++counts.in_flight;
        break;
      case OperationStep::kDone:
        ++counts.done;
        break;
      case OperationStep::kSkipped:
        ++counts.skipped;
        break;
      case OperationStep::kFailed:
        ++counts.failed;
        break;
    }
  }
  return counts;
}

// The pace is that of the members that took work, up to when the last of them
// was done: so the forecast moves when something happens, not with every look.
absl::Time ExpectedEnd(const Operation& operation, absl::Time now) {
  if (operation.state != OperationState::kRunning) {
    return absl::InfiniteFuture();
  }
  int64_t finished = 0;
  absl::Time last = operation.started_at;
  for (const OperationMember& member : operation.members) {
    if (member.step != OperationStep::kDone &&
        member.step != OperationStep::kFailed) {
      continue;
    }
    ++finished;
    last = std::max(last, member.since);
  }
  const OperationCounts counts = CountMembers(operation);
  if (counts.done == 0 || finished == 0 ||
      operation.started_at == absl::InfinitePast()) {
    return absl::InfiniteFuture();
  }
  const absl::Duration of_one = (last - operation.started_at) / finished;
  return std::max(now, last + of_one * (counts.pending + counts.in_flight));
}

}  // namespace roster::model
