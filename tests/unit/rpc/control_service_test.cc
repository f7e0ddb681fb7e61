// ControlService on a real server: what reaches the backend, what comes back,
// and what is answered from the view.

#include "monitor/rpc/control_service.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error_details.h"
#include "model/order.h"
#include "roster/v1/control.grpc.pb.h"
#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Keeps what it was asked, and answers with what the test wants.
class FakeBackend final : public ControlBackend {
 public:
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
    order = std::move(request);
    done(take_offline());
  }
  void BringOnline(BringOnlineRequest request,
                   Done<BringOnlineResult> done) override {
    release = std::move(request);
    done(BringOnlineResult{.request_id = "r-1"});
  }
  void GetOrder(std::string name, absl::Time deadline,
                Done<StoredOrder> done) override {
    order_deadline = deadline;
    done(StoredOrder{.order = {.epoch = 7}, .problem = "about " + name});
  }
  void Evict(MemberRequest request, Done<MemberResult> done) override {
    member = std::move(request);
    done(MemberResult{.czxid = 42, .request_id = "r-2"});
  }
  void Forget(MemberRequest request, Done<MemberResult> done) override {
    member = std::move(request);
    done(MemberResult{});
  }
  void SetBudget(SetBudgetRequest request, Done<BudgetReport> done) override {
    done(BudgetReport{.budget = request.budget, .allowed = 3});
  }
  void DeleteBudget(DeleteBudgetRequest, Done<Nothing> done) override {
    done(nothing);
  }
  void RollingRestart(RollingRestartRequest request,
                      Done<OperationResult> done) override {
    OperationResult result;
    result.operation.operation.id = "op-1";
    result.operation.operation.reason = request.reason;
    done(std::move(result));
  }
  void ChangeOperation(ChangeOperationRequest request,
                       Done<StoredOperation> done) override {
    change = std::move(request);
    done(operation);
  }
  void ListAudit(AuditQuery asked, Done<AuditPage> done) override {
    query = std::move(asked);
    done(audit);
  }
  void SetPolicy(SetPolicyRequest request, Done<model::Policy> done) override {
    done(request.policy);
  }
  void ReleaseGuard(ReleaseGuardRequest, Done<Nothing> done) override {
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
    return (control_.get()->*method)(&context, request, response);
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

v1::TakeOfflineRequest GoodOrder() {
  v1::TakeOfflineRequest request;
  request.add_names("web-01");
  request.set_reason("kernel");
  return request;
}

TEST_F(ControlServiceTest, AnOrderReachesTheBackendAndItsAnswerTheCaller) {
  backend_.take_offline = [] {
    return TakeOfflineResult{
        .changes = {{.name = "web-01",
                     .hold_id = "h-1",
                     .epoch_before = 3,
                     .epoch = 4,
                     .holds = {{.id = "h-1", .owner = "alice"}}}},
        .budgets = {{.budget = {.name = "web"}, .expected = 10, .allowed = 2}},
        .request_id = "r-9"};
  };
  v1::TakeOfflineRequest request = GoodOrder();
  request.set_actor("alice");
  request.set_request_id("r-9");
  request.set_validate_only(true);
  v1::TakeOfflineResponse response;

  ASSERT_EQ(ErrorOf(Ask(&Stub::TakeOffline, request, &response)), "OK");

  EXPECT_EQ(backend_.order.meta.actor.name, "alice");
  EXPECT_FALSE(backend_.order.meta.actor.authenticated);
  EXPECT_THAT(backend_.order.meta.actor.peer, HasSubstr("127.0.0.1"));
  EXPECT_EQ(backend_.order.meta.request_id, "r-9");
  EXPECT_TRUE(backend_.order.meta.validate_only);
  EXPECT_LE(backend_.order.meta.deadline, absl::Now() + absl::Seconds(60));
  ASSERT_EQ(response.changes_size(), 1);
  EXPECT_EQ(response.changes(0).hold_id(), "h-1");
  EXPECT_EQ(response.changes(0).epoch(), 4);
  EXPECT_EQ(response.changes(0).holds(0).owner(), "alice");
  EXPECT_EQ(response.budgets(0).allowed(), 2);
  EXPECT_EQ(response.request_id(), "r-9");
}

TEST_F(ControlServiceTest, NobodyIsWhatMetadataSays) {
  v1::TakeOfflineResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::TakeOffline, GoodOrder(), &response)), "OK");
  EXPECT_EQ(backend_.order.meta.actor.name, "unknown");
  EXPECT_EQ(backend_.order.terms.owner, "unknown");
}

TEST_F(ControlServiceTest, NobodyIsWaitedForLongerThanAMinute) {
  timeout_ = absl::Hours(10);
  v1::TakeOfflineResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::TakeOffline, GoodOrder(), &response)), "OK");
  EXPECT_LE(backend_.order.meta.deadline, absl::Now() + absl::Seconds(60));
}

