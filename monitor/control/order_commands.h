#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "monitor/control/control_store.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// Commands on the orders of members. Each blocks until it is done; what they
// guarantee is in control_store.h, what they mean in
// proto/roster/v1/control.proto.

// Without start_at and pacing.
absl::StatusOr<TakeOfflineResult> TakeOffline(
    ControlStore& store, const TakeOfflineRequest& request);
absl::StatusOr<BringOnlineResult> BringOnline(
    ControlStore& store, const BringOnlineRequest& request);
absl::StatusOr<StoredOrder> GetOrder(ControlStore& store,
                                     const std::string& name,
                                     absl::Time deadline);

// The orders as they stand, to be written anew. FailedPrecondition if one
// cannot be read, Aborted with reason EPOCH_MISMATCH if one has another epoch
// than is expected.
absl::StatusOr<std::vector<ControlStore::OrderNode>> ReadOrdersToChange(
    ControlStore& store, const ClusterView& view,
    const std::vector<std::string>& names,
    const std::optional<int64_t>& expected_epoch, absl::Time deadline);

// FailedPrecondition with reason BUDGET_EXCEEDED, naming each budget that is
// not satisfied, or OK. Also if the budgets cannot be read.
absl::Status RefuseByBudget(const ClusterView& view,
                            const std::vector<BudgetReport>& reports);

}  // namespace roster::monitor
