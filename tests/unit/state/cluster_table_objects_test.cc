// What belongs to the cluster as a whole: budgets, policy, operations,
// monitors, the guard.

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/budget.h"
#include "model/config_entry.h"
#include "model/operation.h"
#include "model/policy.h"
#include "monitor/state/cluster_table.h"
#include "tests/unit/state/cluster_table_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ClusterObjectsTest : public ClusterTableTest {
 protected:
  void SetUp() override {
    table_.SetClusterListener([this](const ClusterViewPtr& view) {
      EXPECT_EQ(view, table_.view());
      newest_event_ = events_.newest();
      ++told_;
    });
    Synced();
    NewEvents();
  }

  void Budgets(std::string_view data) { table_.ApplyBudgets(data, now_); }
  void Policy(std::string_view data) { table_.ApplyPolicy(data, now_); }
  void Store(const model::Operation& operation, int32_t version) {
    const std::string bytes = model::SerializeOperation(operation);
    const std::string_view data = bytes;
    table_.ApplyOperation(operation.id, &data, version, now_, now_);
  }
  void Candidate(std::string_view node, std::string_view id) {
    model::MonitorRecord record;
    record.id = id;
    record.host = "mon";
    record.pid = 42;
    const std::string bytes = model::SerializeMonitorRecord(record);
    const std::string_view data = bytes;
    table_.ApplyMonitor(node, &data, now_);
  }
  void NoCandidate(std::string_view node) {
    table_.ApplyMonitor(node, nullptr, now_);
  }
  // How often the listener was told since the last call.
  int Told() {
    const int told = told_;
    told_ = 0;
    return told;
  }

  int told_ = 0;
  uint64_t newest_event_ = 0;
};

model::Budget MakeBudget(std::string name, int64_t limit) {
  return {.name = std::move(name),
          .selector = "service=search",
          .limit = {.value = limit}};
}

TEST_F(ClusterObjectsTest, NoneIsEverNull) {
  EventLog events("log", 10);
  const ClusterTable table({}, events);
  const ClusterViewPtr view = table.view();
  EXPECT_THAT(*view->budgets, IsEmpty());
  EXPECT_EQ(*view->policy, model::Policy());
  EXPECT_THAT(*view->operations, IsEmpty());
  EXPECT_THAT(*view->monitors, IsEmpty());
}

TEST_F(ClusterObjectsTest, BudgetsAreToldOneByOne) {
  Budgets(model::SerializeBudgets({MakeBudget("a", 1), MakeBudget("b", 1)}));
  EXPECT_EQ(table_.view()->budgets->size(), 2u);
  EXPECT_THAT(NewEvents(), ElementsAre("BUDGET_CHANGED", "BUDGET_CHANGED"));
  EXPECT_EQ(LastEvent()->subject, "b");
  EXPECT_EQ(LastEvent()->detail, "max_unavailable 1 of service=search");
  EXPECT_EQ(Told(), 1);
  EXPECT_EQ(newest_event_, events_.newest()) << "told before the events";

  Budgets(model::SerializeBudgets({MakeBudget("a", 1), MakeBudget("b", 2)}));
  EXPECT_THAT(NewEvents(), ElementsAre("BUDGET_CHANGED"));
  Budgets(model::SerializeBudgets({MakeBudget("b", 2)}));
  EXPECT_EQ(LastEvent()->subject, "a");
  EXPECT_EQ(LastEvent()->detail, "removed");
  table_.ApplyBudgets(std::nullopt, now_);
  EXPECT_THAT(*table_.view()->budgets, IsEmpty());
  EXPECT_EQ(Told(), 3);
}

TEST_F(ClusterObjectsTest, WhatIsKnownIsNoChange) {
  const std::string data = model::SerializeBudgets({MakeBudget("a", 1)});
  Budgets(data);
  Policy(model::SerializePolicy({.guard = {.min_departures = 9}}));
  Candidate("n-latch-0000000001", "m");
  model::Operation operation;
  operation.id = "o";
  Store(operation, 0);
  NewEvents();
  Told();
  const ClusterViewPtr view = table_.view();
  Budgets(data);
  Policy(model::SerializePolicy({.guard = {.min_departures = 9}}));
  Candidate("n-latch-0000000001", "m");
  Store(operation, 0);
  NoCandidate("x-latch-0000000009");
  table_.ApplyOperation("x", nullptr, 0, now_, now_);
  EXPECT_EQ(table_.view(), view);
  EXPECT_THAT(NewEvents(), IsEmpty());
  EXPECT_EQ(Told(), 0);
}

