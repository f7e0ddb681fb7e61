#include "monitor/state/cluster_table.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/state/cluster_table_fixture.h"

namespace roster::monitor {
namespace {

using model::MemberStatus;
using model::ReportedState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(ClusterTableTest, StartsEmptyAndStale) {
  const ClusterViewPtr view = table_.view();

  EXPECT_EQ(view->cluster, "default");
  EXPECT_EQ(view->members_path, "/clusterServer");
  EXPECT_EQ(view->revision, 0u);
  EXPECT_FALSE(view->synced);
  EXPECT_FALSE(view->connected);
  EXPECT_EQ(view->as_of, absl::InfinitePast());
  EXPECT_TRUE(view->members.empty());
}

TEST_F(ClusterTableTest, WhoIsThereAtTheFirstSyncDidNotJoin) {
  Create("a");
  Create("b", MakeRecord(ReportedState::kUp, {MakeTask("t", 1)}));
  EXPECT_FALSE(table_.view()->synced);
  EXPECT_EQ(table_.view()->as_of, absl::InfinitePast());
  Synced();
  Create("c");

  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_SYNCED", "JOINED c"));
  EXPECT_EQ(events_.ReadAfter(0, 1)->front()->detail, "2 members");
  EXPECT_EQ(table_.counters().joins, 1u);
  EXPECT_EQ(table_.view()->members.size(), 3u);
  EXPECT_EQ(table_.view()->as_of, now_);
}

TEST_F(ClusterTableTest, ShowsWhatWasRead) {
  Synced();
  Create("a", MakeRecord(ReportedState::kDegraded), 0x77);

  const MemberPtr member = Find("a");
  ASSERT_NE(member, nullptr);
  EXPECT_EQ(member->cluster, "default");
  EXPECT_TRUE(member->present);
  EXPECT_EQ(member->status, MemberStatus::kDegraded);
  EXPECT_EQ(member->status_since, now_);
  EXPECT_EQ(member->record.service, "search");
  EXPECT_EQ(member->czxid, zxid_);
  EXPECT_EQ(member->session_id, 0x77);
  EXPECT_EQ(member->joined_at, now_);
  EXPECT_EQ(member->revision, table_.view()->revision);
  EXPECT_EQ(member->record_bytes, static_cast<int32_t>(node_.data.size()));
  EXPECT_FALSE(member->opaque());
}

TEST_F(ClusterTableTest, ApplyingWhatIsKnownChangesNothing) {
  Create("a");
  Synced();
  Order("a", MakeOrder(1, {"ops"}));
  NewEvents();
  const ClusterViewPtr before = table_.view();
  int changes = 0;
  table_.SetChangeListener([&](const MemberChange&) { ++changes; });
  table_.SetViewListener([&](const ClusterViewPtr&) { ++changes; });

  Advance(absl::Seconds(1));
  Again("a");
  Order("a", MakeOrder(1, {"ops"}));
  Synced();
  Gone("unknown");

  EXPECT_EQ(table_.view(), before);
  EXPECT_EQ(changes, 0);
  EXPECT_THAT(NewEvents(), IsEmpty());
}

TEST_F(ClusterTableTest, TellsOfAChangeAfterTheViewHasIt) {
  Synced();
  std::vector<std::string> told;
  table_.SetChangeListener([&](const MemberChange& change) {
    EXPECT_EQ(change.revision, table_.view()->revision);
    EXPECT_EQ(Find("a"), change.after);
    told.push_back(std::string(change.before ? "x" : "-") +
                   (change.after ? "x" : "-"));
  });
  events_.SetListener([&](const EventPtr& event) {
    if (event->member.empty()) return;
    const MemberPtr member = Find(event->member);
    ASSERT_EQ(member == nullptr, event->type == EventType::kForgotten);
    if (member == nullptr) return;
    EXPECT_EQ(member->status, event->status);
  });

  Create("a");
  Update("a", MakeRecord(ReportedState::kDegraded));
  Gone("a");
  EXPECT_TRUE(table_.Forget("a", now_));

  EXPECT_THAT(told, ElementsAre("-x", "xx", "xx", "x-"));
}

TEST_F(ClusterTableTest, F37_DeleteAndRecreateBetweenTwoLooksIsAReplacement) {
  Create("a");
  Synced();
  NewEvents();
  const int64_t former = Find("a")->czxid;
  Advance(absl::Seconds(5));
  Create("a");
  Again("a");

  EXPECT_THAT(NewEvents(), ElementsAre("REPLACED a"));
  EXPECT_EQ(LastEvent()->previous_czxid, former);
  EXPECT_EQ(LastEvent()->czxid, Find("a")->czxid);
  EXPECT_EQ(Find("a")->status_since, now_);
  EXPECT_EQ(table_.counters().replacements, 1u);
  EXPECT_EQ(table_.counters().joins, 0u);
}

TEST_F(ClusterTableTest, F37_ReplacementDuringAnOutageIsFoundAndMarked) {
  Create("a");
  Synced();
  Disconnected();
  NewEvents();
  Create("a", MakeRecord(ReportedState::kDegraded));

  EXPECT_THAT(NewEvents(), ElementsAre("REPLACED a"));
  EXPECT_TRUE(LastEvent()->while_blind);
  EXPECT_EQ(LastEvent()->previous_status, MemberStatus::kUp);
  EXPECT_EQ(LastEvent()->status, MemberStatus::kDegraded);
  Synced();
  Create("b");
  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_SYNCED", "JOINED b"));
  EXPECT_FALSE(LastEvent()->while_blind);
}

TEST_F(ClusterTableTest, CountsWritesThatWereMerged) {
  Create("a");
  Synced();
  Update("a", MakeRecord(ReportedState::kDegraded));
  EXPECT_EQ(table_.counters().updates, 1u);
  EXPECT_EQ(table_.counters().merged_updates, 0u);

  Update("a", MakeRecord(ReportedState::kUp), 5);
  EXPECT_EQ(table_.counters().updates, 2u);
  EXPECT_EQ(table_.counters().merged_updates, 4u);
  EXPECT_EQ(table_.view()->counters.merged_updates, 4u);
}

TEST_F(ClusterTableTest, SaysWhyTheStatusChanged) {
  Create("a");
  Synced();
  NewEvents();
  model::MemberRecord record;
  record.state = ReportedState::kDegraded;
  record.state_reason = "disk 2 is gone";
  Update("a", model::SerializeMemberRecord(record).value());

  EXPECT_THAT(NewEvents(), ElementsAre("STATUS_CHANGED a"));
  EXPECT_EQ(LastEvent()->detail, "disk 2 is gone");
  EXPECT_EQ(LastEvent()->previous_status, MemberStatus::kUp);
  EXPECT_EQ(LastEvent()->status, MemberStatus::kDegraded);
}

TEST_F(ClusterTableTest, StatusSinceStaysWhileTheStatusDoes) {
  Synced();
  Create("a");
  const absl::Time since = now_;
  Advance(absl::Seconds(10));
  Update("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 1)}));
  EXPECT_EQ(Find("a")->status_since, since);

  Update("a", MakeRecord(ReportedState::kDegraded));
  EXPECT_EQ(Find("a")->status_since, now_);
}

TEST_F(ClusterTableTest, F42_ANodeWithoutDataIsAMemberThatIsUp) {
  Synced();
  Create("plain", "");

  ASSERT_NE(Find("plain"), nullptr);
  EXPECT_EQ(Find("plain")->status, MemberStatus::kUp);
  EXPECT_TRUE(Find("plain")->opaque());
  EXPECT_EQ(table_.view()->opaque_count, 1);
  EXPECT_EQ(table_.counters().unreadable_records, 0u);
  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_SYNCED", "JOINED plain"));
}

TEST_F(ClusterTableTest, F41_ARecordThatBecomesUnreadableKeepsItsMember) {
  Create("a", MakeRecord(ReportedState::kDegraded));
  Synced();
  NewEvents();
  Update("a", "{broken");
  EXPECT_EQ(Find("a")->status, MemberStatus::kUp);
  EXPECT_TRUE(Find("a")->opaque());
  EXPECT_THAT(NewEvents(),
              ElementsAre("STATUS_CHANGED a", "RECORD_UNREADABLE a"));
  EXPECT_EQ(LastEvent()->detail, Find("a")->opaque_reason);
  EXPECT_EQ(table_.counters().unreadable_records, 1u);

  Update("a", MakeRecord());
  EXPECT_FALSE(Find("a")->opaque());
  EXPECT_THAT(NewEvents(), ElementsAre("RECORD_READABLE a"));
  EXPECT_EQ(table_.view()->opaque_count, 0);
}

TEST_F(ClusterTableTest, APersistentNodeIsListedAndSaysThatItWillNotGo) {
  Synced();
  Create("config", MakeRecord(ReportedState::kDegraded), /*session=*/0);

  ASSERT_NE(Find("config"), nullptr);
  EXPECT_TRUE(Find("config")->present);
  EXPECT_THAT(Find("config")->opaque_reason, HasSubstr("persistent"));
  EXPECT_EQ(Find("config")->status, MemberStatus::kDegraded);
}

TEST_F(ClusterTableTest, AGoodbyeMakesItLeft) {
  Create("a");
  Synced();
  Update("a", MakeRecord(ReportedState::kLeaving));
  NewEvents();
  Gone("a");
  Gone("a");

  EXPECT_THAT(NewEvents(), ElementsAre("LEFT a"));
  EXPECT_EQ(Find("a")->status, MemberStatus::kLeft);
  EXPECT_FALSE(Find("a")->present);
  EXPECT_EQ(Find("a")->departed_at, now_);
  EXPECT_EQ(table_.counters().leaves, 1u);
  EXPECT_EQ(table_.counters().losses, 0u);
}

TEST_F(ClusterTableTest, VanishingWithoutAGoodbyeMakesItLost) {
  Create("a");
  Synced();
  NewEvents();
  Gone("a");

  EXPECT_THAT(NewEvents(), ElementsAre("LOST a"));
  EXPECT_EQ(LastEvent()->previous_status, MemberStatus::kUp);
  EXPECT_EQ(LastEvent()->status, MemberStatus::kLost);
  EXPECT_EQ(Find("a")->status, MemberStatus::kLost);
  EXPECT_EQ(Find("a")->record.service, "search");
  EXPECT_EQ(table_.counters().losses, 1u);
}

TEST_F(ClusterTableTest, AMemberGoneBeforeTheFirstSyncIsAnEvent) {
  Create("a");
  Gone("a");
  Create("a");
  Synced();

  EXPECT_THAT(NewEvents(), ElementsAre("LOST a", "JOINED a", "VIEW_SYNCED"));
}

TEST_F(ClusterTableTest, AReturnIsAJoin) {
  Create("a");
  Synced();
  Gone("a");
  NewEvents();
  const int64_t former = Find("a")->czxid;
  Create("a");

  EXPECT_THAT(NewEvents(), ElementsAre("JOINED a"));
  EXPECT_EQ(LastEvent()->previous_status, MemberStatus::kLost);
  EXPECT_EQ(LastEvent()->previous_czxid, former);
  EXPECT_EQ(Find("a")->departed_at, absl::InfinitePast());
  EXPECT_EQ(CountOf(MemberStatus::kLost), 0);
  EXPECT_EQ(table_.counters().joins, 1u);
}

TEST_F(ClusterTableTest, AStaleViewIsKnownUntilZooKeeperWasLastHeard) {
  table_.ApplySynced(now_);
  table_.Tick(now_ + absl::Seconds(6));

  table_.ApplyDisconnected("no answer", now_ + absl::Seconds(6),
                           now_ + absl::Seconds(1));

  EXPECT_EQ(table_.view()->as_of, now_ + absl::Seconds(1));
}

TEST_F(ClusterTableTest, F23_AnOutageMarksTheViewStaleAndLosesNobody) {
  Create("a");
  Synced();
  NewEvents();
  std::vector<std::string> heard;
  table_.SetViewListener([&](const ClusterViewPtr& view) {
    heard.push_back(view->connected ? "connected" : view->disconnect_reason);
  });
  const absl::Time cut = now_;
  const uint64_t revision = table_.view()->revision;
  Disconnected();
  Disconnected();
  Tick(absl::Hours(24 * 30));

  EXPECT_FALSE(table_.view()->connected);
  EXPECT_TRUE(table_.view()->synced);
  EXPECT_EQ(table_.view()->as_of, cut);
  EXPECT_EQ(table_.view()->revision, revision);
  EXPECT_EQ(Find("a")->status, MemberStatus::kUp);
  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_STALE"));
  EXPECT_EQ(LastEvent()->detail, "cut");

  table_.ApplyDisconnected("session expired", now_);
  Synced();
  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_SYNCED"));
  EXPECT_EQ(table_.view()->disconnect_reason, "");
  EXPECT_THAT(heard, ElementsAre("cut", "session expired", "connected"));
}

TEST_F(ClusterTableTest, BeforeTheFirstSyncNothingCanBecomeStale) {
  table_.ApplyDisconnected("connecting", now_);
  EXPECT_EQ(table_.view()->disconnect_reason, "connecting");
  EXPECT_EQ(table_.view()->as_of, absl::InfinitePast());
  EXPECT_THAT(NewEvents(), IsEmpty());
}

TEST_F(ClusterTableTest, ChangesFoundAfterAnOutageAreMarked) {
  Create("a");
  Create("b");
  Synced();
  Disconnected();
  NewEvents();
  Gone("a");
  Create("c");

  const auto events = events_.ReadAfter(read_, 10);
  ASSERT_EQ(events->size(), 2u);
  for (const EventPtr& event : *events) EXPECT_TRUE(event->while_blind);
  EXPECT_THAT(NewEvents(), ElementsAre("LOST a", "JOINED c"));
}

TEST_F(ClusterTableTest, AHoldTakesAMemberOffline) {
  Create("a");
  Synced();
  NewEvents();
  Order("a", MakeOrder(1, {"ops"}));
  EXPECT_EQ(Find("a")->status, MemberStatus::kDraining);
  EXPECT_THAT(NewEvents(), ElementsAre("STATUS_CHANGED a"));
  EXPECT_EQ(LastEvent()->detail, "held by ops: kernel upgrade");

  Update("a", MakeRecord(ReportedState::kDrained));
  EXPECT_EQ(Find("a")->status, MemberStatus::kOffline);
  EXPECT_EQ(Find("a")->order.epoch, 1);

  Order("a", "");
  EXPECT_FALSE(Find("a")->order.held());
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
  EXPECT_THAT(NewEvents(), ElementsAre("STATUS_CHANGED a"));
  EXPECT_EQ(Find("a")->status, MemberStatus::kLost);
  EXPECT_EQ(Find("a")->status_since, now_);
  Tick(table_.options().lost_retention);
  EXPECT_THAT(NewEvents(), ElementsAre("FORGOTTEN a"));
}

TEST_F(ClusterTableTest, AnOrderWaitsForAMemberNotYetBorn) {
  Synced();
  Order("a", MakeOrder(3, {"ops"}));
  EXPECT_TRUE(table_.view()->members.empty());
  EXPECT_EQ(table_.view()->revision, 0u);
  Create("a");

  EXPECT_EQ(Find("a")->status, MemberStatus::kDraining);
  EXPECT_EQ(Find("a")->order.epoch, 3);
}

TEST_F(ClusterTableTest, AnOrderThatWasDeletedDoesNotWait) {
  Synced();
  Order("a", MakeOrder(3, {"ops"}));
  Order("a", "");
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
  Order("b", "{broken");
  Create("b");

  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(Find(name)->status, MemberStatus::kDraining) << name;
    EXPECT_EQ(Find(name)->order.epoch, 1) << name;
    EXPECT_NE(Find(name)->order_problem, "") << name;
  }
  EXPECT_THAT(NewEvents(), ElementsAre("JOINED b"));
  Order("a", MakeOrder(2, {}));
  EXPECT_EQ(Find("a")->order_problem, "");
  EXPECT_EQ(Find("a")->status, MemberStatus::kUp);
}

TEST_F(ClusterTableTest, TheOrderOutlivesItsForgottenMember) {
  Create("a");
  Synced();
  Order("a", MakeOrder(4, {"ops"}));
  Gone("a");
  EXPECT_TRUE(table_.Forget("a", now_));
  EXPECT_EQ(Find("a"), nullptr);
  Create("a");

  EXPECT_EQ(Find("a")->order.epoch, 4);
  EXPECT_EQ(Find("a")->status, MemberStatus::kDraining);
}

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

TEST_F(ClusterTableTest, ATickRefreshesHowFreshTheViewIsAndNothingElse) {
  Create("a");
  Synced();
  const ClusterViewPtr before = table_.view();
  Tick(absl::Seconds(1));

  EXPECT_EQ(table_.view()->as_of, before->as_of + absl::Seconds(1));
  EXPECT_EQ(table_.view()->revision, before->revision);
  EXPECT_EQ(table_.view()->members.Find("a"), before->members.Find("a"));
}

TEST_F(ClusterTableTest, ANameThatCannotBeIsIgnored) {
  Synced();
  Create("");
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
    Advance(absl::Seconds(1));
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
  EXPECT_EQ(table_.view()->members.size(), 2u);
}

TEST_F(BoundedTableTest, CountsOrdersThatAreTooManyToRemember) {
  Synced();
  for (const char* name : {"a", "b", "c"}) Order(name, MakeOrder(1, {"ops"}));
  EXPECT_EQ(table_.counters().dropped_orders, 1u);

  for (const char* name : {"a", "b", "c"}) Create(name);
  EXPECT_EQ(CountOf(MemberStatus::kDraining), 2);
}

}  // namespace
}  // namespace roster::monitor
