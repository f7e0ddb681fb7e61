// What operators ordered of members.

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

TEST_F(ClusterTableTest, AHoldTakesAMemberOffline) {
  Create("a");
  Synced();
  NewEvents();
  Order("a", MakeOrder(1, {"ops"}));
  EXPECT_EQ(Find("a")->status, MemberStatus::kDraining);
  EXPECT_EQ(LastEvent()->detail, "held by ops: kernel upgrade");
  EXPECT_THAT(NewEvents(), ElementsAre("HOLD_PLACED a", "STATUS_CHANGED a"));
  EXPECT_EQ(table_.view()->held_count, 1);

  Update("a", MakeRecord(ReportedState::kDrained));
  EXPECT_EQ(Find("a")->status, MemberStatus::kOffline);
  EXPECT_EQ(Find("a")->order->epoch, 1);

  NoOrder("a");
  EXPECT_FALSE(Find("a")->held());
  EXPECT_EQ(table_.view()->held_count, 0);
}

TEST_F(ClusterTableTest, EachHoldIsToldWithItsIdBeforeTheStatus) {
  Create("a");
  Synced();
  NewEvents();
  Order("a", MakeOrder(1, {"ops", "db"}));
  const auto placed = events_.ReadAfter(read_, 10).value();
  ASSERT_EQ(placed.size(), 3u);
  EXPECT_EQ(placed[0]->type, EventType::kHoldPlaced);
  EXPECT_EQ(placed[0]->subject, "h-ops");
  EXPECT_EQ(placed[0]->detail, "ops: kernel upgrade");
  EXPECT_EQ(placed[0]->status, MemberStatus::kUp);
  EXPECT_EQ(placed[1]->subject, "h-db");
  EXPECT_EQ(placed[2]->type, EventType::kStatusChanged);
  EXPECT_EQ(placed[2]->previous_status, MemberStatus::kUp);
  EXPECT_EQ(placed[2]->status, MemberStatus::kDraining);
  NewEvents();

  // Releasing mine leaves yours, and the status.
  Order("a", MakeOrder(2, {"db"}));
  EXPECT_EQ(LastEvent()->subject, "h-ops");
  EXPECT_EQ(LastEvent()->status, MemberStatus::kDraining);
  EXPECT_THAT(NewEvents(), ElementsAre("HOLD_RELEASED a"));
}

TEST_F(ClusterTableTest, AHoldWithOtherTermsIsPlacedAnew) {
  Create("a");
  Synced();
  model::Order order{.epoch = 1, .holds = {{.id = "h", .owner = "ops"}}};
  Order("a", model::SerializeOrder(order));
  NewEvents();
  order.epoch = 2;
  order.holds[0].reason = "disk";
  Order("a", model::SerializeOrder(order));
  EXPECT_EQ(LastEvent()->detail, "ops: disk");
  EXPECT_THAT(NewEvents(), ElementsAre("HOLD_PLACED a"));
  order.epoch = 3;
  Order("a", model::SerializeOrder(order));
  EXPECT_THAT(NewEvents(), IsEmpty());
}

TEST_F(ClusterTableTest, HoldsFoundByTheFirstSyncAreNoEvents) {
  Create("a");
  Order("a", MakeOrder(1, {"ops"}));
  Order("b", MakeOrder(1, {"ops"}));
  Create("b");
  Synced();
  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_SYNCED"));
  EXPECT_EQ(CountOf(MemberStatus::kDraining), 2);
}

TEST_F(ClusterTableTest, OfWhomSomethingIsToldBeforeTheSyncAllIsTold) {
  Create("a");
  Update("a", MakeRecord(ReportedState::kUp));
  Create("b");
  Update("b", MakeRecord(ReportedState::kDegraded));
  Order("a", MakeOrder(1, {"ops"}));
  Order("b", MakeOrder(1, {"ops"}));
  EXPECT_THAT(NewEvents(), ElementsAre("STATUS_CHANGED b", "HOLD_PLACED b",
                                       "STATUS_CHANGED b"));
}

