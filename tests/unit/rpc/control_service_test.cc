// What reaches the backend, what comes back, and what is refused before.

#include <string>
#include <utility>
#include <vector>

#include "base/error_details.h"
#include "tests/unit/rpc/control_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

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
  // So where the call comes from is all that is known.
  EXPECT_EQ(backend_.order.meta.actor.name, "grpc 127.0.0.1");
  EXPECT_EQ(backend_.order.terms.owner, "grpc 127.0.0.1");
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

TEST_F(ControlServiceTest, AnOrderIsReadWhereItIsStored) {
  alpha().Up("web-01");
  v1::GetOrderRequest request;
  request.set_name("web-01");
  v1::GetOrderResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::GetOrder, request, &response)), "OK");
  EXPECT_EQ(response.desired().epoch(), 7);
  EXPECT_EQ(response.desired().problem(), "");
  EXPECT_FALSE(response.has_changed_at());
  EXPECT_EQ(response.member().name(), "web-01");
  request.set_name("never-seen");
  ASSERT_EQ(ErrorOf(Ask(&Stub::GetOrder, request, &response)), "OK");
  EXPECT_FALSE(response.has_member());
  request.set_name("a/b");
  EXPECT_THAT(ErrorOf(Ask(&Stub::GetOrder, request, &response)),
              StartsWith("INVALID_ARGUMENT/"));
}

TEST_F(ControlServiceTest, AnOrderThatCannotBeReadIsShownAsItWasLastRead) {
  alpha().Up("web-01");
  alpha().Up("web-02");
  Hold("web-01", "ops", 3);
  backend_.order_problem = "garbage in ";
  v1::GetOrderRequest request;
  request.set_name("web-01");
  v1::GetOrderResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::GetOrder, request, &response)), "OK");
  EXPECT_EQ(response.desired().problem(), "garbage in web-01");
  EXPECT_EQ(response.desired().epoch(), 3);
  EXPECT_EQ(response.desired().holds_size(), 2);
  // Nothing was read of this one: its epoch says that it is unknown.
  request.set_name("web-02");
  response.Clear();
  ASSERT_EQ(ErrorOf(Ask(&Stub::GetOrder, request, &response)), "OK");
  EXPECT_EQ(response.desired().problem(), "garbage in web-02");
  EXPECT_EQ(response.desired().epoch(), 0);
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
