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
  EXPECT_EQ(*member->cluster, "default");
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
  EXPECT_EQ(LastEvent()->detail, Find("a")->problems->opaque_reason);
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
  EXPECT_THAT(Find("config")->problems->opaque_reason, HasSubstr("persistent"));
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

}  // namespace
}  // namespace roster::monitor
