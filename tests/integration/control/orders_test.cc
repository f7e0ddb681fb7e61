// Holds on a real ZooKeeper: placing, releasing, refusing, and what is left of
// them when something breaks in between.

#include <future>
#include <thread>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "tests/integration/control/control_fixture.h"
#include "tests/support/tcp_proxy.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

using testing::StatusIs;

std::string ReasonOf(const absl::Status& status) {
  return base::DetailsOf(status).reason;
}

class OrdersTest : public ControlTest {
 protected:
  // One stack that sees `names` UP.
  void Start(const std::vector<std::string>& names) {
    for (const std::string& name : names) Join(name, Record("UP", 0));
    stack_ = MakeStack();
    for (const std::string& name : names)
      ASSERT_TRUE(testing::WaitUntil(
          [&] { return stack_->status(name) == "UP"; }, name + " is UP"));
  }

  std::unique_ptr<ControlStack> stack_;
};

TEST_F(OrdersTest, AHoldIsStoredShownAndAudited) {
  Start({"web-01"});
  const auto result = stack_->TakeOffline(Drain({"web-01"}));
  ASSERT_OK(result.status());
  ASSERT_THAT(result->changes, SizeIs(1));
  EXPECT_EQ(result->changes[0].epoch_before, 0);
  EXPECT_EQ(result->changes[0].epoch, 1);
  EXPECT_THAT(result->changes[0].holds, SizeIs(1));

  const model::Order order = StoredOrder("web-01");
  EXPECT_EQ(order.epoch, 1);
  ASSERT_THAT(order.holds, SizeIs(1));
  EXPECT_EQ(order.holds[0].id, result->changes[0].hold_id);
  EXPECT_EQ(order.holds[0].owner, "ops");
  EXPECT_EQ(order.holds[0].reason, "kernel upgrade");
  // The caller's next look has it: no waiting.
  EXPECT_EQ(stack_->status("web-01"), "DRAINING");

  const auto audit = Audit();
  ASSERT_THAT(audit, SizeIs(1));
  EXPECT_EQ(audit[0].action, "TakeOffline");
  EXPECT_EQ(audit[0].actor.name, "ops");
  EXPECT_FALSE(audit[0].actor.authenticated);
  EXPECT_EQ(audit[0].result, "OK");
  EXPECT_EQ(audit[0].monitor, "monitor-1");
  EXPECT_THAT(audit[0].targets,
              ElementsAre(model::AuditTarget{"web-01", 0, 1}));
}

TEST_F(OrdersTest, EachOwnerHasAHoldOfItsOwn) {
  Start({"web-01"});
  ASSERT_OK(stack_->TakeOffline(Drain({"web-01"}, "ops")).status());
  ASSERT_OK(stack_->TakeOffline(Drain({"web-01"}, "dba")).status());
  EXPECT_THAT(StoredOrder("web-01").holds, SizeIs(2));

  ASSERT_OK(stack_->BringOnline(Release({"web-01"}, "ops")).status());
  EXPECT_EQ(stack_->status("web-01"), "DRAINING");
  ASSERT_THAT(StoredOrder("web-01").holds, SizeIs(1));
  EXPECT_EQ(StoredOrder("web-01").holds[0].owner, "dba");

  const auto again = stack_->BringOnline(Release({"web-01"}, "ops"));
  EXPECT_THAT(again, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(again.status()), "HOLD_NOT_FOUND");
  EXPECT_THAT(again.status().message(), HasSubstr("of dba"));

  BringOnlineRequest all = Release({"web-01"}, "ops");
  all.all_holds = true;
  ASSERT_OK(stack_->BringOnline(all).status());
  EXPECT_EQ(stack_->status("web-01"), "UP");
  EXPECT_EQ(StoredOrder("web-01").epoch, 4);
}

TEST_F(OrdersTest, TheSameOwnerChangesTheTermsOfItsHold) {
  Start({"web-01"});
  const auto first = stack_->TakeOffline(Drain({"web-01"}));
  ASSERT_OK(first.status());
  TakeOfflineRequest harder = Drain({"web-01"});
  harder.terms.mode = model::HoldMode::kImmediate;
  const auto second = stack_->TakeOffline(harder);
  ASSERT_OK(second.status());
  EXPECT_EQ(first->changes[0].hold_id, second->changes[0].hold_id);
  ASSERT_THAT(StoredOrder("web-01").holds, SizeIs(1));
  EXPECT_EQ(StoredOrder("web-01").holds[0].mode, model::HoldMode::kImmediate);
  EXPECT_EQ(StoredOrder("web-01").epoch, 2);
}