TEST_F(ClusterTableTest, AnAbsentMemberThatIsHeldIsOfflineForAsLongAsTheHold) {
  Create("a");
  Synced();
  Order("a", MakeOrder(1, {"ops"}));
  NewEvents();
  Gone("a");
  EXPECT_THAT(NewEvents(), ElementsAre("LEFT a"));
  EXPECT_EQ(Find("a")->status, MemberStatus::kOffline);
  EXPECT_EQ(table_.counters().losses, 0u);
  Tick(absl::Hours(24 * 365));
  EXPECT_EQ(Find("a")->status, MemberStatus::kOffline);

  Order("a", MakeOrder(2, {}));
  Tick();
  EXPECT_THAT(NewEvents(), ElementsAre("HOLD_RELEASED a", "STATUS_CHANGED a"));
  EXPECT_EQ(Find("a")->status, MemberStatus::kLost);
  EXPECT_EQ(Find("a")->status_since, now_);
  Tick(table_.options().lost_retention);
  EXPECT_THAT(NewEvents(), ElementsAre("FORGOTTEN a"));
}

TEST_F(ClusterTableTest, F64_ANameThatIsHeldIsShownBeforeItsMemberIsBorn) {
  Synced();
  NewEvents();
  Order("a", MakeOrder(3, {"ops"}));
  ASSERT_NE(Find("a"), nullptr);
  EXPECT_TRUE(Find("a")->never_seen());
  EXPECT_FALSE(Find("a")->present);
  EXPECT_EQ(Find("a")->status, MemberStatus::kOffline);
  EXPECT_EQ(*Find("a")->cluster, "default");
  EXPECT_EQ(CountOf(MemberStatus::kOffline), 1);
  EXPECT_THAT(NewEvents(), ElementsAre("HOLD_PLACED a"));
  EXPECT_FALSE(table_.Forget("a", now_));
  Gone("a");
  Tick(absl::Hours(24 * 365));
  EXPECT_THAT(NewEvents(), IsEmpty());

  Create("a");
  EXPECT_EQ(Find("a")->status, MemberStatus::kDraining);
  EXPECT_EQ(Find("a")->order->epoch, 3);
  EXPECT_EQ(LastEvent()->previous_status, MemberStatus::kOffline);
  EXPECT_EQ(LastEvent()->previous_czxid, 0);
  EXPECT_THAT(NewEvents(), ElementsAre("JOINED a"));
  EXPECT_EQ(table_.view()->held_count, 1);
}

TEST_F(ClusterTableTest, ANameNeverSeenVanishesWithItsLastHold) {
  Synced();
  Order("a", MakeOrder(3, {"ops", "db"}));
  NewEvents();
  Order("a", MakeOrder(4, {"db"}));
  EXPECT_NE(Find("a"), nullptr);
  Order("a", MakeOrder(5, {}));
  EXPECT_EQ(Find("a"), nullptr);
  EXPECT_THAT(NewEvents(), ElementsAre("HOLD_RELEASED a", "HOLD_RELEASED a"));
  EXPECT_EQ(CountOf(MemberStatus::kOffline), 0);
  EXPECT_EQ(table_.view()->held_count, 0);
  // The epoch is remembered for when it comes.
  Create("a");
  EXPECT_EQ(Find("a")->order->epoch, 5);
  EXPECT_EQ(Find("a")->status, MemberStatus::kUp);
}

TEST_F(ClusterTableTest, AnOrderThatWasDeletedDoesNotWait) {
  Synced();
  Order("a", MakeOrder(3, {"ops"}));
  NoOrder("a");
  Create("a");

  EXPECT_EQ(Find("a")->status, MemberStatus::kUp);
}

