#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/state/cluster_table_fixture.h"

// What a ClusterTable makes of the tasks that members report.

namespace roster::monitor {
namespace {

using model::ReportedState;
using model::TaskState;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

class ClusterTableTasksTest : public ClusterTableTest {
 protected:
  void Report(std::vector<model::Task> tasks) {
    Update("a", MakeRecord(ReportedState::kUp, std::move(tasks)));
  }
  const TaskProgress& progress() { return Find("a")->progress.at(0); }
};

TEST_F(ClusterTableTasksTest, TellsOnceThatATaskBeganAndHowItEnded) {
  Create("a");
  Synced();
  NewEvents();
  Report({MakeTask("t", 0), MakeTask("u", 0), MakeTask("v", 0)});
  EXPECT_THAT(NewEvents(), ElementsAre("TASK_STARTED a t", "TASK_STARTED a u",
                                       "TASK_STARTED a v"));
  EXPECT_EQ(table_.view()->running_task_count, 3);

  for (int i = 0; i < 2; ++i) {
    Report({MakeTask("t", 5, TaskState::kSucceeded),
            MakeTask("u", 5, TaskState::kFailed),
            MakeTask("v", 5, TaskState::kCancelled)});
  }
  EXPECT_THAT(NewEvents(), ElementsAre("TASK_SUCCEEDED a t", "TASK_FAILED a u",
                                       "TASK_CANCELLED a v"));
  EXPECT_EQ(table_.view()->running_task_count, 0);
}

TEST_F(ClusterTableTasksTest, ATaskSeenOnlyAtItsEndIsToldOfAllTheSame) {
  Synced();
  Create("a", MakeRecord(ReportedState::kUp,
                         {MakeTask("t", 9, TaskState::kSucceeded)}));

  EXPECT_THAT(NewEvents(),
              ElementsAre("VIEW_SYNCED", "JOINED a", "TASK_STARTED a t",
                          "TASK_SUCCEEDED a t"));
  NewEvents();
  // It ran a second time between two looks, and came to another end.
  Report({MakeTask("t", 9, TaskState::kFailed)});
  EXPECT_THAT(NewEvents(), ElementsAre("TASK_STARTED a t", "TASK_FAILED a t"));
}

TEST_F(ClusterTableTasksTest, ATaskThatRunsAgainBeginsAgain) {
  Create("a", MakeRecord(ReportedState::kUp,
                         {MakeTask("t", 9, TaskState::kFailed)}));
  Synced();
  NewEvents();
  Report({MakeTask("t", 9)});

  EXPECT_THAT(NewEvents(), ElementsAre("TASK_STARTED a t"));
}

TEST_F(ClusterTableTasksTest, ARunningTaskThatIsNoLongerReportedIsNoEvent) {
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 1)}));
  Synced();
  NewEvents();
  Report({});

  EXPECT_THAT(NewEvents(), IsEmpty());
  EXPECT_EQ(table_.view()->running_task_count, 0);
}

TEST_F(ClusterTableTasksTest, KnowsTheRateByTheMonitorsClock) {
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 0)}));
  Synced();
  Advance(absl::Seconds(10));
  Report({MakeTask("t", 200)});

  EXPECT_THAT(progress().rate_per_second, Optional(DoubleNear(20, 1e-9)));
  EXPECT_EQ(progress().expected_end, now_ + absl::Seconds(40));
}

TEST_F(ClusterTableTasksTest, TheRateOutlivesANewSessionOfTheMember) {
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 0)}));
  Synced();
  Advance(absl::Seconds(10));
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 100)}));

  EXPECT_THAT(progress().rate_per_second, Optional(DoubleNear(10, 1e-9)));
}

TEST_F(ClusterTableTasksTest,
       ATaskThatStandsStillIsStalledOnceUntilItAdvances) {
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 1)}));
  Synced();
  NewEvents();
  Tick(model::kDefaultStallAfter - absl::Seconds(1));
  EXPECT_THAT(NewEvents(), IsEmpty());

  Tick(absl::Seconds(1));
  Tick(absl::Seconds(1));
  Report({MakeTask("t", 1)});  // a heartbeat is no progress
  EXPECT_THAT(NewEvents(), ElementsAre("TASK_STALLED a t"));
  EXPECT_EQ(LastEvent()->detail, "no progress for 5m");
  EXPECT_TRUE(progress().stalled);
  EXPECT_EQ(table_.view()->stalled_task_count, 1);

  Report({MakeTask("t", 2)});
  EXPECT_THAT(NewEvents(), ElementsAre("TASK_ADVANCED a t"));
  EXPECT_FALSE(progress().stalled);
  EXPECT_EQ(table_.view()->stalled_task_count, 0);

  Tick(model::kDefaultStallAfter);
  EXPECT_THAT(NewEvents(), ElementsAre("TASK_STALLED a t"));
}

TEST_F(ClusterTableTasksTest, HeartbeatsDoNotHideAStall) {
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 1)}));
  Synced();
  NewEvents();
  for (int minute = 0; minute < 5; ++minute) {
    Tick(absl::Minutes(1));
    Report({MakeTask("t", 1)});
  }

  EXPECT_THAT(NewEvents(), ElementsAre("TASK_STALLED a t"));
}

TEST_F(ClusterTableTasksTest, AStalledTaskThatEndsIsOnlyEnded) {
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 1)}));
  Synced();
  Tick(model::kDefaultStallAfter);
  NewEvents();
  Report({MakeTask("t", 2, TaskState::kSucceeded)});

  EXPECT_THAT(NewEvents(), ElementsAre("TASK_SUCCEEDED a t"));
  EXPECT_EQ(table_.view()->stalled_task_count, 0);
}

TEST_F(ClusterTableTasksTest, NoTaskStallsBecauseTheMonitorIsBlind) {
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 1)}));
  Synced();
  Disconnected();
  NewEvents();
  Tick(absl::Hours(10));
  EXPECT_THAT(NewEvents(), IsEmpty());

  Report({MakeTask("t", 2)});  // it went on all the while
  Synced();
  Tick(absl::Seconds(1));
  EXPECT_THAT(NewEvents(), ElementsAre("VIEW_SYNCED"));
}

TEST_F(ClusterTableTasksTest, ATaskOfAMemberThatIsGoneIsNotStalled) {
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("t", 1)}));
  Synced();
  Tick(model::kDefaultStallAfter);
  NewEvents();
  Gone("a");
  Tick(model::kDefaultStallAfter);

  EXPECT_THAT(NewEvents(), ElementsAre("LOST a"));
  EXPECT_FALSE(progress().stalled);
  EXPECT_EQ(table_.view()->stalled_task_count, 0);
  EXPECT_EQ(table_.view()->running_task_count, 0);
}

TEST_F(ClusterTableTasksTest, EachTaskStallsInItsOwnTime) {
  model::Task quick = MakeTask("quick", 1);
  quick.stall_after = absl::Seconds(10);
  Create("a", MakeRecord(ReportedState::kUp, {MakeTask("slow", 1), quick}));
  Create("b", MakeRecord(ReportedState::kUp, {quick}));
  Synced();
  NewEvents();

  Tick(absl::Seconds(10));
  EXPECT_THAT(NewEvents(),
              ElementsAre("TASK_STALLED a quick", "TASK_STALLED b quick"));
  Tick(model::kDefaultStallAfter);
  EXPECT_THAT(NewEvents(), ElementsAre("TASK_STALLED a slow"));
}

}  // namespace
}  // namespace roster::monitor
