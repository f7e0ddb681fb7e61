// How long departed members stay, and what is known of them after a restart.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "monitor/state/cluster_table.h"
#include "tests/unit/state/cluster_table_fixture.h"

namespace roster::monitor {
namespace {

using model::MemberStatus;
using model::ReportedState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(ClusterTableTest, OnlyDepartedMembersCanBeForgotten) {
  Create("a");
  Synced();
  NewEvents();
  EXPECT_FALSE(table_.Forget("a", now_));
  EXPECT_FALSE(table_.Forget("unknown", now_));
  Gone("a");

  EXPECT_TRUE(table_.Forget("a", now_));
  EXPECT_FALSE(table_.Forget("a", now_));
  EXPECT_THAT(NewEvents(), ElementsAre("LOST a", "FORGOTTEN a"));
}

TEST_F(ClusterTableTest, DepartedMembersStayForTheirRetention) {
  Create("left");
  Update("left", MakeRecord(ReportedState::kLeaving));
  Create("lost");
  Synced();
  Gone("left");
  Gone("lost");
  NewEvents();

  Tick(table_.options().left_retention - absl::Seconds(1));
  EXPECT_THAT(NewEvents(), IsEmpty());
  Tick(absl::Seconds(1));
  EXPECT_THAT(NewEvents(), ElementsAre("FORGOTTEN left"));
  Tick(table_.options().lost_retention);
  EXPECT_THAT(NewEvents(), ElementsAre("FORGOTTEN lost"));
  EXPECT_TRUE(table_.view()->members.empty());
}

class BoundedTableTest : public ClusterTableTest {
 protected:
  BoundedTableTest()
      : ClusterTableTest({.max_departed = 2, .max_pending_orders = 2}) {}
};

TEST_F(BoundedTableTest, ForgetsTheLongestGoneFirst) {
  Synced();
  for (const char* name : {"d", "c", "b", "a"}) {
    Create(name);
    Advance(absl::Minutes(1));
    Gone(name);
  }

  EXPECT_EQ(Find("d"), nullptr);
  EXPECT_EQ(Find("c"), nullptr);
  EXPECT_NE(Find("b"), nullptr);
  EXPECT_NE(Find("a"), nullptr);
}

TEST_F(BoundedTableTest, KeepsThoseThatAreHeld) {
  Synced();
  for (const char* name : {"a", "b", "c", "d"}) {
    Create(name);
    Order(name, MakeOrder(1, {"ops"}));
    Gone(name);
  }
  EXPECT_EQ(CountOf(MemberStatus::kOffline), 4);

  for (const char* name : {"a", "b", "c", "d"}) Order(name, MakeOrder(2, {}));
  Tick(absl::Minutes(1));
  EXPECT_EQ(table_.view()->members.size(), 2u);
}

TEST_F(BoundedTableTest, WhatMayBeTheBeginningOfAMassLossHasRoom) {
  Synced();
  for (const char* name : {"a", "b", "c", "d"}) {
    Create(name);
    Gone(name);
  }
  EXPECT_EQ(CountOf(MemberStatus::kLost), 4);
  Tick(table_.view()->policy->guard.window);
  EXPECT_EQ(CountOf(MemberStatus::kLost), 2);
}

TEST_F(BoundedTableTest, CountsOrdersThatAreTooManyToRemember) {
  Synced();
  for (const char* name : {"a", "b", "c"}) Order(name, MakeOrder(1, {"ops"}));
  EXPECT_EQ(table_.counters().dropped_orders, 1u);

  for (const char* name : {"a", "b", "c"}) Create(name);
  EXPECT_EQ(CountOf(MemberStatus::kDraining), 2);
}

TEST_F(BoundedTableTest, NamesNeverSeenCountAsRememberedOrders) {
  Order("x", MakeOrder(1, {"ops"}));
  Order("y", MakeOrder(1, {"ops"}));
  Order("z", MakeOrder(1, {"ops"}));
  EXPECT_EQ(table_.counters().dropped_orders, 1u);
  EXPECT_EQ(Find("z"), nullptr);
  EXPECT_EQ(table_.view()->held_count, 2);
  // There is room again.
  Order("x", MakeOrder(2, {}));
  NoOrder("x");
  Order("z", MakeOrder(2, {"ops"}));
  EXPECT_EQ(Find("z")->status, MemberStatus::kOffline);
}

// The mass-loss guard and retention.

class LossTest : public ClusterTableTest {
 protected:
  LossTest() : ClusterTableTest({.max_departed = 5}) {}