TEST_F(ControlServiceTest, TheContentIsTheSameHoweverARequestIsRepeated) {
  v1::TakeOfflineRequest request = GoodOrder();
  request.set_request_id("r-1");
  v1::TakeOfflineResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::TakeOffline, request, &response)), "OK");
  const std::string content = backend_.order.meta.content;
  request.set_request_id("r-2");
  request.set_validate_only(true);
  ASSERT_EQ(ErrorOf(Ask(&Stub::TakeOffline, request, &response)), "OK");
  EXPECT_EQ(backend_.order.meta.content, content);
  request.set_force(true);
  ASSERT_EQ(ErrorOf(Ask(&Stub::TakeOffline, request, &response)), "OK");
  EXPECT_NE(backend_.order.meta.content, content);
}

TEST_F(ControlServiceTest, BadRequestsAreRefusedBeforeTheBackend) {
  backend_.take_offline = []() -> absl::StatusOr<TakeOfflineResult> {
    ADD_FAILURE() << "it was asked";
    return TakeOfflineResult();
  };
  v1::TakeOfflineResponse response;
  const auto refused = [&](std::function<void(v1::TakeOfflineRequest&)> make) {
    v1::TakeOfflineRequest request = GoodOrder();
    make(request);
    const grpc::Status status = Ask(&Stub::TakeOffline, request, &response);
    const auto bad = DetailOf<google::rpc::BadRequest>(status);
    return ErrorOf(status) + " " +
           (bad.field_violations_size() == 1 ? bad.field_violations(0).field()
                                             : "no field");
  };
  EXPECT_EQ(refused([](auto& r) { r.clear_names(); }),
            "INVALID_ARGUMENT/TARGETS_REQUIRED names");
  EXPECT_EQ(refused([](auto& r) { r.clear_reason(); }),
            "INVALID_ARGUMENT/INVALID_ARGUMENT reason");
  EXPECT_EQ(refused([](auto& r) { r.set_request_id("a b"); }),
            "INVALID_ARGUMENT/INVALID_ARGUMENT request_id");
  EXPECT_EQ(refused([](auto& r) { r.set_actor("a\nb"); }),
            "INVALID_ARGUMENT/INVALID_ARGUMENT actor");
  EXPECT_EQ(refused([](auto& r) { r.set_cluster("beta"); }),
            "NOT_FOUND/CLUSTER_NOT_FOUND no field");
}

TEST_F(ControlServiceTest, ARefusalKeepsItsReasonAndItsPreconditions) {
  backend_.take_offline = []() -> absl::StatusOr<TakeOfflineResult> {
    absl::Status status = base::WithReason(
        absl::FailedPreconditionError("not now"), "BUDGET_EXCEEDED");
    return base::WithPrecondition(status, "BUDGET", "web", "wait for web-02");
  };
  v1::TakeOfflineResponse response;
  const grpc::Status status = Ask(&Stub::TakeOffline, GoodOrder(), &response);
  EXPECT_EQ(ErrorOf(status), "FAILED_PRECONDITION/BUDGET_EXCEEDED");
  const auto failure = DetailOf<google::rpc::PreconditionFailure>(status);
  ASSERT_EQ(failure.violations_size(), 1);
  EXPECT_EQ(failure.violations(0).subject(), "web");
  EXPECT_EQ(failure.violations(0).description(), "wait for web-02");
}

TEST_F(ControlServiceTest, HoldsComePageByPage) {
  alpha().Up("a");
  alpha().Up("b");
  Hold("a", "ops", 1);
  Hold("b", "dev", 1);
  Hold("c", "ops", 1);  // never seen
  v1::ListHoldsRequest request;
  request.set_page_size(1);
  std::vector<std::string> seen;
  do {
    v1::ListHoldsResponse page;
    ASSERT_EQ(ErrorOf(Ask(&Stub::ListHolds, request, &page)), "OK");
    ASSERT_LE(page.holds_size(), 1);
    for (const auto& hold : page.holds())
      seen.push_back(hold.member() + "/" + hold.hold().id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, ElementsAre("a/h-ops", "a/h-zed", "b/h-dev", "b/h-zed",
                                "c/h-ops", "c/h-zed"));

  v1::ListHoldsResponse page;
  request.set_owner("ops");
  request.set_selector("name=a");
  request.set_page_size(0);
  ASSERT_EQ(ErrorOf(Ask(&Stub::ListHolds, request, &page)), "OK");
  ASSERT_EQ(page.holds_size(), 1);
  EXPECT_EQ(page.holds(0).member(), "a");
  request.set_page_token("nonsense");
  EXPECT_EQ(ErrorOf(Ask(&Stub::ListHolds, request, &page)),
            "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");
}

TEST_F(ControlServiceTest, AnOrderIsReadWhereItIsStored) {
  alpha().Up("web-01");
  v1::GetOrderRequest request;
  request.set_name("web-01");
  v1::GetOrderResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::GetOrder, request, &response)), "OK");
  EXPECT_EQ(response.desired().epoch(), 7);
  EXPECT_EQ(response.desired().problem(), "about web-01");
  EXPECT_FALSE(response.has_changed_at());
  EXPECT_EQ(response.member().name(), "web-01");
  request.set_name("never-seen");
  ASSERT_EQ(ErrorOf(Ask(&Stub::GetOrder, request, &response)), "OK");
  EXPECT_FALSE(response.has_member());
  request.set_name("a/b");
  EXPECT_THAT(ErrorOf(Ask(&Stub::GetOrder, request, &response)),
              StartsWith("INVALID_ARGUMENT/"));
}

