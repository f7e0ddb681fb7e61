#pragma once

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"
#include "roster/v1/control.grpc.pb.h"

namespace roster::testing {

namespace v1 = roster::v1;

// FakeControlService notes what it is asked and answers with what the test
// wants; nothing happens to any member.
//
// Thread-safety: thread-safe.
class FakeControlService final : public v1::ControlService::Service {
 public:
  // Members that a selector finds.
  void SetSelected(std::vector<std::string> names);
  // Every changing call from now on fails with this.
  void FailWith(grpc::Status status);
  // What WatchOperation says, one after the other; the last is what
  // GetOperation says.
  void SetOperation(std::vector<v1::Operation> states);
  void SetHolds(std::vector<v1::MemberHold> holds);
  void SetAudit(std::vector<v1::AuditEntry> entries);
  void SetReports(std::vector<v1::BudgetReport> reports);

  std::vector<v1::TakeOfflineRequest> orders() const;
  std::vector<v1::BringOnlineRequest> releases() const;
  v1::RollingRestartRequest restart() const;
  v1::CancelOperationRequest cancel() const;
  std::vector<v1::EvictRequest> evictions() const;
  std::vector<v1::ForgetRequest> forgets() const;
  v1::SetBudgetRequest budget() const;
  v1::SetPolicyRequest policy() const;

  grpc::Status TakeOffline(grpc::ServerContext* context,
                           const v1::TakeOfflineRequest* request,
                           v1::TakeOfflineResponse* response) override;
  grpc::Status BringOnline(grpc::ServerContext* context,
                           const v1::BringOnlineRequest* request,
                           v1::BringOnlineResponse* response) override;
  grpc::Status Evict(grpc::ServerContext* context,
                     const v1::EvictRequest* request,
                     v1::EvictResponse* response) override;
  grpc::Status Forget(grpc::ServerContext* context,
                      const v1::ForgetRequest* request,
                      v1::ForgetResponse* response) override;
  grpc::Status ListHolds(grpc::ServerContext* context,
                         const v1::ListHoldsRequest* request,
                         v1::ListHoldsResponse* response) override;
  grpc::Status RollingRestart(grpc::ServerContext* context,
                              const v1::RollingRestartRequest* request,
                              v1::RollingRestartResponse* response) override;
  grpc::Status GetOperation(grpc::ServerContext* context,
                            const v1::GetOperationRequest* request,
                            v1::GetOperationResponse* response) override;
  grpc::Status CancelOperation(grpc::ServerContext* context,
                               const v1::CancelOperationRequest* request,
                               v1::CancelOperationResponse* response) override;
  grpc::Status WatchOperation(
      grpc::ServerContext* context, const v1::WatchOperationRequest* request,
      grpc::ServerWriter<v1::WatchOperationResponse>* writer) override;
  // The newest state that was set.
  grpc::Status ListOperations(grpc::ServerContext* context,
                              const v1::ListOperationsRequest* request,
                              v1::ListOperationsResponse* response) override;
  grpc::Status ExplainBudgets(grpc::ServerContext* context,
                              const v1::ExplainBudgetsRequest* request,
                              v1::ExplainBudgetsResponse* response) override;
  grpc::Status ListBudgets(grpc::ServerContext* context,
                           const v1::ListBudgetsRequest* request,
                           v1::ListBudgetsResponse* response) override;
  grpc::Status SetBudget(grpc::ServerContext* context,
                         const v1::SetBudgetRequest* request,
                         v1::SetBudgetResponse* response) override;
  grpc::Status GetPolicy(grpc::ServerContext* context,
                         const v1::GetPolicyRequest* request,
                         v1::GetPolicyResponse* response) override;
  grpc::Status SetPolicy(grpc::ServerContext* context,
                         const v1::SetPolicyRequest* request,
                         v1::SetPolicyResponse* response) override;
  // Nobody is known; it is no mistake to ask.
  grpc::Status ListMonitors(grpc::ServerContext* context,
                            const v1::ListMonitorsRequest* request,
                            v1::ListMonitorsResponse* response) override;
  grpc::Status ListAudit(grpc::ServerContext* context,
                         const v1::ListAuditRequest* request,
                         v1::ListAuditResponse* response) override;

 private:
  mutable base::Mutex mu_;
  std::vector<std::string> selected_ ABSL_GUARDED_BY(mu_);
  grpc::Status failure_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::Operation> states_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::MemberHold> holds_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::AuditEntry> audit_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::BudgetReport> reports_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::TakeOfflineRequest> orders_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::BringOnlineRequest> releases_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::EvictRequest> evictions_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::ForgetRequest> forgets_ ABSL_GUARDED_BY(mu_);
  v1::RollingRestartRequest restart_ ABSL_GUARDED_BY(mu_);
  v1::CancelOperationRequest cancel_ ABSL_GUARDED_BY(mu_);
  v1::SetBudgetRequest budget_ ABSL_GUARDED_BY(mu_);
  v1::SetPolicyRequest policy_ ABSL_GUARDED_BY(mu_);
};

}  // namespace roster::testing