TEST_F(OrdersTest, AHoldThatIsReplacedSaysWhatItWasBefore) {
  Start({"web-01"});
  TakeOfflineRequest first = Drain({"web-01"});
  first.terms.ticket = "OPS-12";
  const auto placed = stack_->TakeOffline(first);
  ASSERT_OK(placed.status());
  EXPECT_THAT(placed->changes[0].notes, IsEmpty());
  TakeOfflineRequest again = Drain({"web-01"});
  again.terms.reason = "again";
  const auto replaced = stack_->TakeOffline(again);
  ASSERT_OK(replaced.status());
  EXPECT_THAT(replaced->changes[0].notes,
              ElementsAre("replaced the hold of ops; before: reason kernel "
                          "upgrade, ticket OPS-12"));
}

TEST_F(OrdersTest, AMemberThatObeysNoOrdersIsNamed) {
  Join("stub");
  stack_ = MakeStack();
  EVENTUALLY(stack_->status("stub") == "UP");
  TakeOfflineRequest request = Drain({"stub"});
  request.meta.validate_only = true;
  for (const bool trial : {true, false}) {
    request.meta.validate_only = trial;
    const auto result = stack_->TakeOffline(request);
    ASSERT_OK(result.status());
    EXPECT_THAT(result->changes[0].notes,
                ElementsAre("obeys no orders: its work goes on"));
  }
}

