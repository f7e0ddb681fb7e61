#pragma once

#include <string>
#include <utility>

#include "monitor/control/controller.h"
#include "monitor/rpc/control_backend.h"

namespace roster::monitor {

// ControllerBackend lets ControlService use a Controller, which outlives it.
// Whoever includes this links roster::control.
class ControllerBackend final : public ControlBackend {
 public:
  explicit ControllerBackend(Controller& controller)
      : controller_(controller) {}

  void TakeOffline(TakeOfflineRequest request,
                   Done<TakeOfflineResult> done) override {
    controller_.TakeOffline(std::move(request), std::move(done));
  }
  void BringOnline(BringOnlineRequest request,
                   Done<BringOnlineResult> done) override {
    controller_.BringOnline(std::move(request), std::move(done));
  }
  void GetOrder(std::string name, absl::Time deadline,
                Done<StoredOrder> done) override {
    controller_.GetOrder(std::move(name), deadline, std::move(done));
  }
  void Evict(MemberRequest request, Done<MemberResult> done) override {
    controller_.Evict(std::move(request), std::move(done));
  }
  void Forget(MemberRequest request, Done<MemberResult> done) override {
    controller_.Forget(std::move(request), std::move(done));
  }
  void SetBudget(SetBudgetRequest request, Done<BudgetReport> done) override {
    controller_.SetBudget(std::move(request), std::move(done));
  }
  void DeleteBudget(DeleteBudgetRequest request, Done<Nothing> done) override {
    controller_.DeleteBudget(std::move(request), Finished(std::move(done)));
  }
  void RollingRestart(RollingRestartRequest request,
                      Done<OperationResult> done) override {
    controller_.RollingRestart(std::move(request), std::move(done));
  }
  void ChangeOperation(ChangeOperationRequest request,
                       Done<StoredOperation> done) override {
    controller_.ChangeOperation(std::move(request), std::move(done));
  }
  void ListAudit(AuditQuery query, Done<AuditPage> done) override {
    controller_.ListAudit(std::move(query), std::move(done));
  }
  void SetPolicy(SetPolicyRequest request, Done<model::Policy> done) override {
    controller_.SetPolicy(std::move(request), std::move(done));
  }
  void ReleaseGuard(ReleaseGuardRequest request, Done<Nothing> done) override {
    controller_.ReleaseGuard(std::move(request), Finished(std::move(done)));
  }

 private:
  static Controller::Finished Finished(Done<Nothing> done) {
    return [done = std::move(done)](absl::Status status) mutable {
      if (status.ok())
        done(Nothing{});
      else
        done(std::move(status));
    };
  }

  Controller& controller_;
};

}  // namespace roster::monitor
