#include "model/record_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace roster::model {
namespace {

using ::testing::ElementsAre;
using ::testing::Key;
using ::testing::SizeIs;

Task TaskWithId(const std::string& id) {
  Task task;
  task.id = id;
  return task;
}

TEST(ApplyRecordLimitsTest, LeavesARecordWithinTheLimitsAlone) {
  MemberRecord record;
  record.service = std::string(kMaxTextBytes, 's');
  record.state_reason = std::string(kMaxMessageBytes, 'r');
  record.labels[std::string(kMaxKeyBytes, 'k')] = "Zürich \"quoted\"";
  record.applied_epoch = 0;
  record.tasks.push_back(TaskWithId("t"));
  record.tasks[0].stall_after = kMaxStallAfter;
  const MemberRecord before = record;

  EXPECT_EQ(ApplyRecordLimits(record), "");
  EXPECT_EQ(record, before);
}

TEST(ApplyRecordLimitsTest, IsIdempotent) {
  MemberRecord record;
  record.service = std::string(kMaxTextBytes - 1, 's') + "ü\n";
  record.tasks = {TaskWithId("a"), TaskWithId("a"), TaskWithId("")};
  record.gauges[""] = 1;

  EXPECT_EQ(ApplyRecordLimits(record), "service: shortened to 256 bytes");
  const MemberRecord once = record;
  EXPECT_EQ(ApplyRecordLimits(record), "");
  EXPECT_EQ(record, once);
}

TEST(ApplyRecordLimitsTest, DropsEntriesWhoseKeyIsUnusable) {
  MemberRecord record;
  record.gauges = {{"", 1},
                   {"a\nb", 1},
                   {"c\xC2\x85", 1},
                   {std::string(kMaxKeyBytes + 1, 'k'), 1},
                   {"good", 1}};

  EXPECT_EQ(ApplyRecordLimits(record),
            "gauges: a key is empty, over 128 bytes, or has a control "
            "character");
  EXPECT_THAT(record.gauges, ElementsAre(Key("good")));
}

TEST(ApplyRecordLimitsTest, KeepsTheFirstOfTasksWithTheSameId) {
  MemberRecord record;
  record.tasks = {TaskWithId("a"), TaskWithId("b"), TaskWithId("a")};
  record.tasks[2].done = 7;

  EXPECT_EQ(ApplyRecordLimits(record),
            "tasks[2].id: the same as of a task before it");
  ASSERT_THAT(record.tasks, SizeIs(2));
  EXPECT_EQ(record.tasks[0].done, 0);
}

TEST(ApplyRecordLimitsTest, IdsThatBecomeEqualByShorteningAreTheSame) {
  MemberRecord record;
  const std::string prefix(kMaxTextBytes, 'x');
  record.tasks = {TaskWithId(prefix + "1"), TaskWithId(prefix + "2")};

  ApplyRecordLimits(record);

  EXPECT_THAT(record.tasks, SizeIs(1));
}

TEST(ApplyRecordLimitsTest, BoundsStallAfter) {
  const auto bounded = [](absl::Duration stall_after) {
    MemberRecord record;
    record.tasks.push_back(TaskWithId("t"));
    record.tasks[0].stall_after = stall_after;
    ApplyRecordLimits(record);
    return record.tasks[0].stall_after;
  };

  EXPECT_EQ(bounded(absl::InfiniteDuration()), kMaxStallAfter);
  EXPECT_EQ(bounded(absl::Nanoseconds(1)), kMinStallAfter);
  EXPECT_EQ(bounded(absl::ZeroDuration()), kDefaultStallAfter);
  EXPECT_EQ(bounded(-absl::InfiniteDuration()), kDefaultStallAfter);
  EXPECT_EQ(bounded(absl::Microseconds(1500700)), absl::Milliseconds(1500));
}

TEST(ApplyRecordLimitsTest, ForgetsTimesThatHaveNoTimestamp) {
  MemberRecord record;
  record.updated_at = absl::InfiniteFuture();

  EXPECT_EQ(ApplyRecordLimits(record),
            "updated_at: outside the years 1 to 9999");
  EXPECT_EQ(record.updated_at, absl::InfinitePast());
}

TEST(CleanTextTest, MakesOneLineOfIt) {
  std::string text =
      "a\r\nb\x7F\xC2\x9B"
      "c\xC2\xA0";

  EXPECT_EQ(CleanText(text, 100), "has control characters");
  EXPECT_EQ(text, "a  b  c\xC2\xA0");
  EXPECT_EQ(CleanText(text, 100), "");
}

TEST(CleanTextTest, NeverCutsACharacterInTwo) {
  std::string text = "€€";

  EXPECT_EQ(CleanText(text, 5), "shortened to 5 bytes");
  EXPECT_EQ(text, "€");
}

}  // namespace
}  // namespace roster::model