TEST_F(OrdersTest, ATypingErrorIsNoMemberWithoutAHold) {
  Start({"web-01", "web-02"});
  ASSERT_OK(stack_->TakeOffline(Drain({"web-01"})).status());
  const auto unknown = stack_->BringOnline(Release({"web-01", "wbe-02"}));
  EXPECT_THAT(unknown, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(ReasonOf(unknown.status()), "MEMBER_NOT_FOUND");
  EXPECT_THAT(unknown.status().message(), HasSubstr("wbe-02"));

  const auto unheld = stack_->BringOnline(Release({"web-01", "web-02"}));
  EXPECT_EQ(ReasonOf(unheld.status()), "HOLD_NOT_FOUND");
  EXPECT_EQ(unheld.status().message(),
            "nothing was changed: web-02 has no such hold; it is not held at "
            "all");
  EXPECT_TRUE(StoredOrder("web-01").held());
}

TEST_F(OrdersTest, ANameNeverSeenNeedsToBeAllowed) {
  Start({"web-01"});
  const auto refused = stack_->TakeOffline(Drain({"web-01", "web-99"}));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(ReasonOf(refused.status()), "MEMBER_NOT_FOUND");
  EXPECT_FALSE(StoredOrder("web-01").held()) << "all or none";

  TakeOfflineRequest request = Drain({"web-99"});
  request.allow_absent = true;
  const auto result = stack_->TakeOffline(request);
  ASSERT_OK(result.status());
  EXPECT_TRUE(result->changes[0].never_seen);
  EXPECT_EQ(stack_->status("web-99"), "OFFLINE");

  // It comes, and comes held.
  Join("web-99", Record("DRAINED", 1));
  EXPECT_TRUE(testing::WaitUntil(
      [&] { return stack_->member("web-99")->present; }, "it has come"));
  EXPECT_EQ(stack_->status("web-99"), "OFFLINE");
}

TEST_F(OrdersTest, SelectorsMeanMembersOfNow) {
  for (const char* name : {"a-1", "a-2", "b-1"})
    Join(name, Record("UP", 0,
                      base::StrCat(R"("labels":{"zone":")",
                                   std::string(1, name[0]), R"("})")));
  stack_ = MakeStack();
  EVENTUALLY(stack_->status("b-1") == "UP");
  TakeOfflineRequest request = Drain({});
  request.targets.selector = "zone=a";
  const auto result = stack_->TakeOffline(request);
  ASSERT_OK(result.status());
  ASSERT_THAT(result->changes, SizeIs(2));
  EXPECT_EQ(result->changes[0].name, "a-1");
  EXPECT_EQ(stack_->status("b-1"), "UP");

  request.targets.selector = "zone=nowhere";
  EXPECT_THAT(stack_->TakeOffline(request),
              StatusIs(absl::StatusCode::kNotFound));
  request.targets.selector = "";
  EXPECT_THAT(stack_->TakeOffline(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(stack_->status("b-1"), "UP") << "never all by accident";
}

TEST_F(OrdersTest, F61_ARequestIdIsCarriedOutOnce) {
  Start({"web-01"});
  TakeOfflineRequest request = Drain({"web-01"});
  request.meta.request_id = "deploy-17";
  const auto first = stack_->TakeOffline(request);
  const auto second = stack_->TakeOffline(request);
  ASSERT_OK(first.status());
  ASSERT_OK(second.status());
  EXPECT_EQ(first->changes[0].hold_id, second->changes[0].hold_id);
  EXPECT_EQ(first->changes[0].epoch, second->changes[0].epoch);
  EXPECT_EQ(StoredOrder("web-01").epoch, 1);
  EXPECT_THAT(Audit(), SizeIs(1));

  request.meta.content = "something else";
  const auto other = stack_->TakeOffline(request);
  EXPECT_EQ(ReasonOf(other.status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(StoredOrder("web-01").epoch, 1);
}

TEST_F(OrdersTest, F62_OfTwoWhoExpectTheSameEpochOneWins) {
  Start({"web-01"});
  auto other = MakeStack({.id = "monitor-2"});
  std::vector<absl::Status> results(2);
  std::vector<std::thread> operators;
  for (int i = 0; i < 2; ++i)
    operators.emplace_back([&, i] {
      TakeOfflineRequest request = Drain({"web-01"}, i == 0 ? "alice" : "bob");
      request.expected_epoch = 0;
      results[i] = (i == 0 ? *stack_ : *other).TakeOffline(request).status();
    });
  for (std::thread& one : operators) one.join();
  EXPECT_NE(results[0].ok(), results[1].ok()) << results[0] << results[1];
  const absl::Status& lost = results[0].ok() ? results[1] : results[0];
  EXPECT_EQ(lost.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(lost), "EPOCH_MISMATCH");
  EXPECT_THAT(StoredOrder("web-01").holds, SizeIs(1));
}

TEST_F(OrdersTest, ValidateOnlyChangesNothing) {
  Start({"web-01"});
  TakeOfflineRequest request = Drain({"web-01"});
  request.meta.validate_only = true;
  const auto result = stack_->TakeOffline(request);
  ASSERT_OK(result.status());
  EXPECT_THAT(result->changes, SizeIs(1));
  EXPECT_FALSE(StoredOrder("web-01").held());
  EXPECT_THAT(Audit(), IsEmpty());
}

TEST_F(OrdersTest, ABrokenOrderIsReportedAndLeftAsItIs) {
  Start({"web-01"});
  ASSERT_OK(
      probe_.Create("/roster/default/control/web-01", "{broken").status());
  const auto result = stack_->TakeOffline(Drain({"web-01"}));
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(result.status()), "ORDER_UNREADABLE");
  EXPECT_EQ(*probe_.Get("/roster/default/control/web-01"), "{broken");
  EXPECT_EQ(stack_->status("web-01"), "UP");
}

TEST_F(OrdersTest, EpochsDoNotStartOverWhenANodeIsDeletedByHand) {
  Join("web-01", Record("UP", 6));
  stack_ = MakeStack();
  EVENTUALLY(stack_->status("web-01") == "UP");
  const auto result = stack_->TakeOffline(Drain({"web-01"}));
  ASSERT_OK(result.status());
  EXPECT_EQ(result->changes[0].epoch, 7) << "the member obeys 6";
  EXPECT_EQ(StoredOrder("web-01").epoch, 7);
}

TEST_F(OrdersTest, AnEpochThatHasNoNextIsNoOrder) {
  Start({"web-01"});
  ASSERT_OK(probe_
                .Create("/roster/default/control/web-01",
                        R"({"v":1,"epoch":9223372036854775807,"holds":[]})")
                .status());
  const auto result = stack_->TakeOffline(Drain({"web-01"}));
  EXPECT_EQ(ReasonOf(result.status()), "ORDER_UNREADABLE");
}

TEST_F(OrdersTest, ExpiredHoldsEndByThemselves) {
  Start({"web-01"});
  TakeOfflineRequest request = Drain({"web-01"});
  request.terms.expire_after = absl::Milliseconds(300);
  ASSERT_OK(stack_->TakeOffline(request).status());
  EVENTUALLY(!StoredOrder("web-01").held());
  EVENTUALLY(stack_->status("web-01") == "UP");
  EXPECT_EQ(StoredOrder("web-01").epoch, 2);
  const auto audit = Audit();
  EXPECT_EQ(audit.back().action, "ExpireHold");
  EXPECT_EQ(audit.back().actor.name, "rosterd");
}

TEST_F(OrdersTest, F48_WhatCannotBeAuditedIsRefused) {
  Start({"web-01"});
  ASSERT_OK(probe_.MakeReadOnly("/roster/default/audit"));
  const auto result = stack_->TakeOffline(Drain({"web-01"}));
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_FALSE(StoredOrder("web-01").held());
  // Monitoring goes on.
  Join("web-02");
  EVENTUALLY(stack_->status("web-02") == "UP");
}

TEST_F(OrdersTest, F64_WhoMayOnlyLookIsRefusedAndAudited) {
  Join("web-01", Record("UP", 0));
  stack_ = MakeStack({.controllers = {"alice"}});
  EVENTUALLY(stack_->status("web-01") == "UP");
  TakeOfflineRequest request = Drain({"web-01"}, "alice");
  // Claimed only.
  const auto refused = stack_->TakeOffline(request);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(ReasonOf(refused.status()), "CONTROL_FORBIDDEN");
  ASSERT_THAT(Audit(), SizeIs(1));
  EXPECT_EQ(Audit()[0].result, "PERMISSION_DENIED");
  EXPECT_FALSE(StoredOrder("web-01").held());

  request.meta.actor.authenticated = true;
  EXPECT_OK(stack_->TakeOffline(request).status());
}

TEST_F(OrdersTest, F60_AnAnswerThatWasLostIsFoundOut) {
  Join("web-01", Record("UP", 0));
  testing::TcpProxy proxy(server_.port());
  stack_ = std::make_unique<ControlStack>(proxy.ConnectString(chroot_));
  EVENTUALLY(stack_->status("web-01") == "UP");
  EVENTUALLY(probe_.Exists("/roster/default/requests"));
  proxy.CutBeforeReply("kernel upgrade");
  const auto result = stack_->TakeOffline(Drain({"web-01"}));
  EXPECT_EQ(proxy.cuts_carried_out(), 1);
  ASSERT_OK(result.status());
  EXPECT_EQ(result->changes[0].epoch, 1);
  EXPECT_EQ(StoredOrder("web-01").epoch, 1) << "done once";
  EXPECT_THAT(Audit(), SizeIs(1));
}

TEST_F(OrdersTest, F60_AnOutcomeThatCannotBeFoundOutIsNeverOk) {
  Join("web-01", Record("UP", 0));
  testing::TcpProxy proxy(server_.port());
  stack_ = std::make_unique<ControlStack>(proxy.ConnectString(chroot_));
  EVENTUALLY(stack_->status("web-01") == "UP");
  EVENTUALLY(probe_.Exists("/roster/default/requests"));
  TakeOfflineRequest request = Drain({"web-01"});
  request.meta.request_id = "open-1";
  request.meta.deadline = absl::Now() + absl::Seconds(2);
  proxy.CutBeforeReply("kernel upgrade");
  proxy.Refuse(true);
  const auto result = stack_->TakeOffline(request);
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(ReasonOf(result.status()), "OUTCOME_UNKNOWN");

  proxy.Refuse(false);
  EVENTUALLY(stack_->ready());
  request.meta.deadline = absl::Now() + testing::Scaled(absl::Seconds(10));
  const auto told = stack_->TakeOffline(request);
  ASSERT_OK(told.status());
  EXPECT_EQ(told->changes[0].epoch, 1);
  EXPECT_EQ(StoredOrder("web-01").epoch, 1);
}

TEST_F(OrdersTest, F64_WithoutZooKeeperNothingIsChanged) {
  Join("web-01", Record("UP", 0));
  testing::TcpProxy proxy(server_.port());
  stack_ = std::make_unique<ControlStack>(proxy.ConnectString(chroot_));
  EVENTUALLY(stack_->status("web-01") == "UP");
  proxy.Refuse(true);
  proxy.Cut();
  EVENTUALLY(!stack_->view()->connected);
  const auto result = stack_->TakeOffline(Drain({"web-01"}));
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(ReasonOf(result.status()), "ZOOKEEPER_UNAVAILABLE");
  EXPECT_THAT(result.status().message(),
              StartsWith("ZooKeeper is out of reach, so nothing can be changed "
                         "("));
  EXPECT_FALSE(StoredOrder("web-01").held());
  std::promise<absl::Status> asked;
  stack_->controller().GetOrder(
      "web-01", absl::Now() + absl::Milliseconds(200),
      [&](const auto& order) { asked.set_value(order.status()); });
  EXPECT_THAT(asked.get_future().get().message(),
              StartsWith("ZooKeeper is out of reach ("));
}

TEST_F(OrdersTest, BatchesAreARemedyOnlyForABudgetThatEverAllowsAnybody) {
  Start({"web-01", "web-02"});
  SetBudgetRequest set;
  set.meta.actor.name = "ops";
  set.budget = {.name = "web",
                .selector = "*",
                .kind = model::Budget::Kind::kMaxUnavailable,
                .limit = {.value = 1}};
  const auto remedy = [&]() -> std::string {
    EXPECT_OK(stack_->Ask<BudgetReport>(&Controller::SetBudget, set).status());
    const base::ErrorDetails details = base::DetailsOf(
        stack_->TakeOffline(Drain({"web-01", "web-02"})).status());
    EXPECT_EQ(details.reason, "BUDGET_EXCEEDED");
    for (const auto& [key, value] : details.metadata)
      if (key == "remedy") return value;
    return "none";
  };
  EXPECT_EQ(remedy(), "force,pacing");
  set.meta.content = "none at all";
  set.budget.limit.value = 0;
  EXPECT_EQ(remedy(), "force");
}

TEST_F(OrdersTest, OnlyAMemberPastItsDeadlineIsEvicted) {
  Start({"web-01"});
  MemberRequest request{.name = "web-01", .reason = "hung"};
  request.meta.actor.name = "ops";
  const auto evict = [&] {
    return stack_->Ask<MemberResult>(&Controller::Evict, request);
  };
  EXPECT_EQ(ReasonOf(evict().status()), "MEMBER_NOT_HELD");
  TakeOfflineRequest drain = Drain({"web-01"});
  drain.terms.drain_timeout = absl::Hours(1);
  ASSERT_OK(stack_->TakeOffline(drain).status());
  const absl::Status early = evict().status();
  EXPECT_EQ(ReasonOf(early), "DEADLINE_NOT_PASSED");
  EXPECT_THAT(std::string(early.message()),
              MatchesRegex("web-01 may drain until [-0-9]+T[:0-9]+Z; wait, or "
                           "force"));
  ASSERT_OK(probe_.Set("/clusterServer/web-01", Record("DRAINED", 1)));
  EVENTUALLY(stack_->status("web-01") == "OFFLINE");
  EXPECT_THAT(evict().status().message(),
              StartsWith("web-01 is OFFLINE already, and its hold has time "));
  EXPECT_TRUE(probe_.Exists("/clusterServer/web-01"));
  request.force = true;
  ASSERT_OK(evict().status());
  EXPECT_FALSE(probe_.Exists("/clusterServer/web-01"));
  EXPECT_TRUE(Audit().back().forced);
  EVENTUALLY(stack_->status("web-01") == "OFFLINE");
  request.meta.content = "again";
  const absl::Status again = evict().status();
  EXPECT_EQ(ReasonOf(again), "MEMBER_NOT_FOUND");
  EXPECT_THAT(again.message(), StartsWith("web-01 is gone already"));
}

TEST_F(OrdersTest, OnlyWhoIsGoneIsForgotten) {
  Start({"web-01"});
  MemberRequest request{.name = "web-01"};
  request.meta.actor.name = "ops";
  const auto forget = [&] {
    return stack_->Ask<MemberResult>(&Controller::Forget, request);
  };
  EXPECT_EQ(ReasonOf(forget().status()), "MEMBER_PRESENT");
  auto other = MakeStack({.id = "monitor-2"});
  ASSERT_OK(probe_.Delete("/clusterServer/web-01"));
  EVENTUALLY(stack_->status("web-01") == "LOST");
  EVENTUALLY(probe_.Exists("/roster/default/ledger/web-01"));
  ASSERT_OK(forget().status());
  EVENTUALLY(stack_->status("web-01") == "");
  EVENTUALLY(other->status("web-01") == "");
  EXPECT_FALSE(probe_.Exists("/roster/default/ledger/web-01"));
  EXPECT_EQ(ReasonOf(forget().status()), "MEMBER_NOT_FOUND");
}

}  // namespace
}  // namespace roster::monitor
