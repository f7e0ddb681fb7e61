#pragma once

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// What the services ask of whoever carries out changes: a Controller, or a test
// in its place. See controller.h for what is guaranteed.
//
// Thread-safety: implementations are thread-safe, and call `done` on any
// thread, exactly once.
class ControlBackend {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  // The result of what has none.
  struct Nothing {};

  virtual ~ControlBackend() = default;

  virtual void TakeOffline(TakeOfflineRequest request,
                           Done<TakeOfflineResult> done) = 0;
  virtual void BringOnline(BringOnlineRequest request,
                           Done<BringOnlineResult> done) = 0;
  virtual void GetOrder(std::string name, absl::Time deadline,
                        Done<StoredOrder> done) = 0;
  virtual void Evict(MemberRequest request, Done<MemberResult> done) = 0;
  virtual void Forget(MemberRequest request, Done<MemberResult> done) = 0;
  virtual void SetBudget(SetBudgetRequest request, Done<BudgetReport> done) = 0;
  virtual void DeleteBudget(DeleteBudgetRequest request,
                            Done<Nothing> done) = 0;
  virtual void RollingRestart(RollingRestartRequest request,
                              Done<OperationResult> done) = 0;
  virtual void ChangeOperation(ChangeOperationRequest request,
                               Done<StoredOperation> done) = 0;
  virtual void ListAudit(AuditQuery query, Done<AuditPage> done) = 0;
  virtual void SetPolicy(SetPolicyRequest request,
                         Done<model::Policy> done) = 0;
  virtual void ReleaseGuard(ReleaseGuardRequest request,
                            Done<Nothing> done) = 0;
};

}  // namespace roster::monitor
