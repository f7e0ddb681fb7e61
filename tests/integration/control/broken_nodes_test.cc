// What people write into our nodes by hand, and what comes of it: it is named,
// left as it is, and nothing is done on a guess.

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "gmock/gmock.h"
#include "model/operation.h"
#include "tests/integration/control/control_fixture.h"
#include "tests/support/answer.h"

namespace roster::monitor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kOperation[] = "/roster/default/operations/op-1";

std::string ReasonOf(const absl::Status& status) {
  return base::DetailsOf(status).reason;
}

class BrokenNodesTest : public ControlTest {
 protected:
  void Start(const std::vector<std::string>& names) {
    for (const std::string& name : names) Join(name, Record("UP", 0));
    stack_ = MakeStack();
    for (const std::string& name : names)
      EVENTUALLY(stack_->status(name) == "UP");
  }
  void Write(const std::string& path, std::string_view data) {
    if (probe_.Exists(path))
      ASSERT_OK(probe_.Set(path, data).status());
    else
      ASSERT_OK(probe_.Create(path, data).status());
  }
  absl::StatusOr<OperationResult> Restart(std::vector<std::string> names) {
    RollingRestartRequest request;
    request.meta.actor.name = "ops";
    request.meta.content = absl::StrCat("restart ", ++requests_);
    request.targets.names = std::move(names);
    request.reason = "new version";
    return stack_->Ask<OperationResult>(&Controller::RollingRestart,
                                        std::move(request));
  }
  absl::StatusOr<StoredOperation> Change(ChangeOperationRequest::Verb verb,
                                         bool release = false) {
    ChangeOperationRequest request{.verb = verb,
                                   .id = "op-1",
                                   .reason = "it is broken",
                                   .release_holds = release};
    request.meta.actor.name = "ops";
    return stack_->Ask<StoredOperation>(&Controller::ChangeOperation,
                                        std::move(request));
  }
  StoredOperation Shown() {
    const auto view = stack_->view();
    const auto found = view->operations->find("op-1");
    return found == view->operations->end() ? StoredOperation{}
                                            : *found->second;
  }

  std::unique_ptr<ControlStack> stack_;
  int requests_ = 0;
};

TEST_F(BrokenNodesTest, AnEmptyOrderIsBrokenAndReleasesNobody) {
  Start({"web-01"});
  ASSERT_OK(stack_->TakeOffline(Drain({"web-01"})).status());
  Write("/roster/default/control/web-01", "");
  EVENTUALLY(stack_->view()->broken_order_count == 1);
  EXPECT_EQ(stack_->member("web-01")->problems->order,
            "order: the node is empty");
  EXPECT_TRUE(stack_->member("web-01")->held()) << "as it was read last";
  const auto result = stack_->BringOnline(Release({"web-01"}));
  EXPECT_EQ(ReasonOf(result.status()), "ORDER_UNREADABLE");
  EXPECT_EQ(*probe_.Get("/roster/default/control/web-01"), "");
}

TEST_F(BrokenNodesTest, AnOrderOfTheLastEpochIsShownAndItsRemedyTold) {
  constexpr char kOrder[] = "/roster/default/control/web-01";
  Start({"web-01"});
  Write(kOrder, R"({"v":1,"epoch":4503599627370496,"holds":[
                    {"id":"h-1","owner":"ops","mode":"DRAIN"}]})");
  EVENTUALLY(stack_->member("web-01")->held());
  ASSERT_OK_AND_ASSIGN(
      const monitor::StoredOrder shown,
      testing::AnswerOf<monitor::StoredOrder>([&](auto done) {
        stack_->controller().GetOrder(
            "web-01", absl::Now() + testing::Scaled(absl::Seconds(10)), done);
      }));
  EXPECT_EQ(shown.problem, "");
  EXPECT_THAT(shown.order.holds, SizeIs(1));

  const auto refused = stack_->BringOnline(Release({"web-01"}));
  EXPECT_EQ(ReasonOf(refused.status()), "EPOCH_EXHAUSTED");
  EXPECT_THAT(refused.status().message(),
              AllOf(HasSubstr("4503599627370496, is the last"),
                    HasSubstr(absl::StrCat("Delete ", kOrder))));
  ASSERT_OK(probe_.Delete(kOrder));
  EVENTUALLY(!stack_->member("web-01")->held());
  EXPECT_OK(stack_->TakeOffline(Drain({"web-01"})).status());
}

