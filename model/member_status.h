#pragma once

#include <optional>
#include <string_view>

#include "model/member_record.h"
#include "model/order.h"

namespace roster::model {

// The one word shown to people for a member: docs/znodes.md has the table and
// the transitions.
enum class MemberStatus {
  kStarting,
  kUp,
  kDegraded,
  kDraining,
  kOffline,
  kLost,  // vanished without a goodbye, not ordered offline: the alarm
  kLeft,  // said goodbye
};

inline constexpr MemberStatus kAllMemberStatuses[] = {
    MemberStatus::kStarting, MemberStatus::kUp,      MemberStatus::kDegraded,
    MemberStatus::kDraining, MemberStatus::kOffline, MemberStatus::kLost,
    MemberStatus::kLeft};

// "STARTING", "UP", ...; parsing ignores case.
std::string_view MemberStatusName(MemberStatus status);
std::optional<MemberStatus> ParseMemberStatus(std::string_view name);

// DeriveStatus joins what is observed with what is desired. `present`: the
// znode exists. `record`: its newest data, or the last seen before it vanished.
// `order`: the newest one. Pure.
//
//   present  held  the member reports           status
//   yes      no    STARTING, UP, DEGRADED       as reported
//   yes      no    LEAVING                      UP: it is still there, and LEFT
//                                               or LOST a moment later
//   yes      no    DRAINING, DRAINED            STARTING while it has not
//   applied
//                                               the order that released it;
//                                               as if held while it obeys an
//                                               order that is not known yet;
//                                               DEGRADED afterwards: it takes
//                                               no work, but nobody ordered
//                                               that
//   yes      yes   DRAINED, or no applied_epoch OFFLINE
//   yes      yes   anything else                DRAINING
//   no       yes   anything                     OFFLINE
//   no       no    LEAVING                      LEFT
//   no       no    anything else                LOST
MemberStatus DeriveStatus(bool present, const MemberRecord& record,
                          const Order& order);

}  // namespace roster::model
