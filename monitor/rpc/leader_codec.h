#pragma once

#include "absl/status/statusor.h"
#include "monitor/control/leader_values.h"
#include "roster/v1/coordination.pb.h"

namespace roster::monitor {

// Between what roster/v1/coordination.proto says of leaders and designations
// and the values of the control part. Pure.

void Encode(const LeaderAnswer& in, roster::v1::GetLeaderResponse* out);
void Encode(const StoredDesignation& in, roster::v1::Designation* out);

// Like DecodeForceRelease().
absl::StatusOr<DesignateRequest> DecodeDesignate(
    const roster::v1::DesignateLeaderRequest& in, RequestMeta meta);
absl::StatusOr<DesignateRequest> DecodeClear(
    const roster::v1::ClearDesignationRequest& in, RequestMeta meta);

}  // namespace roster::monitor