TEST_F(ClusterObjectsTest, WhatCannotBeReadLeavesWhatWasThere) {
  Budgets(model::SerializeBudgets({MakeBudget("a", 1)}));
  Policy(model::SerializePolicy({.guard = {.min_departures = 9}}));
  NewEvents();
  Budgets("{broken");
  Policy("{broken");
  EXPECT_EQ(table_.view()->budgets->size(), 1u);
  EXPECT_EQ(table_.view()->policy->guard.min_departures, 9);
  EXPECT_THAT(table_.view()->budgets_problem, HasSubstr("not JSON"));
  EXPECT_THAT(table_.view()->policy_problem, HasSubstr("not JSON"));
  EXPECT_THAT(NewEvents(), IsEmpty());

  // Somebody emptied the nodes rather than to delete them.
  Budgets("");
  Policy("");
  EXPECT_EQ(table_.view()->budgets->size(), 1u);
  EXPECT_EQ(table_.view()->policy->guard.min_departures, 9);
  EXPECT_THAT(table_.view()->budgets_problem, HasSubstr("empty"));
  EXPECT_THAT(table_.view()->policy_problem, HasSubstr("empty"));

  Budgets(model::SerializeBudgets({MakeBudget("a", 1)}));
  Policy(model::SerializePolicy({.guard = {.min_departures = 9}}));
  EXPECT_EQ(table_.view()->budgets_problem, "");
  EXPECT_EQ(table_.view()->policy_problem, "");
  EXPECT_THAT(NewEvents(), IsEmpty());

  table_.ApplyPolicy(std::nullopt, now_);
  EXPECT_EQ(*table_.view()->policy, model::Policy());
}

TEST_F(ClusterObjectsTest, ABudgetOfABrokenSelectorCountsAsBroken) {
  model::Budget budget = MakeBudget("a", 1);
  budget.selector = "status=UP";
  Budgets(model::SerializeBudgets({budget}));
  EXPECT_THAT(*table_.view()->budgets, IsEmpty());
  EXPECT_THAT(table_.view()->budgets_problem, HasSubstr("budget \"a\""));
}

TEST_F(ClusterObjectsTest, ThePolicySetsTheGuard) {
  Policy(
      model::SerializePolicy({.guard = {.min_departures = 2, .ratio = 0.5}}));
  EXPECT_THAT(NewEvents(), ElementsAre("POLICY_CHANGED"));
  Create("a");
  Create("b");
  Gone("a");
  EXPECT_FALSE(table_.view()->guard);
  Gone("b");
  ASSERT_TRUE(table_.view()->guard);
  NewEvents();
  Policy(model::SerializePolicy({.guard = {.enabled = false}}));
  EXPECT_THAT(NewEvents(), ElementsAre("POLICY_CHANGED", "GUARD_CLEARED"));
  EXPECT_FALSE(table_.view()->guard);
}

TEST_F(ClusterObjectsTest, OperationsAreToldByTheirState) {
  model::Operation operation;
  operation.id = "op-1";
  operation.owner = "ops";
  operation.reason = "kernel";
  operation.members = {{.name = "a"}, {.name = "b"}};
  Store(operation, 0);
  EXPECT_EQ(LastEvent()->subject, "op-1");
  EXPECT_EQ(LastEvent()->detail,
            "RUNNING: TAKE_OFFLINE of 2 members by ops: kernel");
  EXPECT_THAT(NewEvents(), ElementsAre("OPERATION_CHANGED"));

  operation.members[0].step = model::OperationStep::kDone;
  Store(operation, 1);
  EXPECT_THAT(NewEvents(), IsEmpty());
  EXPECT_EQ(table_.view()->operations->at("op-1")->version, 1);
  EXPECT_EQ(Told(), 2);

  operation.state = model::OperationState::kFailed;
  operation.problem = "b failed";
  Store(operation, 2);
  EXPECT_EQ(LastEvent()->detail, "FAILED: b failed");
  NewEvents();
  table_.ApplyOperation("op-1", nullptr, 0, now_, now_);
  EXPECT_THAT(*table_.view()->operations, IsEmpty());
  EXPECT_THAT(NewEvents(), IsEmpty());
}

TEST_F(ClusterObjectsTest, AnOperationThatCannotBeReadIsShownAsThat) {
  const std::string_view broken = "{broken";
  table_.ApplyOperation("op-1", &broken, 3, now_, now_);
  const StoredOperation& shown = *table_.view()->operations->at("op-1");
  EXPECT_EQ(shown.operation.id, "op-1");
  EXPECT_EQ(shown.version, 3);
  EXPECT_THAT(shown.problem, HasSubstr("not JSON"));

  model::Operation other;
  other.id = "op-2";
  const std::string bytes = model::SerializeOperation(other);
  const std::string_view data = bytes;
  table_.ApplyOperation("op-1", &data, 4, now_, now_);
  EXPECT_THAT(table_.view()->operations->at("op-1")->problem,
              HasSubstr("not that of its node"));
  EXPECT_THAT(NewEvents(), IsEmpty());
}

