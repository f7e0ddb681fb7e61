#include "tests/unit/cli/fake_control.h"

#include <utility>

namespace roster::testing {
namespace {

using base::MutexLock;
using grpc::Status;

// The names that a request means.
template <typename Request>
std::vector<std::string> NamesOf(const Request& request,
                                 const std::vector<std::string>& selected) {
  if (!request.selector().empty()) return selected;
  return {request.names().begin(), request.names().end()};
}

}  // namespace

void FakeControlService::SetSelected(std::vector<std::string> names) {
  const MutexLock lock(&mu_);
  selected_ = std::move(names);
}

void FakeControlService::FailWith(grpc::Status status) {
  const MutexLock lock(&mu_);
  failure_ = std::move(status);
}

void FakeControlService::SetOperation(std::vector<v1::Operation> states) {
  const MutexLock lock(&mu_);
  states_ = std::move(states);
}

void FakeControlService::SetHolds(std::vector<v1::MemberHold> holds) {
  const MutexLock lock(&mu_);
  holds_ = std::move(holds);
}

void FakeControlService::SetAudit(std::vector<v1::AuditEntry> entries) {
  const MutexLock lock(&mu_);
  audit_ = std::move(entries);
}

void FakeControlService::SetReports(std::vector<v1::BudgetReport> reports) {
  const MutexLock lock(&mu_);
  reports_ = std::move(reports);
}

std::vector<v1::TakeOfflineRequest> FakeControlService::orders() const {
  const MutexLock lock(&mu_);
  return orders_;
}

std::vector<v1::BringOnlineRequest> FakeControlService::releases() const {
  const MutexLock lock(&mu_);
  return releases_;
}

v1::RollingRestartRequest FakeControlService::restart() const {
  const MutexLock lock(&mu_);
  return restart_;
}

v1::CancelOperationRequest FakeControlService::cancel() const {
  const MutexLock lock(&mu_);
  return cancel_;
}

std::vector<v1::EvictRequest> FakeControlService::evictions() const {
  const MutexLock lock(&mu_);
  return evictions_;
}

std::vector<v1::ForgetRequest> FakeControlService::forgets() const {
  const MutexLock lock(&mu_);
  return forgets_;
}

v1::SetBudgetRequest FakeControlService::budget() const {
  const MutexLock lock(&mu_);
  return budget_;
}

v1::SetPolicyRequest FakeControlService::policy() const {
  const MutexLock lock(&mu_);
  return policy_;
}

Status FakeControlService::TakeOffline(grpc::ServerContext*,
                                       const v1::TakeOfflineRequest* request,
                                       v1::TakeOfflineResponse* response) {
  const MutexLock lock(&mu_);
  orders_.push_back(*request);
  if (!failure_.ok()) return failure_;
  for (const v1::BudgetReport& report : reports_)
    *response->add_budgets() = report;
  response->set_request_id(request->request_id());
  if (request->has_pacing() || request->has_start_at()) {
    *response->mutable_operation() = states_.front();
    return Status::OK;
  }
  for (const std::string& name : NamesOf(*request, selected_)) {
    auto* change = response->add_changes();
    change->set_name(name);
    change->set_hold_id("h-" + name);
    change->set_epoch(3);
    auto* hold = change->add_holds();
    hold->set_id(change->hold_id());
    hold->set_owner(request->actor());
  }
  return Status::OK;
}

Status FakeControlService::BringOnline(grpc::ServerContext*,
                                       const v1::BringOnlineRequest* request,
                                       v1::BringOnlineResponse* response) {
  const MutexLock lock(&mu_);
  releases_.push_back(*request);
  if (!failure_.ok()) return failure_;
  for (const std::string& name : NamesOf(*request, selected_)) {
    auto* change = response->add_changes();
    change->set_name(name);
    change->set_epoch(4);
    change->add_released_hold_ids("h-" + name);
  }
  return Status::OK;
}

Status FakeControlService::Evict(grpc::ServerContext*,
                                 const v1::EvictRequest* request,
                                 v1::EvictResponse*) {
  const MutexLock lock(&mu_);
  evictions_.push_back(*request);
  return failure_;
}

Status FakeControlService::Forget(grpc::ServerContext*,
                                  const v1::ForgetRequest* request,
                                  v1::ForgetResponse*) {
  const MutexLock lock(&mu_);
  forgets_.push_back(*request);
  return failure_;
}

Status FakeControlService::ListHolds(grpc::ServerContext*,
                                     const v1::ListHoldsRequest*,
                                     v1::ListHoldsResponse* response) {
  const MutexLock lock(&mu_);
  for (const v1::MemberHold& hold : holds_) *response->add_holds() = hold;
  response->mutable_view()->set_connected(true);
  response->mutable_view()->set_synced(true);
  return Status::OK;
}

Status FakeControlService::RollingRestart(
    grpc::ServerContext*, const v1::RollingRestartRequest* request,
    v1::RollingRestartResponse* response) {
  const MutexLock lock(&mu_);
  restart_ = *request;
  if (!failure_.ok()) return failure_;
  *response->mutable_operation() = states_.front();
  for (const v1::BudgetReport& report : reports_)
    *response->add_budgets() = report;
  return Status::OK;
}

Status FakeControlService::GetOperation(grpc::ServerContext*,
                                        const v1::GetOperationRequest*,
                                        v1::GetOperationResponse* response) {
  const MutexLock lock(&mu_);
  if (states_.empty())
    return Status(grpc::StatusCode::NOT_FOUND, "there is no such operation");
  *response->mutable_operation() = states_.back();
  return Status::OK;
}

Status FakeControlService::CancelOperation(
    grpc::ServerContext*, const v1::CancelOperationRequest* request,
    v1::CancelOperationResponse* response) {
  const MutexLock lock(&mu_);
  cancel_ = *request;
  *response->mutable_operation() = states_.back();
  return Status::OK;
}

Status FakeControlService::WatchOperation(
    grpc::ServerContext*, const v1::WatchOperationRequest*,
    grpc::ServerWriter<v1::WatchOperationResponse>* writer) {
  const MutexLock lock(&mu_);
  v1::WatchOperationResponse message;
  for (const v1::Operation& state : states_) {
    *message.mutable_operation() = state;
    writer->Write(message);
  }
  return Status::OK;
}

Status FakeControlService::ListOperations(
    grpc::ServerContext*, const v1::ListOperationsRequest*,
    v1::ListOperationsResponse* response) {
  const MutexLock lock(&mu_);
  if (!states_.empty()) *response->add_operations() = states_.back();
  return Status::OK;
}

Status FakeControlService::ExplainBudgets(
    grpc::ServerContext*, const v1::ExplainBudgetsRequest*,
    v1::ExplainBudgetsResponse* response) {
  const MutexLock lock(&mu_);
  *response->mutable_budgets() = {reports_.begin(), reports_.end()};
  return Status::OK;
}

Status FakeControlService::ListBudgets(grpc::ServerContext*,
                                       const v1::ListBudgetsRequest*,
                                       v1::ListBudgetsResponse* response) {
  const MutexLock lock(&mu_);
  for (const v1::BudgetReport& report : reports_)
    *response->add_budgets() = report;
  return Status::OK;
}

Status FakeControlService::SetBudget(grpc::ServerContext*,
                                     const v1::SetBudgetRequest* request,
                                     v1::SetBudgetResponse* response) {
  const MutexLock lock(&mu_);
  budget_ = *request;
  *response->mutable_budget()->mutable_budget() = request->budget();
  return Status::OK;
}

Status FakeControlService::GetPolicy(grpc::ServerContext*,
                                     const v1::GetPolicyRequest*,
                                     v1::GetPolicyResponse* response) {
  response->mutable_policy()->mutable_reporting()->set_max_updates_per_second(
      2000);
  response->mutable_policy()->mutable_guard()->set_ratio(0.3);
  return Status::OK;
}

Status FakeControlService::SetPolicy(grpc::ServerContext*,
                                     const v1::SetPolicyRequest* request,
                                     v1::SetPolicyResponse* response) {
  const MutexLock lock(&mu_);
  policy_ = *request;
  *response->mutable_policy() = request->policy();
  return Status::OK;
}

Status FakeControlService::ListMonitors(grpc::ServerContext*,
                                        const v1::ListMonitorsRequest*,
                                        v1::ListMonitorsResponse*) {
  return Status::OK;
}

Status FakeControlService::ListAudit(grpc::ServerContext*,
                                     const v1::ListAuditRequest*,
                                     v1::ListAuditResponse* response) {
  const MutexLock lock(&mu_);
  for (const v1::AuditEntry& entry : audit_) *response->add_entries() = entry;
  return Status::OK;
}

}  // namespace roster::testing
