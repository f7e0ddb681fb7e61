#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/policy.h"
#include "monitor/control/control_store.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// Commands on what applies to the cluster as a whole: budgets and policy, and
// what was done to it. Like order_commands.h.

absl::StatusOr<BudgetReport> SetBudget(ControlStore& store,
                                       const SetBudgetRequest& request);
absl::Status DeleteBudget(ControlStore& store,
                          const DeleteBudgetRequest& request);
// The interval in force stays as it is: the elected rosterd derives it.
absl::StatusOr<model::Policy> SetPolicy(ControlStore& store,
                                        const SetPolicyRequest& request);
// Ends the guard by hand, in all rosterds: they read it in the policy.
absl::Status ReleaseGuard(ControlStore& store,
                          const ReleaseGuardRequest& request);
// What cannot be read is left out.
absl::StatusOr<AuditPage> ListAudit(ControlStore& store,
                                    const AuditQuery& query);

}  // namespace roster::monitor