TEST_F(ClusterObjectsTest, WhomAnUnreadableOperationWorksOnIsNotForgotten) {
  const auto store = [&](std::string_view data, int32_t version) {
    table_.ApplyOperation("op-1", &data, version, now_, now_);
    return table_.view()->operations->at("op-1");
  };
  // Nothing of it can be told: it may work on anybody.
  auto shown = store("{broken", 0);
  EXPECT_FALSE(shown->members_known);
  EXPECT_TRUE(shown->may_be_active());

  // Its names can be told, though something else is wrong.
  shown = store(R"({"v":1,"id":"op-1","kind":"DANCE","state":"PAUSED",
                    "members":[{"name":"a"},{"name":"b","step":7}]})",
                1);
  EXPECT_THAT(shown->problem, HasSubstr("kind"));
  EXPECT_TRUE(shown->members_known);
  EXPECT_EQ(shown->operation.state, model::OperationState::kPaused);
  ASSERT_EQ(shown->operation.members.size(), 2u);
  EXPECT_EQ(shown->operation.members[1].name, "b");

  // What it said before still holds.
  shown = store("", 2);
  EXPECT_THAT(shown->problem, HasSubstr("empty"));
  EXPECT_TRUE(shown->members_known);
  EXPECT_EQ(shown->operation.members.size(), 2u);

  // One that had ended does not come to life again.
  shown = store(R"({"v":9,"id":"op-1","state":"FAILED","members":[]})", 3);
  EXPECT_FALSE(shown->may_be_active());
}

TEST_F(ClusterObjectsTest, ChangesOfTheConfigurationAreTold) {
  model::ConfigEntry entry{.version = 1, .author = "ops", .comment = "less"};
  const auto store = [&] {
    table_.ApplyConfig("search%2Flimits", model::SerializeConfigEntry(entry),
                       now_);
  };
  store();
  EXPECT_THAT(NewEvents(), ElementsAre("CONFIG_CHANGED"));
  EXPECT_EQ(LastEvent()->subject, "search/limits");
  EXPECT_EQ(LastEvent()->detail, "version 1 put by ops: less");
  store();  // read again
  table_.ApplyConfig("search%2Flimits", "{broken", now_);
  table_.ApplyConfig("no%20entry", "{}", now_);
  EXPECT_THAT(NewEvents(), IsEmpty());

  entry = {.version = 2, .author = "me", .deleted = true};
  store();
  EXPECT_EQ(LastEvent()->detail, "version 2 deleted by me");
  entry = {.version = 3, .author = "me", .restored_from = 1};
  store();
  EXPECT_EQ(LastEvent()->detail, "version 3 rolled back to 1 by me");
  table_.ApplyConfig("search%2Flimits", std::nullopt, now_);
  EXPECT_THAT(NewEvents(), ElementsAre("CONFIG_CHANGED", "CONFIG_CHANGED"));
}

TEST(ConfigEventsTest, WhatIsFoundAtTheFirstLookIsNoNews) {
  EventLog events("log", 10);
  ClusterTable table({}, events);
  const model::ConfigEntry entry{.version = 4};
  const std::string bytes = model::SerializeConfigEntry(entry);
  table.ApplyConfig("a", bytes, absl::Now());
  table.ApplySynced(absl::Now());
  table.ApplyConfig("a", bytes, absl::Now());
  EXPECT_EQ(events.newest(), 1u);  // VIEW_SYNCED
}

TEST_F(ClusterObjectsTest, TheElectionFollowsTheCounterPastItsEnd) {
  Candidate("b-latch--2147483648", "m-2");
  Candidate("a-latch-2147483647", "m-1");
  const auto view = table_.view();
  ASSERT_EQ(view->monitors->size(), 2u);
  EXPECT_EQ(view->monitors->front().id, "m-1");
}

TEST_F(ClusterObjectsTest, TheFirstOfTheElectionLeads) {
  Candidate("_c_0f-latch-0000000012", "m-2");
  Candidate("_c_ff-latch-0000000007", "m-1");
  Candidate("zz-latch-0000000100", "m-3");
  const auto& monitors = *table_.view()->monitors;
  ASSERT_EQ(monitors.size(), 3u);
  EXPECT_EQ(monitors[0].id, "m-1");
  EXPECT_EQ(monitors[1].id, "m-2");
  EXPECT_EQ(monitors[2].id, "m-3");
  EXPECT_EQ(LastEvent()->subject, "m-1");
  EXPECT_EQ(LastEvent()->detail, "pid 42 on mon");
  EXPECT_THAT(NewEvents(), ElementsAre("LEADER_CHANGED", "LEADER_CHANGED"));

  NoCandidate("_c_0f-latch-0000000012");
  EXPECT_THAT(NewEvents(), IsEmpty());
  NoCandidate("_c_ff-latch-0000000007");
  EXPECT_EQ(LastEvent()->subject, "m-3");
  NoCandidate("zz-latch-0000000100");
  EXPECT_EQ(LastEvent()->subject, "");
  EXPECT_THAT(NewEvents(), ElementsAre("LEADER_CHANGED", "LEADER_CHANGED"));
}