TEST_F(ControlServiceTest, BudgetsAreExplainedFromTheView) {
  alpha().Up("a");
  alpha().Up("b");
  alpha().table().ApplyBudgets(
      model::SerializeBudgets({{.name = "all",
                                .selector = "*",
                                .kind = model::Budget::Kind::kMaxUnavailable,
                                .limit = {.value = 1}}}),
      absl::Now());
  alpha().table().ApplySynced(absl::Now());
  v1::ExplainBudgetsRequest request;
  v1::ExplainBudgetsResponse response;
  request.add_names("a");
  ASSERT_EQ(ErrorOf(Ask(&Stub::ExplainBudgets, request, &response)), "OK");
  EXPECT_TRUE(response.allowed());
  request.add_names("b");
  ASSERT_EQ(ErrorOf(Ask(&Stub::ExplainBudgets, request, &response)), "OK");
  EXPECT_FALSE(response.allowed());
  EXPECT_EQ(response.budgets(0).asked(), 2);
  EXPECT_FALSE(response.budgets(0).satisfied());
  request.add_names("c");
  EXPECT_EQ(ErrorOf(Ask(&Stub::ExplainBudgets, request, &response)),
            "NOT_FOUND/MEMBER_NOT_FOUND");

  v1::ExplainBudgetsRequest nobody;
  nobody.set_selector("name=nobody");
  ASSERT_EQ(ErrorOf(Ask(&Stub::ExplainBudgets, nobody, &response)), "OK");
  EXPECT_TRUE(response.allowed());
  EXPECT_THAT(response.budgets(), IsEmpty());

  v1::ListBudgetsResponse budgets;
  ASSERT_EQ(
      ErrorOf(Ask(&Stub::ListBudgets, v1::ListBudgetsRequest(), &budgets)),
      "OK");
  EXPECT_EQ(budgets.budgets(0).budget().max_unavailable(), "1");
}

TEST_F(ControlServiceTest, WhatIsNotReadYetIsNotSaidToBeAbsent) {
  v1::ListBudgetsResponse budgets;
  EXPECT_EQ(
      ErrorOf(Ask(&Stub::ListBudgets, v1::ListBudgetsRequest(), &budgets)),
      "UNAVAILABLE/VIEW_NOT_SYNCED");
  v1::GetOperationRequest request;
  request.set_id("op-1");
  v1::GetOperationResponse operation;
  EXPECT_EQ(ErrorOf(Ask(&Stub::GetOperation, request, &operation)),
            "UNAVAILABLE/VIEW_NOT_SYNCED");
  alpha().table().ApplySynced(absl::Now());
  EXPECT_EQ(ErrorOf(Ask(&Stub::GetOperation, request, &operation)),
            "NOT_FOUND/OPERATION_NOT_FOUND");
}

