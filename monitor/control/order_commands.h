#pragma once

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
absl::StatusOr<MemberResult> Evict(ControlStore& store,
                                   const MemberRequest& request);
absl::StatusOr<MemberResult> Forget(ControlStore& store,
                                    const MemberRequest& request);

// FailedPrecondition with reason BUDGET_EXCEEDED, naming each budget that is
// not satisfied, or OK. Also if the budgets cannot be read.
absl::Status RefuseByBudget(const ClusterView& view,
                            const std::vector<BudgetReport>& reports);

}  // namespace roster::monitor
