#include "monitor/metrics/task_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/metrics/views.h"

namespace roster::monitor {
namespace {

using model::TaskState;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

TEST(TaskSummaryTest, ShowsATaskAsItIs) {
  auto member = MakeMember("a");
  AddTask(*member, {.id = "r-7", .name = "reindex", .done = 25, .total = 100},
          {.rate_per_second = 5, .expected_end = absl::FromUnixSeconds(50)});

  const auto tasks = SummarizeTasks(*member);

  ASSERT_THAT(tasks, SizeIs(1));
  EXPECT_EQ(tasks[0].name, "reindex");
  EXPECT_EQ(tasks[0].done, 25);
  EXPECT_THAT(tasks[0].total, Optional(100));
  EXPECT_THAT(tasks[0].Progress(), Optional(0.25));
  EXPECT_THAT(tasks[0].rate_per_second, Optional(5));
  EXPECT_THAT(tasks[0].expected_end, Optional(absl::FromUnixSeconds(50)));
  EXPECT_FALSE(tasks[0].stalled);
}

TEST(TaskSummaryTest, AddsRunningTasksOfOneName) {
  auto member = MakeMember("a");
  AddTask(*member, {.id = "1", .name = "copy", .done = 10, .total = 100},
          {.rate_per_second = 2, .expected_end = absl::FromUnixSeconds(90)});
  AddTask(*member, {.id = "2", .name = "copy", .done = 30, .total = 60},
          {.rate_per_second = 3, .expected_end = absl::FromUnixSeconds(70)});
  AddTask(*member, {.id = "3", .name = "copy", .done = 0, .total = 40},
          {.stalled = true});

  const auto tasks = SummarizeTasks(*member);

  ASSERT_THAT(tasks, SizeIs(1));
  EXPECT_EQ(tasks[0].done, 40);
  EXPECT_THAT(tasks[0].total, Optional(200));
  EXPECT_THAT(tasks[0].rate_per_second, Optional(5));
  EXPECT_THAT(tasks[0].expected_end, Optional(absl::FromUnixSeconds(90)));
  EXPECT_TRUE(tasks[0].stalled);
}

TEST(TaskSummaryTest, KnowsNoTotalUnlessEveryTaskOfTheNameDoes) {
  auto member = MakeMember("a");
  AddTask(*member, {.id = "1", .name = "copy", .done = 10, .total = 100});
  AddTask(*member, {.id = "2", .name = "copy", .done = 5});

  const auto tasks = SummarizeTasks(*member);

  ASSERT_THAT(tasks, SizeIs(1));
  EXPECT_EQ(tasks[0].done, 15);
  EXPECT_EQ(tasks[0].total, std::nullopt);
  EXPECT_EQ(tasks[0].Progress(), std::nullopt);
}

TEST(TaskSummaryTest, PrefersWhatRunsToWhatHasEnded) {
  auto member = MakeMember("a");
  AddTask(*member, {.id = "1",
                    .name = "copy",
                    .state = TaskState::kFailed,
                    .done = 99,
                    .updated_at = absl::FromUnixSeconds(9)});
  AddTask(*member, {.id = "2",
                    .name = "copy",
                    .done = 1,
                    .updated_at = absl::FromUnixSeconds(5)});
  AddTask(*member, {.id = "3",
                    .name = "copy",
                    .state = TaskState::kSucceeded,
                    .done = 98,
                    .updated_at = absl::FromUnixSeconds(8)});

  const auto tasks = SummarizeTasks(*member);

  ASSERT_THAT(tasks, SizeIs(1));
  EXPECT_EQ(tasks[0].state, TaskState::kRunning);
  EXPECT_EQ(tasks[0].done, 1);
}

TEST(TaskSummaryTest, ShowsTheNewestOfEndedTasksWithoutRate) {
  auto member = MakeMember("a");
  AddTask(*member,
          {.id = "1",
           .name = "copy",
           .state = TaskState::kFailed,
           .done = 3,
           .updated_at = absl::FromUnixSeconds(9)},
          {.rate_per_second = 4});
  AddTask(*member, {.id = "2",
                    .name = "copy",
                    .state = TaskState::kSucceeded,
                    .updated_at = absl::FromUnixSeconds(5)});

  const auto tasks = SummarizeTasks(*member);

  ASSERT_THAT(tasks, SizeIs(1));
  EXPECT_EQ(tasks[0].state, TaskState::kFailed);
  EXPECT_EQ(tasks[0].done, 3);
  EXPECT_EQ(tasks[0].rate_per_second, std::nullopt);
}

TEST(TaskSummaryTest, KeepsProgressBetweenZeroAndOne) {
  EXPECT_THAT((TaskSummary{.done = 7, .total = 5}.Progress()), Optional(1.0));
  EXPECT_THAT((TaskSummary{.done = 0, .total = 0}.Progress()), Optional(1.0));
  EXPECT_THAT((TaskSummary{.done = 0, .total = 5}.Progress()), Optional(0.0));
}

TEST(TaskSummaryTest, CallsATaskWithoutANameByItsId) {
  auto member = MakeMember("a");
  AddTask(*member, {.id = "r-7"});

  EXPECT_EQ(SummarizeTasks(*member).at(0).name, "r-7");
  EXPECT_THAT(SummarizeTasks(*MakeMember("b")), IsEmpty());
}

}  // namespace
}  // namespace roster::monitor
