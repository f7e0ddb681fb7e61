#include "monitor/control/operation_plan.h"

#include <functional>
#include <map>
#include <string>

#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/budget.h"
#include "model/order.h"
#include "monitor/state/cluster_table.h"

namespace roster::monitor {
namespace {

using model::OperationState;
using model::OperationStep;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A cluster whose members do as they are told, when the test says so.
class OperationPlanTest : public ::testing::Test {
 protected:
  OperationPlanTest()
      : events_("run", 10'000),
        table_({.cluster = "default", .members_path = "/m"}, events_) {
    for (int i = 1; i <= 5; ++i) Report(base::StrCat("m", i), "UP");
    table_.ApplySynced(now_);
    operation_ = {.id = "op-1",
                  .kind = model::OperationKind::kRollingRestart,
                  .owner = "op-1",
                  .reason = "new version",
                  .created_at = now_};
    operation_.pacing.min_healthy = absl::Seconds(10);
    operation_.pacing.step_timeout = absl::Minutes(1);
    for (int i = 1; i <= 5; ++i)
      operation_.members.push_back({.name = base::StrCat("m", i)});
  }

  void Pass(absl::Duration time) {
    now_ += time;
    table_.Tick(now_);
  }

  // The member writes its record.
  void Report(const std::string& name, std::string_view state,
              std::string_view more = "") {
    Registration& registration = registrations_[name];
    if (registration.czxid == 0) registration = {++zxid_, 0, 1};
    table_.ApplyNode(
        name,
        {.data = base::StrCat(R"({"v":1,"applied_epoch":0,"state":")", state,
                              R"(","incarnation":")", name, "#",
                              registration.incarnation, "\"",
                              more.empty() ? "" : ",", more, "}"),
         .czxid = registration.czxid,
         .mzxid = ++zxid_,
         .version = registration.version++,
         .ephemeral_owner = 7,
         .ctime = now_,
         .mtime = now_},
        now_);
  }
  void Vanish(const std::string& name) { table_.ApplyGone(name, now_); }
  // Its process ends and a new one registers.
  void Restart(const std::string& name, std::string_view state = "DRAINED") {
    Registration& registration = registrations_[name];
    registration = {++zxid_, 0, registration.incarnation + 1};
    Report(name, state);
  }
  // Its session expires; the process goes on.
  void Reregister(const std::string& name) {
    registrations_[name].czxid = ++zxid_;
    registrations_[name].version = 0;
    Report(name, "DRAINED");
  }

  // Carries out the plan as the runner does.
  OperationPlan Step() {
    OperationPlan plan = PlanOperation(operation_, *table_.view(), now_);
    for (const std::string& name : plan.hold) {
      model::Order& order = orders_[name];
      ++order.epoch;
      order.holds.push_back(HoldOf(plan.next, base::StrCat("h-", name), now_));
      table_.ApplyOrder(name, model::SerializeOrder(order), now_);
    }
    for (const std::string& name : plan.release) Release(name);
    operation_ = plan.next;
    return plan;
  }
  void Release(const std::string& name) {
    model::Order& order = orders_[name];
    ++order.epoch;
    order.holds.clear();
    table_.ApplyOrder(name, model::SerializeOrder(order), now_);
  }
  void SetBudget(model::Budget::Kind kind, std::string_view limit) {
    table_.ApplyBudgets(
        model::SerializeBudgets({{.name = "all",
                                  .selector = "*",
                                  .kind = kind,
                                  .limit = *model::Quantity::Parse(limit)}}),
        now_);
  }
  OperationStep step(size_t i) const { return operation_.members[i].step; }