TEST_F(ClusterTableTest, ABrokenOrderChangesNothingButSaysSo) {
  Create("a");
  Synced();
  Order("a", MakeOrder(1, {"ops"}));
  Order("b", MakeOrder(1, {"ops"}));
  NewEvents();
  Order("a", "{broken");
  EXPECT_EQ(LastEvent()->detail, "order: not JSON");
  EXPECT_EQ(LastEvent()->status, MemberStatus::kDraining);
  Order("b", "{broken");
  EXPECT_EQ(table_.view()->broken_order_count, 2);
  Create("b");

  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(Find(name)->status, MemberStatus::kDraining) << name;
    EXPECT_EQ(Find(name)->order->epoch, 1) << name;
    EXPECT_NE(Find(name)->problems->order, "") << name;
  }
  EXPECT_THAT(NewEvents(), ElementsAre("ORDER_UNREADABLE a",
                                       "ORDER_UNREADABLE b", "JOINED b"));
  Order("a", "");
  EXPECT_EQ(Find("a")->problems->order, "order: the node is empty");
  EXPECT_EQ(Find("a")->status, MemberStatus::kDraining);
  Order("a", MakeOrder(2, {}));
  EXPECT_EQ(Find("a")->problems->order, "");
  EXPECT_EQ(Find("a")->status, MemberStatus::kUp);
  EXPECT_THAT(NewEvents(), ElementsAre("ORDER_READABLE a", "HOLD_RELEASED a",
                                       "STATUS_CHANGED a"));
  EXPECT_EQ(table_.view()->broken_order_count, 1);
}

TEST_F(ClusterTableTest, AReasonEndsWithTheOrderThatItIsAbout) {
  const char* const kDrained =
      R"({"v":1,"state":"DRAINED","state_reason":"held by ops: kernel",
          "applied_epoch":1})";
  Create("a", kDrained);
  Order("a", MakeOrder(1, {"ops"}));
  Synced();
  EXPECT_EQ(Find("a")->reason(), "held by ops: kernel");
  Order("a", MakeOrder(2, {}));  // it has not heard of that yet
  EXPECT_EQ(Find("a")->reason(), "");
  EXPECT_EQ(LastEvent()->detail, "");
  Gone("a");  // and never will
  EXPECT_EQ(Find("a")->reason(), "");
  // What it says of itself is a reason whatever was ordered.
  Create("a", R"({"v":1,"state":"DEGRADED","state_reason":"disk is full",
                  "applied_epoch":1})");
  EXPECT_EQ(Find("a")->reason(), "disk is full");
}

TEST_F(ClusterTableTest, ABrokenOrderOfANameUnknownIsToldWhenItJoins) {
  Synced();
  NewEvents();
  Order("a", "{broken");
  EXPECT_EQ(Find("a"), nullptr);
  Create("a");
  EXPECT_EQ(Find("a")->status, MemberStatus::kUp);
  EXPECT_THAT(NewEvents(), ElementsAre("JOINED a", "ORDER_UNREADABLE a"));
}

TEST_F(ClusterTableTest, TheOrderOutlivesItsForgottenMember) {
  Create("a");
  Synced();
  Order("a", MakeOrder(4, {"ops"}));
  Gone("a");
  NewEvents();
  EXPECT_TRUE(table_.Forget("a", now_));
  // The hold stands, and is all there is to show.
  EXPECT_THAT(NewEvents(), ElementsAre("FORGOTTEN a"));
  ASSERT_NE(Find("a"), nullptr);
  EXPECT_TRUE(Find("a")->never_seen());
  Create("a");

  EXPECT_EQ(Find("a")->order->epoch, 4);
  EXPECT_EQ(Find("a")->status, MemberStatus::kDraining);
}

TEST_F(ClusterTableTest, AnOrderForgetsTheDepartedRegistrationOnly) {
  Create("a");
  Create("b");
  Create("c");
  Synced();
  Gone("a");
  Gone("b");
  NewEvents();
  const auto forget = [&](const char* name, int64_t czxid) {
    Order(name, model::SerializeOrder({.epoch = 9, .forgotten_czxid = czxid}));
  };
  forget("a", Find("a")->czxid);
  forget("b", Find("b")->czxid - 1);
  forget("c", Find("c")->czxid - 1);
  EXPECT_EQ(Find("a"), nullptr);
  EXPECT_EQ(Find("b")->status, MemberStatus::kLost);
  EXPECT_EQ(Find("c")->status, MemberStatus::kUp);
  EXPECT_THAT(NewEvents(), ElementsAre("FORGOTTEN a"));
  // Who comes again is a new registration.
  Create("a");
  Gone("a");
  EXPECT_EQ(Find("a")->status, MemberStatus::kLost);
}

