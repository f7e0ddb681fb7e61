#pragma once

#include "absl/status/statusor.h"
#include "monitor/control/control_store.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// Commands on operations. They only store what is wanted: OperationRunner, on
// the elected rosterd, does it. Like order_commands.h.

// With start_at or pacing.
absl::StatusOr<TakeOfflineResult> StartTakeOffline(
    ControlStore& store, const TakeOfflineRequest& request);
absl::StatusOr<OperationResult> StartRollingRestart(
    ControlStore& store, const RollingRestartRequest& request);
absl::StatusOr<StoredOperation> ChangeOperation(
    ControlStore& store, const ChangeOperationRequest& request);

}  // namespace roster::monitor
