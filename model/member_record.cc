#include "model/member_record.h"

namespace roster::model {
namespace {

constexpr ReportedState kAllReportedStates[] = {
    ReportedState::kStarting, ReportedState::kUp,      ReportedState::kDegraded,
    ReportedState::kDraining, ReportedState::kDrained, ReportedState::kLeaving};

constexpr TaskState kAllTaskStates[] = {
    TaskState::kRunning, TaskState::kSucceeded, TaskState::kFailed,
    TaskState::kCancelled};

}  // namespace

std::string_view ReportedStateName(ReportedState state) {
  switch (state) {
    case ReportedState::kStarting:
      return "STARTING";
    case ReportedState::kUp:
      return "UP";
    case ReportedState::kDegraded:
      return "DEGRADED";
    case ReportedState::kDraining:
      return "DRAINING";
    case ReportedState::kDrained:
      return "DRAINED";
    case ReportedState::kLeaving:
      return "LEAVING";
  }
  return "UNKNOWN";
}

std::optional<ReportedState> ParseReportedState(std::string_view name) {
  for (ReportedState state : kAllReportedStates) {
    if (ReportedStateName(state) == name) return state;
  }
  return std::nullopt;
}

std::string_view TaskStateName(TaskState state) {
  switch (state) {
    case TaskState::kRunning:
      return "RUNNING";
    case TaskState::kSucceeded:
      return "SUCCEEDED";
    case TaskState::kFailed:
      return "FAILED";
    case TaskState::kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

std::optional<TaskState> ParseTaskState(std::string_view name) {
  for (TaskState state : kAllTaskStates) {
    if (TaskStateName(state) == name) return state;
  }
  return std::nullopt;
}

}  // namespace roster::model