// Overdue drains.

class DrainTest : public ClusterTableTest {
 protected:
  // A hold of each deadline, from now.
  void Hold(std::string_view name, std::vector<absl::Duration> deadlines) {
    model::Order order{.epoch = ++epoch_};
    for (const absl::Duration deadline : deadlines) {
      order.holds.push_back({.id = "h" + std::to_string(order.holds.size()),
                             .owner = "ops",
                             .reason = "disk",
                             .deadline = now_ + deadline});
    }
    Order(name, model::SerializeOrder(order));
  }

  int64_t epoch_ = 0;
};

TEST_F(DrainTest, IsOverdueOnceAfterTheEarliestDeadline) {
  Create("a");
  Synced();
  Hold("a", {absl::Minutes(9), absl::Minutes(5), absl::InfiniteDuration()});
  NewEvents();
  Tick(absl::Minutes(5) - absl::Nanoseconds(1));
  EXPECT_FALSE(Find("a")->drain_overdue);
  Tick(absl::Nanoseconds(1));
  EXPECT_TRUE(Find("a")->drain_overdue);
  EXPECT_EQ(LastEvent()->detail, "held by ops: disk");
  EXPECT_THAT(NewEvents(), ElementsAre("DRAIN_OVERDUE a"));
  EXPECT_EQ(table_.view()->overdue_count, 1);
  Tick(absl::Hours(1));
  Update("a", MakeRecord(ReportedState::kDraining));
  EXPECT_THAT(NewEvents(), IsEmpty());

  Update("a", MakeRecord(ReportedState::kDrained));
  EXPECT_FALSE(Find("a")->drain_overdue);
  EXPECT_EQ(table_.view()->overdue_count, 0);
  EXPECT_THAT(NewEvents(), ElementsAre("STATUS_CHANGED a"));
}

TEST_F(DrainTest, IsNotOverdueWhenItIsDrainedInTime) {
  Create("a");
  Synced();
  Hold("a", {absl::Minutes(5)});
  Update("a", MakeRecord(ReportedState::kDrained));
  NewEvents();
  Tick(absl::Hours(1));
  EXPECT_THAT(NewEvents(), IsEmpty());
}

TEST_F(DrainTest, ALaterDeadlineTakesItBack) {
  Create("a");
  Synced();
  Hold("a", {absl::Minutes(5)});
  Tick(absl::Minutes(5));
  EXPECT_TRUE(Find("a")->drain_overdue);
  Hold("a", {absl::Minutes(5)});
  EXPECT_FALSE(Find("a")->drain_overdue);
  NewEvents();
  Tick(absl::Minutes(5));
  EXPECT_THAT(NewEvents(), ElementsAre("DRAIN_OVERDUE a"));
}

TEST_F(DrainTest, ADeadlineInThePastIsOverdueAtOnce) {
  Create("a");
  Synced();
  NewEvents();
  Hold("a", {-absl::Seconds(1)});
  EXPECT_THAT(NewEvents(), ElementsAre("HOLD_PLACED a", "STATUS_CHANGED a",
                                       "DRAIN_OVERDUE a"));
}

TEST_F(DrainTest, WhoGoesIsNoLongerOverdue) {
  Create("a");
  Synced();
  Hold("a", {absl::Minutes(5)});
  Tick(absl::Minutes(5));
  Gone("a");
  EXPECT_FALSE(Find("a")->drain_overdue);
  EXPECT_EQ(table_.view()->overdue_count, 0);
}

}  // namespace
}  // namespace roster::monitor
