#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// Controller carries out what operators ask of one cluster. See
// docs/control.md for how orders, budgets, audit and operations are stored and
// what is guaranteed.
//
// Each call is answered exactly once, on the controller's thread; it is
// answered with OK only when what was asked is stored and audited. Errors carry
// a reason (base/error_details.h); docs/errors.md lists them. A write whose
// outcome cannot be found out before the deadline ends as Unavailable with
// reason OUTCOME_UNKNOWN; asking again with the same request_id tells.
//
// Thread-safety: thread-safe.
class Controller {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  using Finished = absl::AnyInvocable<void(absl::Status)>;

  void TakeOffline(TakeOfflineRequest request, Done<TakeOfflineResult> done);
  void BringOnline(BringOnlineRequest request, Done<BringOnlineResult> done);
  // Reads it from ZooKeeper now.
  void GetOrder(std::string name, absl::Time deadline, Done<StoredOrder> done);
  void Evict(MemberRequest request, Done<MemberResult> done);
  void Forget(MemberRequest request, Done<MemberResult> done);

  void SetBudget(SetBudgetRequest request, Done<BudgetReport> done);
  void DeleteBudget(DeleteBudgetRequest request, Finished done);

  void RollingRestart(RollingRestartRequest request,
                      Done<OperationResult> done);
  void ChangeOperation(ChangeOperationRequest request,
                       Done<StoredOperation> done);

  void ListAudit(AuditQuery query, Done<AuditPage> done);

  void SetPolicy(SetPolicyRequest request, Done<model::Policy> done);
  void ReleaseGuard(ReleaseGuardRequest request, Finished done);
};

}  // namespace roster::monitor