  struct Registration {
    int64_t czxid = 0;
    int32_t version = 0;
    int incarnation = 0;
  };

  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  int64_t zxid_ = 0;
  EventLog events_;
  ClusterTable table_;
  std::map<std::string, Registration> registrations_;
  std::map<std::string, model::Order> orders_;
  model::Operation operation_;
};

TEST_F(OperationPlanTest, RestartsOneMemberAfterTheOther) {
  for (int i = 1; i <= 5; ++i) {
    const std::string name = base::StrCat("m", i);
    EXPECT_THAT(Step().hold, ElementsAre(name));
    EXPECT_THAT(Step().hold, IsEmpty()) << "a plan is made once";
    Report(name, "DRAINING");
    EXPECT_EQ((Step(), step(i - 1)), OperationStep::kDraining);
    Report(name, "DRAINED");
    EXPECT_EQ((Step(), step(i - 1)), OperationStep::kRestarting);
    Vanish(name);
    EXPECT_THAT(Step().release, IsEmpty());
    Restart(name);
    EXPECT_THAT(Step().release, ElementsAre(name));
    Report(name, "UP");
    EXPECT_EQ((Step(), step(i - 1)), OperationStep::kVerifying);
    Pass(absl::Seconds(9));
    EXPECT_THAT(Step().hold, IsEmpty()) << "not healthy for long enough";
    Pass(absl::Seconds(1));
  }
  Step();
  EXPECT_EQ(operation_.state, OperationState::kSucceeded);
  EXPECT_EQ(operation_.ended_at, now_);
}

TEST_F(OperationPlanTest, NoMoreThanTheBatchAreUnderWay) {
  operation_.pacing.batch_size = 2;
  EXPECT_THAT(Step().hold, ElementsAre("m1", "m2"));
  Report("m2", "DRAINED");
  Step();
  Restart("m2");
  Step();
  Report("m2", "UP");
  Pass(absl::Seconds(10));
  EXPECT_THAT(Step().hold, ElementsAre("m3"));
}

TEST_F(OperationPlanTest, APercentageIsOfTheOperationAndAtLeastOne) {
  operation_.pacing.batch_percent = 50;
  EXPECT_THAT(Step().hold, ElementsAre("m1", "m2"));
  operation_.members.resize(1);
  operation_.members[0] = {.name = "m5"};
  operation_.pacing.batch_percent = 1;
  EXPECT_THAT(Step().hold, ElementsAre("m5"));
}

TEST_F(OperationPlanTest, BudgetsAreKeptAndTellWhyItWaits) {
  operation_.pacing.batch_size = 5;
  SetBudget(model::Budget::Kind::kMinAvailable, "3");
  EXPECT_THAT(Step().hold, ElementsAre("m1", "m2"));
  EXPECT_THAT(operation_.waiting, HasSubstr("all"));
  EXPECT_THAT(operation_.waiting, HasSubstr("draining m1, m2"));
  operation_.force = true;
  EXPECT_THAT(Step().hold, ElementsAre("m3", "m4", "m5"));
}

TEST_F(OperationPlanTest, MembersThatAreNotThereAreSkipped) {
  Vanish("m1");
  orders_["m2"].epoch = 1;
  orders_["m2"].holds = {{.id = "h", .owner = "dba"}};
  table_.ApplyOrder("m2", model::SerializeOrder(orders_["m2"]), now_);
  EXPECT_THAT(Step().hold, ElementsAre("m3"));
  EXPECT_EQ(step(0), OperationStep::kSkipped);
  EXPECT_EQ(step(1), OperationStep::kSkipped);
  EXPECT_EQ(operation_.members[1].problem, "it is held by dba");
}

TEST_F(OperationPlanTest, ANewSessionOfTheSameProcessIsNoRestart) {
  Step();
  Report("m1", "DRAINED");
  Step();
  Reregister("m1");
  EXPECT_THAT(Step().release, IsEmpty());
  Restart("m1");
  EXPECT_THAT(Step().release, ElementsAre("m1"));
}

TEST_F(OperationPlanTest, AMemberThatRestartsBeforeItWasDrainedIsReleased) {
  Step();
  Vanish("m1");
  Restart("m1", "DRAINING");
  EXPECT_THAT(Step().release, ElementsAre("m1"));
}

TEST_F(OperationPlanTest, F60_WhoDiesInItsTurnWasRestartedAndThatIsNoted) {
  Step();
  Report("m1", "DRAINING");
  Vanish("m1");  // killed: nobody knows what became of its work
  EXPECT_EQ((Step(), step(0)), OperationStep::kDraining) << "it may come back";
  EXPECT_THAT(operation_.members[0].problem,
              HasSubstr("before it was drained"));
  Restart("m1", "UP");
  EXPECT_THAT(Step().release, ElementsAre("m1"));
  Report("m1", "UP");
  Pass(absl::Seconds(10));
  Step();
  EXPECT_EQ(step(0), OperationStep::kDone) << "another process than before";
  EXPECT_THAT(operation_.members[0].problem,
              HasSubstr("before it was drained"));
}

TEST_F(OperationPlanTest, F60_WhoDiesInItsTurnAndStaysAwayHasFailed) {
  Step();
  Report("m1", "DRAINING");
  Vanish("m1");
  Step();
  Pass(operation_.pacing.step_timeout + absl::Seconds(1));
  Step();
  EXPECT_EQ(step(0), OperationStep::kFailed);
  EXPECT_THAT(operation_.members[0].problem, HasSubstr("did not come back"));
}

TEST_F(OperationPlanTest, ASessionThatExpiresAtWorkIsNeitherLostNorRestarted) {
  Step();
  Report("m1", "DRAINING");
  Vanish("m1");
  Step();
  Reregister("m1");
  Report("m1", "DRAINING");
  EXPECT_EQ((Step(), step(0)), OperationStep::kDraining);
  EXPECT_EQ(operation_.members[0].problem, "") << "it is there again";
}

TEST_F(OperationPlanTest, WhoDiedBeforeItsTurnWasNotRestartedByIt) {
  Step();
  Vanish("m2");  // its turn has not come
  Report("m1", "DRAINED");
  Step();
  Restart("m2", "UP");
  Restart("m1");
  Step();
  Report("m1", "UP");
  Pass(absl::Seconds(10));
  EXPECT_THAT(Step().hold, ElementsAre("m2")) << "it is restarted all the same";
  EXPECT_EQ(step(1), OperationStep::kDraining);
}

TEST_F(OperationPlanTest, WhoIsGoneAtItsTurnIsSkippedAndNotCountedAsDone) {
  Vanish("m1");
  Step();
  Restart("m1", "UP");
  Step();
  EXPECT_EQ(step(0), OperationStep::kSkipped);
  const auto counts = model::CountMembers(operation_);
  EXPECT_EQ(counts.done, 0);
  EXPECT_EQ(counts.skipped, 1);
}

TEST_F(OperationPlanTest, AMemberThatDoesNotDrainInTimeFailsAndStaysHeld) {
  operation_.drain_timeout = absl::Seconds(30);
  Step();
  Report("m1", "DRAINING",
         R"("tasks":[{"id":"t","name":"n","state":"RUNNING","done":1}])");
  Pass(absl::Seconds(31));
  const OperationPlan plan = Step();
  EXPECT_EQ(step(0), OperationStep::kFailed);
  EXPECT_THAT(operation_.members[0].problem, HasSubstr("1 tasks still run"));
  EXPECT_THAT(plan.release, IsEmpty());
  EXPECT_THAT(plan.hold, IsEmpty()) << "a failed operation begins nobody";
  EXPECT_EQ(operation_.state, OperationState::kFailed);
  EXPECT_EQ(operation_.problem, "1 member failed, and none may");
  EXPECT_EQ(operation_.waiting,
            "m1 was left offline, held by op-1; `rosterctl operation op-1 "
            "--cancel --release` brings it online");
}

TEST_F(OperationPlanTest, FailuresWithinTheLimitDoNotStopIt) {
  operation_.drain_timeout = absl::Seconds(30);
  operation_.pacing.failure_limit = 1;
  Step();
  Pass(absl::Seconds(31));
  Step();
  EXPECT_EQ(operation_.state, OperationState::kRunning);
  Pass(absl::Seconds(31));
  Step();
  EXPECT_EQ(operation_.state, OperationState::kFailed);
  EXPECT_THAT(operation_.problem, HasSubstr("2 members failed"));
}

TEST_F(OperationPlanTest, WhoWasBegunIsNotLeftHalfwayByTheFailuresOfOthers) {
  operation_.pacing.batch_size = 2;
  operation_.drain_timeout = absl::Seconds(30);
  Step();
  Report("m2", "DRAINED");
  Step();
  Pass(absl::Seconds(31));
  EXPECT_THAT(Step().hold, IsEmpty());
  EXPECT_EQ(operation_.state, OperationState::kRunning);
  EXPECT_THAT(operation_.waiting, HasSubstr("1 member failed, and none may"));
  Restart("m2");
  EXPECT_THAT(Step().release, ElementsAre("m2"));
  Report("m2", "UP");
  Pass(absl::Seconds(10));
  Step();
  EXPECT_EQ(operation_.state, OperationState::kFailed);
  EXPECT_EQ(step(1), OperationStep::kDone);
  EXPECT_EQ(step(2), OperationStep::kSkipped);
}

TEST_F(OperationPlanTest, AProcessThatNobodyStartsAgainFails) {
  Step();
  Report("m1", "DRAINED");
  Step();
  Pass(absl::Seconds(61));
  Step();
  EXPECT_EQ(step(0), OperationStep::kFailed);
  EXPECT_THAT(operation_.members[0].problem, HasSubstr("not restarted"));
}

TEST_F(OperationPlanTest, AMemberThatDoesNotGetHealthyFails) {
  Step();
  Report("m1", "DRAINED");
  Step();
  Restart("m1");
  Step();
  Report("m1", "DEGRADED");
  Pass(absl::Seconds(71));
  Step();
  EXPECT_EQ(step(0), OperationStep::kFailed);
  EXPECT_THAT(operation_.members[0].problem, HasSubstr("DEGRADED"));
}

TEST_F(OperationPlanTest, PausedItBeginsNobodyAndEndsWhatIsUnderWay) {
  Step();
  operation_.state = OperationState::kPaused;
  Report("m1", "DRAINED");
  Step();
  Restart("m1");
  Step();
  Report("m1", "UP");
  Pass(absl::Seconds(10));
  EXPECT_THAT(Step().hold, IsEmpty());
  EXPECT_EQ(step(0), OperationStep::kDone);
  operation_.state = OperationState::kRunning;
  EXPECT_THAT(Step().hold, ElementsAre("m2"));
}

TEST_F(OperationPlanTest, ScheduledItWaitsForItsTime) {
  operation_.state = OperationState::kScheduled;
  operation_.start_at = now_ + absl::Hours(1);
  EXPECT_THAT(Step().hold, IsEmpty());
  EXPECT_THAT(operation_.waiting, HasSubstr("starts at"));
  Pass(absl::Hours(1));
  EXPECT_THAT(Step().hold, ElementsAre("m1"));
  EXPECT_EQ(operation_.state, OperationState::kRunning);
}

TEST_F(OperationPlanTest, NothingMovesWhileTheMonitorIsBlind) {
  Step();
  Report("m1", "DRAINED");
  table_.ApplyDisconnected("cut", now_);
  const model::Operation before = operation_;
  const OperationPlan plan = Step();
  EXPECT_EQ(step(0), before.members[0].step);
  EXPECT_THAT(operation_.waiting, HasSubstr("ZooKeeper"));
}

TEST_F(OperationPlanTest, NothingMovesWhileTheGuardIsOn) {
  table_.ApplyPolicy(R"({"v":1,"guard":{"min_departures":2,"ratio":0.3}})",
                     now_);
  Step();
  Vanish("m4");
  Vanish("m5");
  ASSERT_TRUE(table_.view()->guard.has_value());
  Report("m1", "DRAINED");
  Pass(absl::Seconds(1));
  Step();
  EXPECT_EQ(step(0), OperationStep::kDraining);
  EXPECT_THAT(operation_.waiting, HasSubstr("guard"));
}

TEST_F(OperationPlanTest, TakeOfflineIsDoneWhenTheMemberIsOffline) {
  operation_.kind = model::OperationKind::kTakeOffline;
  operation_.owner = "ops";
  operation_.pacing.batch_size = 5;
  Vanish("m5");
  EXPECT_THAT(Step().hold, ElementsAre("m1", "m2", "m3", "m4", "m5"));
  Step();
  EXPECT_EQ(step(4), OperationStep::kDone) << "absent and held is offline";
  EXPECT_EQ(step(0), OperationStep::kDraining);
  for (const char* name : {"m1", "m2", "m3", "m4"}) Report(name, "DRAINED");
  Step();
  EXPECT_EQ(operation_.state, OperationState::kSucceeded);
}

TEST_F(OperationPlanTest, AHoldReleasedByHandIsNotPlacedAgain) {
  Step();
  Release("m1");
  EXPECT_THAT(Step().hold, ElementsAre("m2"));
  EXPECT_EQ(step(0), OperationStep::kSkipped);
}

TEST_F(OperationPlanTest, F60_WhoVanishesAtWorkWasNotDrained) {
  operation_.kind = model::OperationKind::kTakeOffline;
  operation_.pacing.batch_size = 2;
  Step();
  Report("m1", "DRAINING");
  Report("m2", "DRAINED");
  Vanish("m1");
  Vanish("m2");
  Step();
  EXPECT_EQ(step(0), OperationStep::kDraining);
  EXPECT_EQ(step(1), OperationStep::kDone) << "it was drained before it went";
  Pass(operation_.pacing.step_timeout + absl::Seconds(1));
  Step();
  EXPECT_EQ(step(0), OperationStep::kFailed);
  EXPECT_THAT(operation_.members[0].problem, HasSubstr("vanished"));
}

TEST_F(OperationPlanTest, F60_WhoComesBackIsWaitedFor) {
  operation_.kind = model::OperationKind::kTakeOffline;
  Step();
  Report("m1", "DRAINING");
  Vanish("m1");
  Step();
  Reregister("m1");
  EXPECT_EQ((Step(), step(0)), OperationStep::kDone);
}

TEST_F(OperationPlanTest, WhoWasGoneFromTheStartIsOfflineAtOnce) {
  operation_.kind = model::OperationKind::kTakeOffline;
  Vanish("m1");
  Step();
  EXPECT_EQ((Step(), step(0)), OperationStep::kDone);
}

}  // namespace
}  // namespace roster::monitor
