#pragma once

#include "absl/status/statusor.h"
#include "monitor/control/control_store.h"
#include "monitor/control/coordination_values.h"

namespace roster::monitor {

// Changes by hand of what programs coordinate by. Like order_commands.h. Both
// refuse what PathOf() does, and what CheckNotOwn() does: nothing that Roster
// keeps, and no member of any cluster, is taken away for a lock or a barrier.

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
