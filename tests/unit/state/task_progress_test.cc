#include "monitor/state/task_progress.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/record_limits.h"

namespace roster::monitor {
namespace {

using model::Task;
using model::TaskState;
using ::testing::DoubleNear;
using ::testing::Optional;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

Task MakeTask(std::string id, double done) {
  Task task;
  task.id = std::move(id);
  task.done = done;
  task.total = 1000;
  return task;
}

// A member as the table keeps it, fed with one record after the other.
class TaskProgressTest : public ::testing::Test {
 protected:
  void Report(std::vector<Task> tasks, absl::Duration at) {
    model::MemberRecord record;
    record.tasks = std::move(tasks);
    Member next;
    next.progress =
        NextProgress(known_ ? &member_ : nullptr, record, kStart + at);
    next.present = true;
    next.record = std::move(record);
    member_ = std::move(next);
    known_ = true;
  }
  const TaskProgress& progress(size_t i = 0) { return member_.progress[i]; }

  bool known_ = false;
  Member member_;
};

TEST_F(TaskProgressTest, OneReportGivesNoRate) {
  Report({MakeTask("t", 10)}, absl::ZeroDuration());

  EXPECT_EQ(progress().rate_per_second, std::nullopt);
  EXPECT_EQ(progress().expected_end, std::nullopt);
  EXPECT_EQ(progress().advanced_at, kStart);
}

TEST_F(TaskProgressTest, TwoReportsGiveTheirRateAndTheEnd) {
  Report({MakeTask("t", 0)}, absl::ZeroDuration());
  Report({MakeTask("t", 100)}, absl::Seconds(10));

  EXPECT_THAT(progress().rate_per_second, Optional(DoubleNear(10, 1e-9)));
  EXPECT_EQ(progress().expected_end, kStart + absl::Seconds(10 + 90));
}

TEST_F(TaskProgressTest, ASteadyRateIsFoundExactly) {
  for (int s = 0; s <= 100; ++s)
    Report({MakeTask("t", s * 2.5)}, absl::Seconds(s));

  EXPECT_THAT(progress().rate_per_second, Optional(DoubleNear(2.5, 1e-9)));
}

TEST_F(TaskProgressTest, AfterAChangeOfPaceTheRateFollowsWithinTheWindow) {
  for (int s = 0; s <= 600; ++s) Report({MakeTask("t", s)}, absl::Seconds(s));
  for (int s = 1; s <= 60; ++s)
    Report({MakeTask("t", 600 + s * 11)}, absl::Seconds(600 + s));

  // After one time constant 1 - 1/e of the step from 1 to 11 is made.
  EXPECT_THAT(progress().rate_per_second,
              Optional(DoubleNear(11 - 10 * std::exp(-1), 0.01)));
}

TEST_F(TaskProgressTest, TimeWithoutProgressSlowsTheRate) {
  Report({MakeTask("t", 0)}, absl::ZeroDuration());
  Report({MakeTask("t", 60)}, absl::Seconds(60));
  for (int s = 61; s < 120; ++s) Report({MakeTask("t", 60)}, absl::Seconds(s));
  Report({MakeTask("t", 66)}, absl::Seconds(120));

  EXPECT_LT(*progress().rate_per_second, 0.7);
  EXPECT_GT(*progress().rate_per_second, 0.1);
}

TEST_F(TaskProgressTest, ABurstOfReportsDoesNotBlowUpTheRate) {
  Report({MakeTask("t", 0)}, absl::ZeroDuration());
  Report({MakeTask("t", 1)}, absl::Nanoseconds(1));
  Report({MakeTask("t", 2)}, absl::Nanoseconds(1));
  EXPECT_EQ(progress().rate_per_second, std::nullopt);
  EXPECT_EQ(progress().advanced_at, kStart + absl::Nanoseconds(1));

  Report({MakeTask("t", 10)}, absl::Seconds(1));
  EXPECT_THAT(progress().rate_per_second, Optional(DoubleNear(10, 1e-9)));
}

TEST_F(TaskProgressTest, AClockThatIsSetBackIsSurvived) {
  Report({MakeTask("t", 0)}, absl::Hours(1));
  Report({MakeTask("t", 10)}, absl::ZeroDuration());
  EXPECT_EQ(progress().rate_per_second, std::nullopt);

  Report({MakeTask("t", 30)}, absl::Seconds(10));
  EXPECT_THAT(progress().rate_per_second, Optional(DoubleNear(2, 1e-9)));
}

TEST_F(TaskProgressTest, ATaskThatStartsOverIsMeasuredAnew) {
  Report({MakeTask("t", 0)}, absl::ZeroDuration());
  Report({MakeTask("t", 100)}, absl::Seconds(10));
  Report({MakeTask("t", 5)}, absl::Seconds(20));

  EXPECT_EQ(progress().rate_per_second, std::nullopt);
  EXPECT_EQ(progress().advanced_at, kStart + absl::Seconds(20));
}

TEST_F(TaskProgressTest, TasksAreMatchedByIdWhereverTheyStand) {
  Report({MakeTask("a", 0), MakeTask("b", 0)}, absl::ZeroDuration());
  Report({MakeTask("new", 7), MakeTask("b", 20), MakeTask("a", 10)},
         absl::Seconds(10));

  EXPECT_EQ(progress(0).rate_per_second, std::nullopt);
  EXPECT_THAT(progress(1).rate_per_second, Optional(DoubleNear(2, 1e-9)));
  EXPECT_THAT(progress(2).rate_per_second, Optional(DoubleNear(1, 1e-9)));
}

TEST_F(TaskProgressTest, ThereIsNoEndWithoutATotalOrBeyondIt) {
  Task open = MakeTask("open", 0);
  open.total.reset();
  Task over = MakeTask("over", 1000);
  Report({open, over}, absl::ZeroDuration());
  open.done = 100;
  over.done = 2000;
  Report({open, over}, absl::Seconds(10));

  EXPECT_TRUE(progress(0).rate_per_second.has_value());
  EXPECT_EQ(progress(0).expected_end, std::nullopt);
  EXPECT_TRUE(progress(1).rate_per_second.has_value());
  EXPECT_EQ(progress(1).expected_end, std::nullopt);
}

TEST_F(TaskProgressTest, AForecastOfCenturiesIsNone) {
  Task slow = MakeTask("t", 0);
  slow.total = 1e15;
  Report({slow}, absl::ZeroDuration());
  slow.done = 1;
  Report({slow}, absl::Seconds(1));

  EXPECT_TRUE(progress().rate_per_second.has_value());
  EXPECT_EQ(progress().expected_end, std::nullopt);
}

TEST_F(TaskProgressTest, NumbersOfAnyKindDoNoHarm) {
  const double values[] = {0,          1e308,        -1e308, kInfinity,
                           -kInfinity, std::nan(""), 5e-324, 1};
  int second = 0;
  for (double first : values) {
    for (double then : values) {
      Task task = MakeTask("t", first);
      task.total = then;
      task.stall_after = absl::Seconds(first);
      Report({task}, absl::Seconds(++second));
      task.done = then;
      task.total = first;
      Report({task}, absl::Seconds(++second));
      if (progress().rate_per_second.has_value()) {
        EXPECT_TRUE(std::isfinite(*progress().rate_per_second));
      }
      if (progress().expected_end.has_value()) {
        EXPECT_LE(*progress().expected_end,
                  kStart + absl::Seconds(second) + kMaxForecast);
      }
    }
  }
}

TEST_F(TaskProgressTest, TheNextStallIsThatOfTheFirstRunningTask) {
  Task slow = MakeTask("slow", 0);
  Task fast = MakeTask("fast", 0);
  fast.stall_after = absl::Seconds(10);
  Task ended = MakeTask("ended", 0);
  ended.stall_after = absl::Seconds(2);
  ended.state = TaskState::kSucceeded;
  Report({slow, fast, ended}, absl::ZeroDuration());
  EXPECT_EQ(NextStall(member_), kStart + absl::Seconds(10));

  MarkStalled(member_, kStart + absl::Seconds(10));
  EXPECT_FALSE(progress(0).stalled);
  EXPECT_TRUE(progress(1).stalled);
  EXPECT_FALSE(progress(2).stalled);
  EXPECT_EQ(NextStall(member_), kStart + slow.stall_after);
}

TEST_F(TaskProgressTest, AStallTimeOfNothingCountsAsTheLeast) {
  Task task = MakeTask("t", 0);
  task.stall_after = absl::ZeroDuration();
  Report({task}, absl::ZeroDuration());

  EXPECT_EQ(NextStall(member_), kStart + model::kMinStallAfter);
}

}  // namespace
}  // namespace roster::monitor