TEST_F(ClusterObjectsTest, OnlyCandidatesAreMonitors) {
  for (const char* node :
       {"", "latch", "-latch-12", "x-latch-00000000012", "x-latch-000000001x",
        "x-lock-0000000001", "x-latch-+000000001"}) {
    Candidate(node, "m");
    EXPECT_THAT(*table_.view()->monitors, IsEmpty()) << node;
  }
}

TEST_F(ClusterObjectsTest, ACandidateThatCannotBeReadKeepsItsPlace) {
  const std::string_view broken = "10.0.0.1";
  table_.ApplyMonitor("x-latch-0000000001", &broken, now_);
  Candidate("y-latch-0000000002", "m-2");
  ASSERT_EQ(table_.view()->monitors->size(), 2u);
  EXPECT_EQ(table_.view()->monitors->front().id, "");
  EXPECT_EQ(table_.view()->monitors->front().node, "x-latch-0000000001");
}

TEST_F(ClusterObjectsTest, AMassLossIsToldAfterTheLossThatRaisedIt) {
  for (int i = 0; i < 10; ++i) Create("m" + std::to_string(i), MakeRecord(), i);
  NewEvents();
  Told();
  for (int i = 0; i < 5; ++i) Gone("m" + std::to_string(i));
  EXPECT_THAT(NewEvents(), ElementsAre("LOST m0", "LOST m1", "LOST m2",
                                       "LOST m3", "LOST m4", "GUARD_RAISED"));
  EXPECT_EQ(LastEvent()->detail,
            "5 of 10 members departed within 30s: SESSIONS_EXPIRED, 5 "
            "sessions");
  EXPECT_EQ(Told(), 1);
  Gone("m5");
  EXPECT_EQ(table_.view()->guard->departures, 6);
  EXPECT_EQ(Told(), 1);
  NewEvents();

  Tick(absl::Minutes(5));
  EXPECT_FALSE(table_.view()->guard);
  EXPECT_EQ(LastEvent()->detail, "6 departures, on for 5m");
  EXPECT_THAT(NewEvents(), ElementsAre("GUARD_CLEARED"));
}

TEST_F(ClusterObjectsTest, WhoIsHeldMayGoInMasses) {
  for (int i = 0; i < 10; ++i) Create("m" + std::to_string(i));
  for (int i = 0; i < 10; ++i)
    Order("m" + std::to_string(i), MakeOrder(1, {"ops"}));
  for (int i = 0; i < 10; ++i) Gone("m" + std::to_string(i));
  EXPECT_FALSE(table_.view()->guard);
}

TEST_F(ClusterObjectsTest, AMassGoodbyeHasItsOwnCause) {
  for (int i = 0; i < 10; ++i)
    Create("m" + std::to_string(i), MakeRecord(model::ReportedState::kLeaving));
  for (int i = 0; i < 10; ++i) Gone("m" + std::to_string(i));
  ASSERT_TRUE(table_.view()->guard);
  EXPECT_EQ(table_.view()->guard->cause, MassLossCause::kCleanLeave);
  Policy(model::SerializePolicy({.guard = {.released_at = now_}}));
  EXPECT_FALSE(table_.view()->guard);
}

TEST_F(ClusterObjectsTest, ManyMissingAfterAnOutageHaveTheirOwnCause) {
  for (int i = 0; i < 10; ++i) Create("m" + std::to_string(i));
  Disconnected();
  for (int i = 0; i < 10; ++i) Gone("m" + std::to_string(i));
  ASSERT_TRUE(table_.view()->guard);
  EXPECT_EQ(table_.view()->guard->cause, MassLossCause::kFoundMissing);
  EXPECT_TRUE(LastEvent()->while_blind);
  // Those that come back end it.
  for (int i = 0; i < 9; ++i) Create("m" + std::to_string(i));
  EXPECT_FALSE(table_.view()->guard);
}

TEST_F(ClusterTableTest, WhatTheFirstSyncFindsOfTheClusterIsNoEvent) {
  table_.ApplyBudgets(model::SerializeBudgets({MakeBudget("a", 1)}), now_);
  table_.ApplyPolicy(model::SerializePolicy({.guard = {.ratio = 1}}), now_);
  model::Operation operation;
  operation.id = "o";
  const std::string bytes = model::SerializeOperation(operation);
  const std::string_view data = bytes;
  table_.ApplyOperation("o", &data, 0, now_, now_);
  Synced();
  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_SYNCED"));
  EXPECT_EQ(table_.view()->budgets->size(), 1u);
}

}  // namespace
}  // namespace roster::monitor
