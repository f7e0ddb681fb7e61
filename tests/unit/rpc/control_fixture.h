#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "model/order.h"
#include "monitor/rpc/control_service.h"
#include "roster/v1/control.grpc.pb.h"
#include "tests/unit/rpc/rpc_fixture.h"

// ControlService on a real server, with a backend that a test controls.

namespace roster::monitor {

// Keeps what it was asked, and answers with what the test wants.
class FakeBackend final : public ControlBackend {
 public:
  // Held by each call, and taken by whoever asks, before and after: so
  // ThreadSanitizer sees what gRPC orders.
  base::Mutex mu;

  std::string order_problem;  // of stored orders; their name follows
  std::function<absl::StatusOr<TakeOfflineResult>()> take_offline = [] {
    return TakeOfflineResult();
  };
  absl::StatusOr<StoredOperation> operation = StoredOperation();
  absl::StatusOr<Nothing> nothing = Nothing();
  AuditPage audit;

  TakeOfflineRequest order;
  BringOnlineRequest release;
  MemberRequest member;
  ChangeOperationRequest change;
  AuditQuery query;
  absl::Time order_deadline;

  void TakeOffline(TakeOfflineRequest request,
                   Done<TakeOfflineResult> done) override {
    base::MutexLock lock(&mu);
    order = std::move(request);
    done(take_offline());
  }
  void BringOnline(BringOnlineRequest request,
                   Done<BringOnlineResult> done) override {
    base::MutexLock lock(&mu);
    release = std::move(request);
    done(BringOnlineResult{.request_id = "r-1"});
  }
  void GetOrder(std::string name, absl::Time deadline,
                Done<StoredOrder> done) override {
    base::MutexLock lock(&mu);
    order_deadline = deadline;
    if (order_problem.empty())
      done(StoredOrder{.order = {.epoch = 7}});
    else
      done(StoredOrder{.problem = order_problem + name});
  }
  void Evict(MemberRequest request, Done<MemberResult> done) override {
    base::MutexLock lock(&mu);
    member = std::move(request);
    done(MemberResult{.czxid = 42, .request_id = "r-2"});
  }
  void Forget(MemberRequest request, Done<MemberResult> done) override {
    base::MutexLock lock(&mu);
    member = std::move(request);
    done(MemberResult{});
  }
  void SetBudget(SetBudgetRequest request, Done<BudgetReport> done) override {
    base::MutexLock lock(&mu);
    done(BudgetReport{.budget = request.budget, .allowed = 3});
  }
  void DeleteBudget(DeleteBudgetRequest, Done<Nothing> done) override {
    base::MutexLock lock(&mu);
    done(nothing);
  }
  void RollingRestart(RollingRestartRequest request,
                      Done<OperationResult> done) override {
    base::MutexLock lock(&mu);
    OperationResult result;
    result.operation.operation.id = "op-1";
    result.operation.operation.reason = request.reason;
    done(std::move(result));
  }
  void ChangeOperation(ChangeOperationRequest request,
                       Done<StoredOperation> done) override {
    base::MutexLock lock(&mu);
    change = std::move(request);
    done(operation);
  }
  void ListAudit(AuditQuery asked, Done<AuditPage> done) override {
    base::MutexLock lock(&mu);
    query = std::move(asked);
    done(audit);
  }
  void SetPolicy(SetPolicyRequest request, Done<model::Policy> done) override {
    base::MutexLock lock(&mu);
    done(request.policy);
  }
  void ReleaseGuard(ReleaseGuardRequest, Done<Nothing> done) override {
    base::MutexLock lock(&mu);
    done(nothing);
  }
};

class ControlServiceTest : public RpcTest {
 protected:
  using Stub = v1::ControlService::Stub;

  ControlServiceTest() {
    ClusterTable& table = alpha().table();
    service_ = std::make_unique<ControlService>(
        ControlServiceOptions{.view_id = std::string(kRunId),
                              .bookmark_interval = absl::Seconds(60),
                              .max_streams = 2},
        std::vector<ControlledCluster>{
            {"alpha", [&table] { return table.view(); }, &backend_}});
    table.SetClusterListener(
        [this](const ClusterViewPtr&) { service_->NotifyOperations("alpha"); });
    auto server = RpcServer::Start(
        {.listen = {"127.0.0.1:0"}},
        {{service_.get(), v1::ControlService::service_full_name(),
          [this] { service_->StopStreams(); }}});
    EXPECT_OK(server);
    server_ = *std::move(server);
    control_ = v1::ControlService::NewStub(grpc::CreateChannel(
        server_->addresses().front(), grpc::InsecureChannelCredentials()));
  }
  ~ControlServiceTest() override { server_->Shutdown(absl::ZeroDuration()); }

  template <typename Request, typename Response>
  grpc::Status Ask(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                const Request&, Response*),
                   const Request& request, Response* response) {
    grpc::ClientContext context;
    // Not an identity, whatever it says.
    context.AddMetadata("x-actor", "root");
    context.set_deadline(
        absl::ToChronoTime(absl::Now() + roster::testing::Scaled(timeout_)));
    { base::MutexLock lock(&backend_.mu); }
    const grpc::Status status =
        (control_.get()->*method)(&context, request, response);
    base::MutexLock lock(&backend_.mu);
    return status;
  }

  void Hold(std::string_view name, const std::string& owner, int64_t epoch) {
    model::Order order{.epoch = epoch};
    for (const std::string& one : {owner, std::string("zed")})
      order.holds.push_back({.id = "h-" + one,
                             .owner = one,
                             .reason = "because",
                             .created_at = absl::Now()});
    alpha().table().ApplyOrder(name, model::SerializeOrder(order), absl::Now());
  }
  void Store(const model::Operation& operation, int32_t version) {
    const std::string data = model::SerializeOperation(operation);
    const std::string_view view = data;
    alpha().table().ApplyOperation(operation.id, &view, version, absl::Now(),
                                   absl::Now());
  }
  static model::Operation Running(const std::string& id,
                                  absl::Time created_at) {
    return {
        .id = id,
        .kind = model::OperationKind::kRollingRestart,
        .state = model::OperationState::kRunning,
        .actor = {.name = "alice"},
        .reason = "new version",
        .created_at = created_at,
        .members = {{.name = "web-01"},
                    {.name = "web-02", .step = model::OperationStep::kDone}}};
  }

  absl::Duration timeout_ = absl::Seconds(20);
  FakeBackend backend_;
  std::unique_ptr<ControlService> service_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<Stub> control_;
};

inline v1::TakeOfflineRequest GoodOrder() {
  v1::TakeOfflineRequest request;
  request.add_names("web-01");
  request.set_reason("kernel");
  return request;
}

}  // namespace roster::monitor