// rosterd writes epochs above what the member applied; one that says that it
// applied the last but one must not use them up.
TEST_F(BrokenNodesTest, AMemberThatClaimsAnAbsurdEpochDoesNotSpoilItsOrder) {
  Join("web-01", Record("UP", model::kMaxEpoch - 1));
  stack_ = MakeStack();
  EVENTUALLY(stack_->status("web-01") == "UP");
  for (int64_t epoch : {1, 3}) {
    TakeOfflineRequest take = Drain({"web-01"});
    take.meta.content = absl::StrCat("take ", epoch);
    ASSERT_OK(stack_->TakeOffline(take).status());
    EXPECT_EQ(StoredOrder("web-01").epoch, epoch);
    BringOnlineRequest bring = Release({"web-01"});
    bring.meta.content = absl::StrCat("bring ", epoch);
    ASSERT_OK(stack_->BringOnline(bring).status());
  }
  EXPECT_THAT(StoredOrder("web-01").holds, IsEmpty());
}

TEST_F(BrokenNodesTest, EmptyBudgetsLetNobodyGoAndAreNotOverwritten) {
  Start({"web-01"});
  Write("/roster/default/budgets", "");
  EVENTUALLY(!stack_->view()->budgets_problem.empty());
  const auto refused = stack_->TakeOffline(Drain({"web-01"}));
  EXPECT_EQ(ReasonOf(refused.status()), "BUDGETS_UNREADABLE");
  SetBudgetRequest set;
  set.meta.actor.name = "ops";
  set.budget = {.name = "web", .selector = "*", .limit = {.value = 1}};
  const auto stored = stack_->Ask<BudgetReport>(&Controller::SetBudget, set);
  EXPECT_EQ(ReasonOf(stored.status()), "NODE_UNREADABLE");
  EXPECT_EQ(*probe_.Get("/roster/default/budgets"), "");
  EXPECT_EQ(ReasonOf(Restart({"web-01"}).status()), "BUDGETS_UNREADABLE");
}

TEST_F(BrokenNodesTest, AnEmptyPolicyIsNoDefaultAndIsNotOverwritten) {
  Start({"web-01"});
  SetPolicyRequest set;
  set.meta.actor.name = "ops";
  set.meta.content = "first";
  set.policy.guard.min_departures = 9;
  ASSERT_OK(stack_->Ask<model::Policy>(&Controller::SetPolicy, set).status());
  Write("/roster/default/policy", "");
  EVENTUALLY(!stack_->view()->policy_problem.empty());
  EXPECT_EQ(stack_->view()->policy->guard.min_departures, 9);
  set.meta.content = "second";
  const auto again = stack_->Ask<model::Policy>(&Controller::SetPolicy, set);
  EXPECT_EQ(ReasonOf(again.status()), "NODE_UNREADABLE");
  EXPECT_EQ(*probe_.Get("/roster/default/policy"), "");
}

TEST_F(BrokenNodesTest, ThousandsOfHoldsAreBrokenAtOnce) {
  Start({"web-01"});
  std::string order = R"({"v":1,"epoch":1,"holds":[)";
  for (int i = 0; i < 9000; ++i)
    absl::StrAppend(&order, i == 0 ? "" : ",", R"({"id":"h-)", i,
                    R"(","owner":"me","mode":"DRAIN"})");
  order += "]}";
  Write("/roster/default/control/web-01", order);
  EVENTUALLY(stack_->view()->broken_order_count == 1);
  EXPECT_THAT(stack_->member("web-01")->problems->order,
              HasSubstr("9000 are more than 16"));
  EXPECT_EQ(stack_->status("web-01"), "UP");
}

TEST_F(BrokenNodesTest, AnOperationThatCannotBeReadKeepsItsMembers) {
  Start({"web-01", "web-02"});
  Write(kOperation, R"({"v":1,"id":"op-1","kind":"DANCE","state":"RUNNING",
                        "members":[{"name":"web-01"}]})");
  EVENTUALLY(!Shown().problem.empty());
  const auto refused = Restart({"web-01"});
  EXPECT_EQ(ReasonOf(refused.status()), "OPERATION_UNREADABLE");
  EXPECT_THAT(
      refused.status().message(),
      AllOf(HasSubstr("web-01"), HasSubstr(kOperation), HasSubstr("--cancel")));
  EXPECT_OK(Restart({"web-02"}).status());
}