  static std::string Name(int i) { return "m" + std::to_string(10 + i); }
  void CreateTen() {
    for (int i = 0; i < 10; ++i) Create(Name(i));
    Synced();
    NewEvents();
  }
};

TEST_F(LossTest, NobodyIsForgottenInAMassLoss) {
  CreateTen();
  Gone(Name(0));
  Tick(table_.options().lost_retention - absl::Seconds(1));
  for (int i = 1; i < 7; ++i) Gone(Name(i));
  ASSERT_TRUE(table_.view()->guard);
  // Neither by time nor for want of room.
  Tick(absl::Minutes(2));
  EXPECT_EQ(CountOf(MemberStatus::kLost), 7);

  Tick(table_.view()->guard->ends_at - now_);
  EXPECT_FALSE(table_.view()->guard);
  EXPECT_EQ(Find(Name(0)), nullptr);
  EXPECT_EQ(CountOf(MemberStatus::kLost), 5);
}

TEST_F(LossTest, AnOperatorMayForgetAllTheSame) {
  CreateTen();
  for (int i = 0; i < 5; ++i) Gone(Name(i));
  ASSERT_TRUE(table_.view()->guard);
  EXPECT_TRUE(table_.Forget(Name(0), now_));
}

// What the ledger says.

class LedgerTest : public ClusterTableTest {
 protected:
  void Ledger(std::string_view name, model::LedgerState state, int64_t czxid,
              absl::Duration ago = absl::Minutes(5)) {
    model::LedgerEntry entry;
    entry.state = state;
    entry.czxid = czxid;
    entry.joined_at = now_ - absl::Hours(1);
    entry.since = now_ - ago;
    entry.record.service = "search";
    entry.record.state = ReportedState::kDegraded;
    entry.record.applied_epoch = 0;
    table_.ApplyLedger(name, entry, now_);
  }
};

using model::LedgerState;

TEST_F(LedgerTest, WhoVanishedWhileNobodyLookedIsLostWithAnEvent) {
  Ledger("a", LedgerState::kPresent, 7);
  const EventPtr lost = LastEvent();
  Synced();

  EXPECT_THAT(NewEvents(), ElementsAre("LOST a", "VIEW_SYNCED"));
  EXPECT_TRUE(lost->while_blind);
  EXPECT_EQ(lost->previous_status, MemberStatus::kDegraded);
  EXPECT_EQ(lost->status, MemberStatus::kLost);
  EXPECT_EQ(lost->czxid, 7);
  EXPECT_EQ(table_.counters().losses, 1u);
  EXPECT_EQ(Find("a")->status, MemberStatus::kLost);
  EXPECT_EQ(Find("a")->record.service, "search");
  EXPECT_EQ(Find("a")->departed_at, now_);
  EXPECT_EQ(*Find("a")->cluster, "default");
}

TEST_F(LedgerTest, FoundAfterTheSyncItIsStillMarkedAsMissed) {
  Synced();
  NewEvents();
  Ledger("a", LedgerState::kPresent, 7);
  EXPECT_TRUE(LastEvent()->while_blind);
  EXPECT_THAT(NewEvents(), ElementsAre("LOST a"));
}

TEST_F(LedgerTest, WhatWasToldBeforeIsShownWithoutAnEvent) {
  Ledger("a", LedgerState::kLost, 7);
  Ledger("b", LedgerState::kLeft, 8);
  Synced();
  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_SYNCED"));
  EXPECT_EQ(Find("a")->status, MemberStatus::kLost);
  EXPECT_EQ(Find("b")->status, MemberStatus::kLeft);
  EXPECT_EQ(Find("a")->departed_at, now_ - absl::Minutes(5));
  EXPECT_EQ(table_.counters().losses, 0u);
}

TEST_F(LedgerTest, RetentionCountsFromTheDepartureNotFromTheRestart) {
  Ledger("a", LedgerState::kLeft, 7, absl::Minutes(59));
  Synced();
  Tick(absl::Seconds(59));
  EXPECT_NE(Find("a"), nullptr);
  Tick(absl::Seconds(1));
  EXPECT_EQ(Find("a"), nullptr);
}

TEST_F(LedgerTest, MoreRecentThingsWin) {
  zxid_ = 100;
  Create("a");
  Create("b");
  Gone("b");
  Synced();
  NewEvents();
  const uint64_t revision = table_.view()->revision;
  Ledger("a", LedgerState::kPresent, 101);
  Ledger("a", LedgerState::kLost, 5);
  Ledger("b", LedgerState::kLeft, 102);
  Ledger("", LedgerState::kLost, 5);
  Ledger("c", LedgerState::kLost, 0);
  EXPECT_EQ(table_.view()->revision, revision);
  EXPECT_THAT(NewEvents(), IsEmpty());
  // A registration that this monitor never saw.
  Ledger("b", LedgerState::kLeft, 200);
  EXPECT_EQ(Find("b")->status, MemberStatus::kLeft);
  EXPECT_EQ(Find("b")->czxid, 200);
}

TEST_F(LedgerTest, AHeldOneThatVanishedIsOfflineAndNoAlarm) {
  Order("a", MakeOrder(2, {"ops"}));
  ASSERT_TRUE(Find("a")->never_seen());
  Ledger("a", LedgerState::kPresent, 7);
  EXPECT_EQ(Find("a")->status, MemberStatus::kOffline);
  EXPECT_FALSE(Find("a")->never_seen());
  EXPECT_EQ(Find("a")->order->epoch, 2);
  EXPECT_THAT(NewEvents(), ElementsAre("LEFT a"));
  EXPECT_EQ(table_.counters().losses, 0u);
}

TEST_F(LedgerTest, WhatAnOperatorForgotStaysForgotten) {
  Order("a", R"({"v":1,"epoch":3,"holds":[],"forgotten_czxid":7})");
  Ledger("a", LedgerState::kLost, 7);
  EXPECT_EQ(Find("a"), nullptr);
  Ledger("a", LedgerState::kLost, 8);
  EXPECT_EQ(Find("a")->status, MemberStatus::kLost);
}

TEST_F(LedgerTest, ManyFoundMissingRaiseTheGuard) {
  for (int i = 0; i < 4; ++i) Create("m" + std::to_string(i));
  for (int i = 0; i < 6; ++i)
    Ledger("x" + std::to_string(i), LedgerState::kPresent, 1000 + i);
  ASSERT_TRUE(table_.view()->guard);
  EXPECT_EQ(table_.view()->guard->cause, MassLossCause::kFoundMissing);
  EXPECT_EQ(table_.view()->guard->departures, 6);
}

}  // namespace
}  // namespace roster::monitor