TEST_F(ControlServiceTest, OperationsComeNewestFirst) {
  alpha().table().ApplySynced(absl::Now());
  const absl::Time start = absl::FromUnixSeconds(1'764'000'000);
  for (int i = 0; i < 5; ++i)
    Store(Running(absl::StrCat("op-", i), start + absl::Seconds(i / 2)), 0);
  v1::ListOperationsRequest request;
  request.set_page_size(2);
  std::vector<std::string> seen;
  do {
    v1::ListOperationsResponse page;
    ASSERT_EQ(ErrorOf(Ask(&Stub::ListOperations, request, &page)), "OK");
    for (const auto& operation : page.operations()) {
      seen.push_back(operation.id());
      EXPECT_EQ(operation.total(), 2);
      EXPECT_EQ(operation.done(), 1);
      EXPECT_THAT(operation.members(), IsEmpty()) << "not in lists";
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, ElementsAre("op-4", "op-3", "op-2", "op-1", "op-0"));
}

TEST_F(ControlServiceTest, AnOperationIsWatchedToItsEnd) {
  alpha().table().ApplySynced(absl::Now());
  model::Operation operation = Running("op-1", absl::Now());
  Store(operation, 0);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(
      absl::Now() + roster::testing::Scaled(absl::Seconds(60))));
  v1::WatchOperationRequest request;
  request.set_id("op-1");
  const auto reader = control_->WatchOperation(&context, request);
  v1::WatchOperationResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.operation().state(), v1::OPERATION_STATE_RUNNING);
  EXPECT_EQ(message.operation().members(0).step(), v1::OPERATION_STEP_PENDING);

  operation.members[0].step = model::OperationStep::kDraining;
  Store(operation, 1);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.operation().members(0).step(), v1::OPERATION_STEP_DRAINING);
  EXPECT_EQ(message.operation().revision(), 1);

  operation.state = model::OperationState::kSucceeded;
  operation.ended_at = absl::Now();
  Store(operation, 2);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.operation().state(), v1::OPERATION_STATE_SUCCEEDED);
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ControlServiceTest, WatchesEndWithTheServerAndAreBounded) {
  alpha().table().ApplySynced(absl::Now());
  Store(Running("op-1", absl::Now()), 0);
  v1::WatchOperationRequest request;
  request.set_id("op-1");
  v1::WatchOperationResponse message;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchOperationResponse>>>
      readers;
  for (int i = 0; i < 3; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    readers.push_back(control_->WatchOperation(contexts.back().get(), request));
    ASSERT_EQ(readers.back()->Read(&message), i < 2);
  }
  EXPECT_EQ(ErrorOf(readers[2]->Finish()),
            "RESOURCE_EXHAUSTED/TOO_MANY_STREAMS");
  service_->StopStreams();
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(readers[i]->Read(&message));
    EXPECT_EQ(ErrorOf(readers[i]->Finish()), "UNAVAILABLE/SERVER_STOPPING");
  }
}

TEST_F(ControlServiceTest, OperationsAreChangedByName) {
  backend_.operation->operation = Running("op-1", absl::Now());
  backend_.operation->operation.state = model::OperationState::kCancelled;
  v1::CancelOperationRequest request;
  request.set_id("op-1");
  request.set_actor("bob");
  request.set_release_holds(true);
  v1::CancelOperationResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::CancelOperation, request, &response)), "OK");
  EXPECT_EQ(backend_.change.verb, ChangeOperationRequest::Verb::kCancel);
  EXPECT_TRUE(backend_.change.release_holds);
  EXPECT_EQ(backend_.change.meta.actor.name, "bob");
  EXPECT_EQ(response.operation().state(), v1::OPERATION_STATE_CANCELLED);
  request.clear_id();
  EXPECT_THAT(ErrorOf(Ask(&Stub::CancelOperation, request, &response)),
              StartsWith("INVALID_ARGUMENT/"));
}

TEST_F(ControlServiceTest, TheAuditComesPageByPage) {
  backend_.audit.lines = {{.sequence = 9,
                           .entry = {.at = absl::Now(),
                                     .actor = {.name = "alice"},
                                     .action = "TakeOffline",
                                     .targets = {{"web-01", 3, 4}},
                                     .forced = true}}};
  backend_.audit.next_before = 9;
  v1::ListAuditRequest request;
  request.set_target("web-01");
  v1::ListAuditResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::ListAudit, request, &response)), "OK");
  EXPECT_EQ(backend_.query.target, "web-01");
  EXPECT_EQ(backend_.query.limit, 100u);
  EXPECT_EQ(backend_.query.before, 0);
  EXPECT_EQ(response.entries(0).targets(0).epoch_after(), 4);
  EXPECT_TRUE(response.entries(0).forced());

  request.set_page_token(response.next_page_token());
  ASSERT_EQ(ErrorOf(Ask(&Stub::ListAudit, request, &response)), "OK");
  EXPECT_EQ(backend_.query.before, 9);
  request.set_target("web-02");
  EXPECT_EQ(ErrorOf(Ask(&Stub::ListAudit, request, &response)),
            "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");
}

TEST_F(ControlServiceTest, WhatHasNoResultIsAnsweredToo) {
  v1::ReleaseGuardResponse released;
  EXPECT_EQ(
      ErrorOf(Ask(&Stub::ReleaseGuard, v1::ReleaseGuardRequest(), &released)),
      "OK");
  backend_.nothing =
      base::WithReason(absl::FailedPreconditionError("it is off"), "GUARD_OFF");
  EXPECT_EQ(
      ErrorOf(Ask(&Stub::ReleaseGuard, v1::ReleaseGuardRequest(), &released)),
      "FAILED_PRECONDITION/GUARD_OFF");
}

}  // namespace
}  // namespace roster::monitor