TEST_F(BrokenNodesTest, AnOperationOfWhichNothingIsKnownLetsNobodyBegin) {
  Start({"web-01"});
  Write(kOperation, "garbage");
  EVENTUALLY(!Shown().problem.empty());
  const auto refused = Restart({"web-01"});
  EXPECT_EQ(ReasonOf(refused.status()), "OPERATION_UNREADABLE");
  EXPECT_THAT(refused.status().message(),
              AllOf(HasSubstr("not known on whom"), HasSubstr(kOperation)));
  EXPECT_OK(stack_->TakeOffline(Drain({"web-01"})).status())
      << "orders by hand are not the business of operations";

  const auto paused = Change(ChangeOperationRequest::Verb::kPause);
  EXPECT_EQ(ReasonOf(paused.status()), "OPERATION_UNREADABLE");
  EXPECT_EQ(*probe_.Get(kOperation), "garbage");

  ASSERT_OK(Change(ChangeOperationRequest::Verb::kCancel).status());
  const auto written = model::ParseOperation(*probe_.Get(kOperation));
  ASSERT_OK(written.status());
  EXPECT_EQ(written->state, model::OperationState::kCancelled);
  EXPECT_THAT(written->problem, AllOf(HasSubstr("cancelled by ops"),
                                      HasSubstr("could not be read")));
  ASSERT_OK(stack_->BringOnline(Release({"web-01"})).status());
  EXPECT_OK(Restart({"web-01"}).status());
}

TEST_F(BrokenNodesTest, CancellingWhatCannotBeReadEndsTheHoldsOfItsName) {
  Start({"web-01"});
  Write(kOperation, R"({"v":1,"id":"op-1","kind":"ROLLING_RESTART",
      "state":"RUNNING","owner":"op-1","members":[{"name":"web-01"}]})");
  EVENTUALLY(StoredOrder("web-01").held());
  EVENTUALLY(Shown().operation.members.size() == 1 &&
             Shown().operation.members[0].step ==
                 model::OperationStep::kDraining);
  Write(kOperation, "");
  EVENTUALLY(!Shown().problem.empty());
  ASSERT_OK(Change(ChangeOperationRequest::Verb::kCancel, true).status());
  EXPECT_FALSE(StoredOrder("web-01").held());
  const auto written = model::ParseOperation(*probe_.Get(kOperation));
  ASSERT_OK(written.status());
  ASSERT_THAT(written->members, SizeIs(1));
  EXPECT_EQ(written->members[0].step, model::OperationStep::kSkipped);
}

TEST_F(BrokenNodesTest, WhatABudgetNeverLetsBeginIsRefusedAndNotStored) {
  Start({"web-01", "web-02"});
  SetBudgetRequest set;
  set.meta.actor.name = "ops";
  set.budget = {.name = "freeze", .selector = "*", .limit = {.value = 0}};
  ASSERT_OK(stack_->Ask<BudgetReport>(&Controller::SetBudget, set).status());
  EXPECT_EQ(ReasonOf(Restart({"web-01"}).status()), "BUDGET_EXCEEDED");
  EXPECT_THAT(*probe_.Children("/roster/default/operations"), IsEmpty());
  // One that lets some go lets it begin, and is asked for the first batch.
  set.meta.content = "more";
  set.budget.limit.value = 1;
  ASSERT_OK(stack_->Ask<BudgetReport>(&Controller::SetBudget, set).status());
  const auto begun = Restart({"web-01", "web-02"});
  ASSERT_OK(begun.status());
  ASSERT_THAT(begun->budgets, SizeIs(1));
  EXPECT_EQ(begun->budgets[0].asked, 1);
  EXPECT_TRUE(begun->budgets[0].satisfied());
}

TEST_F(BrokenNodesTest, ANameThatLooksLikeAnotherIsNotHeldInAdvance) {
  const std::string turned = "web\u202e01";
  Join(turned, Record("UP", 0));
  stack_ = MakeStack();
  EVENTUALLY(stack_->status(turned) == "UP");
  TakeOfflineRequest request = Drain({"web\u200b-01"});
  request.allow_absent = true;
  const auto refused = stack_->TakeOffline(request);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("U+200B at byte 3")));
  EXPECT_EQ(base::DetailsOf(refused.status()).field, "names[0]");
  // Who is there can be ordered, whatever it calls itself.
  EXPECT_OK(stack_->TakeOffline(Drain({turned})).status());
}

TEST_F(BrokenNodesTest, EveryMonitorTellsOfChangesOfTheConfiguration) {
  stack_ = MakeStack();
  const auto other = MakeStack({.id = "monitor-2"});
  ChangeConfigRequest put{.name = "search/limits", .value = "10"};
  put.meta.actor.name = "ops";
  put.comment = "less load";
  ASSERT_OK(
      stack_->Ask<ChangeConfigResult>(&Controller::ChangeConfig, put).status());
  for (ControlStack* stack : {stack_.get(), other.get()}) {
    const auto seen = [stack]() -> EventPtr {
      const auto events = stack->events().ReadAfter(0, SIZE_MAX);
      for (const EventPtr& event : *events)
        if (event->type == EventType::kConfigChanged) return event;
      return nullptr;
    };
    EVENTUALLY(seen() != nullptr);
    EXPECT_EQ(seen()->subject, "search/limits");
    EXPECT_EQ(seen()->detail, "version 1 put by ops: less load");
  }
}

}  // namespace
}  // namespace roster::monitor
