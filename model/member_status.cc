#include "model/member_status.h"

#include "absl/strings/match.h"
#include "base/strings.h"

namespace roster::model {
namespace {

MemberStatus StatusOfPresent(ReportedState state) {
  switch (state) {
    case ReportedState::kStarting:
      return MemberStatus::kStarting;
    case ReportedState::kUp:
    case ReportedState::kLeaving:
      return MemberStatus::kUp;
    case ReportedState::kDegraded:
    case ReportedState::kDraining:
    case ReportedState::kDrained:
      return MemberStatus::kDegraded;
  }
  return MemberStatus::kUp;
}

}  // namespace

std::string_view MemberStatusName(MemberStatus status) {
  switch (status) {
    case MemberStatus::kStarting:
      return "STARTING";
    case MemberStatus::kUp:
      return "UP";
    case MemberStatus::kDegraded:
      return "DEGRADED";
    case MemberStatus::kDraining:
      return "DRAINING";
    case MemberStatus::kOffline:
      return "OFFLINE";
    case MemberStatus::kLost:
      return "LOST";
    case MemberStatus::kLeft:
      return "LEFT";
  }
  return "UNKNOWN";
}

std::optional<MemberStatus> ParseMemberStatus(std::string_view name) {
  for (MemberStatus status : kAllMemberStatuses) {
    if (absl::EqualsIgnoreCase(base::ToAbsl(MemberStatusName(status)),
                               base::ToAbsl(name)))
      return status;
  }
  return std::nullopt;
}

MemberStatus DeriveStatus(bool present, const MemberRecord& record,
                          const Order& order) {
  if (!present) {
    if (order.held()) return MemberStatus::kOffline;
    return record.state == ReportedState::kLeaving ? MemberStatus::kLeft
                                                   : MemberStatus::kLost;
  }
  if (!order.held()) {
    const bool drains = record.state == ReportedState::kDraining ||
                        record.state == ReportedState::kDrained;
    if (drains && record.applied_epoch) {
      if (*record.applied_epoch < order.epoch) return MemberStatus::kStarting;
      // Its word is here before the order that it obeys.
      if (*record.applied_epoch > order.epoch)
        return record.state == ReportedState::kDrained
                   ? MemberStatus::kOffline
                   : MemberStatus::kDraining;
    }
    return StatusOfPresent(record.state);
  }
  // A member that speaks no control never says that it is drained; nothing
  // better can be waited for.
  const bool speaks_control = record.applied_epoch.has_value();
  if (!speaks_control || record.state == ReportedState::kDrained) {
    return MemberStatus::kOffline;
  }
  return MemberStatus::kDraining;
}

}  // namespace roster::model
