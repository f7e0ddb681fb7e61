#pragma once

#include "absl/status/statusor.h"
#include "monitor/control/coordination_values.h"
#include "roster/v1/coordination.pb.h"

namespace roster::monitor {

// Between roster/v1/coordination.proto and the values of the control part.
// Pure.

void Encode(const NodeData& in, roster::v1::NodeData* out);
void Encode(const Contender& in, roster::v1::Contender* out);
void Encode(const ElectionInfo& in, roster::v1::Election* out);
void Encode(const LockInfo& in, roster::v1::Lock* out);
void Encode(const QueueInfo& in, roster::v1::Queue* out);
void Encode(const BarrierInfo& in, roster::v1::Barrier* out);

// "0x100000123abc0001"; empty for 0.
std::string SessionText(int64_t session_id);

// The changes that can be asked for. Everything that is wrong with a request by
// itself is found here, but for names and paths, which whoever reads by them
// looks at. InvalidArgument, naming the field.
absl::StatusOr<ForceReleaseRequest> DecodeForceRelease(
    const roster::v1::ForceReleaseLockRequest& in, RequestMeta meta);
absl::StatusOr<OpenBarrierRequest> DecodeOpenBarrier(
    const roster::v1::OpenBarrierRequest& in, RequestMeta meta);

}  // namespace roster::monitor
