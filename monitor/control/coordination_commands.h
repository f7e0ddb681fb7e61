#pragma once

#include "absl/status/statusor.h"
#include "monitor/control/control_store.h"
#include "monitor/control/coordination_values.h"

namespace roster::monitor {

// Changes by hand of what programs coordinate by. Like order_commands.h. Both
// refuse what PathOf() does, and with INVALID_COORDINATION_PATH every place
// that is Roster's own: the members, and all of the state but the folder of
// locks, or of barriers.

// Deletes the node of one holder. Errors:
//   NotFound, LOCK_NOT_HELD            there is no such node
//   Aborted, LOCK_HOLDER_CHANGED       it has another czxid
//   FailedPrecondition, LOCK_NOT_HELD  it only waits
absl::StatusOr<ForceReleaseResult> ForceReleaseLock(
    ControlStore& store, const ForceReleaseRequest& request);

// Takes a BAR away, and makes `ready` for those inside of others. Errors:
//   NotFound, BARRIER_NOT_FOUND
//   FailedPrecondition, BARRIER_OPEN
absl::StatusOr<OpenBarrierResult> OpenBarrier(
    ControlStore& store, const OpenBarrierRequest& request);

}  // namespace roster::monitor
