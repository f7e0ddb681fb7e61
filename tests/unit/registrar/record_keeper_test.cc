#include "registrar/record_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "model/record_limits.h"

namespace roster::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using model::ReportedState;
using model::TaskState;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kStallAfter = absl::Minutes(5);

model::Order OrderWithHold(int64_t epoch) {
  model::Order order;
  order.epoch = epoch;
  order.holds.push_back({.id = "h-1", .owner = "ops", .reason = "kernel"});
  return order;
}

class RecordKeeperTest : public ::testing::Test {
 protected:
  model::MemberRecord Take() { return keeper_.TakeRecord(kNow); }
  RecordKeeper::TaskId StartTask(std::string_view name) {
    return keeper_.StartTask(name, 10, "files", kStallAfter, kNow);
  }

  RecordKeeper keeper_{model::MemberRecord()};
};

TEST_F(RecordKeeperTest, StateChangesAreUrgentAndGaugesAreNot) {
  EXPECT_EQ(keeper_.pending(), Urgency::kNone);

  keeper_.SetGauge("depth", 1);
  EXPECT_EQ(keeper_.pending(), Urgency::kLater);
  keeper_.SetState(ReportedState::kDegraded, "slow disk");
  EXPECT_EQ(keeper_.pending(), Urgency::kNow);
  keeper_.SetGauge("depth", 2);
  EXPECT_EQ(keeper_.pending(), Urgency::kNow);

  const model::MemberRecord record = Take();
  EXPECT_EQ(keeper_.pending(), Urgency::kNone);
  EXPECT_EQ(record.state, ReportedState::kDegraded);
  EXPECT_EQ(record.state_reason, "slow disk");
  EXPECT_THAT(record.gauges, ElementsAre(Pair("depth", 2)));
}

TEST_F(RecordKeeperTest, CountsChangesThatShareAWrite) {
  for (int i = 1; i <= 100; ++i) keeper_.SetGauge("depth", i);
  Take();
  keeper_.SetGauge("depth", 0);
  Take();

  EXPECT_EQ(keeper_.coalesced(), 99);
}

TEST_F(RecordKeeperTest, SettingWhatIsSetAlreadyIsNoChange) {
  keeper_.SetGauge("depth", 1);
  keeper_.SetLabel("zone", "a");
  keeper_.SetState(ReportedState::kUp, "fine");
  Take();

  keeper_.SetGauge("depth", 1);
  keeper_.SetLabel("zone", "a");
  keeper_.SetState(ReportedState::kUp, "fine");
  keeper_.RemoveGauge("never set");

  EXPECT_EQ(keeper_.pending(), Urgency::kNone);
}

TEST_F(RecordKeeperTest, ServiceCannotSayThatItLeaves) {
  keeper_.SetState(ReportedState::kLeaving, "");

  EXPECT_EQ(keeper_.pending(), Urgency::kNone);
  EXPECT_EQ(Take().state, ReportedState::kUp);
}

TEST_F(RecordKeeperTest, HoldDrainsUntilNoTaskRunsThenIsDrained) {
  const auto task = StartTask("reindex");
  keeper_.SetState(ReportedState::kDegraded, "slow disk");

  keeper_.ApplyOrder(OrderWithHold(7));
  model::MemberRecord record = Take();
  EXPECT_EQ(record.state, ReportedState::kDraining);
  EXPECT_EQ(record.state_reason, "held by ops: kernel");
  EXPECT_EQ(record.applied_epoch, 7);

  keeper_.EndTask(task, TaskState::kSucceeded, "", kNow);
  EXPECT_EQ(keeper_.pending(), Urgency::kNow);
  EXPECT_EQ(Take().state, ReportedState::kDrained);

  keeper_.ApplyOrder({.epoch = 8});
  record = Take();
  EXPECT_EQ(record.state, ReportedState::kDegraded);
  EXPECT_EQ(record.state_reason, "slow disk");
  EXPECT_EQ(record.applied_epoch, 8);
}

TEST_F(RecordKeeperTest, StateSetDuringAHoldCountsAfterIt) {
  keeper_.ApplyOrder(OrderWithHold(1));
  Take();

  keeper_.SetState(ReportedState::kDegraded, "later");
  EXPECT_EQ(Take().state, ReportedState::kDrained);
  keeper_.ApplyOrder({.epoch = 2});
  EXPECT_EQ(Take().state, ReportedState::kDegraded);
}

TEST_F(RecordKeeperTest, OrderIsAnsweredAtOnceEvenIfTheStateStays) {
  keeper_.ApplyOrder({.epoch = 3});

  EXPECT_EQ(keeper_.pending(), Urgency::kNow);
}

TEST_F(RecordKeeperTest, TaskAdvancesAndEnds) {
  const auto id = StartTask("reindex");
  keeper_.AdvanceTask(id, 3, kNow + absl::Seconds(1));
  keeper_.AdvanceTask(id, 4, kNow + absl::Seconds(2));
  keeper_.SetTaskTotal(id, 20, kNow + absl::Seconds(3));
  keeper_.SetTaskMessage(id, "at 7", kNow + absl::Seconds(9));

  model::MemberRecord record = Take();
  ASSERT_THAT(record.tasks, SizeIs(1));
  EXPECT_EQ(record.tasks[0].id, "reindex-1");
  EXPECT_EQ(record.tasks[0].done, 7);
  EXPECT_EQ(record.tasks[0].total, 20);
  EXPECT_EQ(record.tasks[0].started_at, kNow);
  // Talking is not advancing.
  EXPECT_EQ(record.tasks[0].updated_at, kNow + absl::Seconds(3));

  keeper_.EndTask(id, TaskState::kFailed, "disk full", kNow);
  keeper_.AdvanceTask(id, 1, kNow);
  record = Take();
  ASSERT_THAT(record.tasks, SizeIs(1));
  EXPECT_EQ(record.tasks[0].state, TaskState::kFailed);
  EXPECT_EQ(record.tasks[0].message, "disk full");
  EXPECT_EQ(record.tasks[0].done, 7);
}

TEST_F(RecordKeeperTest, NumbersThatAreNoneAreIgnored) {
  const auto id = StartTask("t");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  keeper_.SetTaskDone(id, 5, kNow);
  keeper_.AdvanceTask(id, nan, kNow);
  keeper_.SetTaskDone(id, infinity, kNow);
  keeper_.SetGauge("depth", 1);
  keeper_.SetGauge("depth", nan);

  model::MemberRecord record = Take();
  EXPECT_EQ(record.tasks[0].done, 5);
  EXPECT_THAT(record.gauges, IsEmpty());

  keeper_.AdvanceTask(id, -99, kNow);
  keeper_.SetTaskTotal(id, -1, kNow);
  record = Take();
  EXPECT_EQ(record.tasks[0].done, 0);
  EXPECT_FALSE(record.tasks[0].total.has_value());
}

TEST_F(RecordKeeperTest, KeepsTheNewestEndedTasksForALimitedTime) {
  for (int i = 0; i < 20; ++i)
    keeper_.EndTask(StartTask("t"), TaskState::kSucceeded, "",
                    kNow + absl::Seconds(i));
  StartTask("running");

  model::MemberRecord record = Take();
  ASSERT_THAT(record.tasks, SizeIs(1 + RecordKeeper::kMaxEndedTasks));
  EXPECT_EQ(record.tasks[0].name, "running");
  EXPECT_EQ(record.tasks[1].id, "t-20");

  record = keeper_.TakeRecord(kNow + absl::Seconds(30) +
                              RecordKeeper::kEndedTaskAge);
  EXPECT_THAT(record.tasks, SizeIs(1));
}

TEST_F(RecordKeeperTest, BoundsWhatItKeepsAndCountsTheRest) {
  for (int i = 0; i < 1000; ++i) {
    keeper_.SetGauge(absl::StrCat("g", i), i);
    keeper_.SetLabel(absl::StrCat("l", i), "x");
    keeper_.SetEndpoint(absl::StrCat("e", i), "x");
    StartTask("t");
  }

  const model::MemberRecord record = Take();
  EXPECT_THAT(record.gauges, SizeIs(model::kMaxGauges));
  EXPECT_THAT(record.labels, SizeIs(model::kMaxLabels));
  EXPECT_THAT(record.endpoints, SizeIs(model::kMaxEndpoints));
  EXPECT_THAT(record.tasks, SizeIs(model::kMaxTasks));
  EXPECT_EQ(keeper_.not_kept(), 4000 - model::kMaxGauges - model::kMaxLabels -
                                    model::kMaxEndpoints - model::kMaxTasks);
}

// F11: what callers pass may be anything.
TEST_F(RecordKeeperTest, F11_MakesHostileTextsStorable) {
  const std::string nul("a\0b", 3);
  const std::string invalid = "caf\xC3";
  const std::string huge(1 << 20, 'x');
  // A cut in the middle of a character.
  const std::string wide = "x" + [] {
    std::string text;
    for (int i = 0; i < 2000; ++i) text += "\xE2\x82\xAC";
    return text;
  }();

  for (const std::string& text : {nul, invalid, huge, wide, std::string()}) {
    keeper_.SetState(ReportedState::kDegraded, text);
    keeper_.SetLabel("label", text);
    keeper_.SetLabel(text, "value");
    keeper_.SetGauge(text, 1);
    const auto id = StartTask(text);
    keeper_.SetTaskMessage(id, text, kNow);

    model::MemberRecord record = Take();
    EXPECT_EQ(model::ApplyRecordLimits(record), "");
    const auto bytes =
        model::SerializeMemberRecord(record, model::kHardMaxRecordBytes);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    const model::ParsedRecord parsed = model::ParseMemberRecord(*bytes);
    EXPECT_EQ(parsed.opaque_reason, "");
    EXPECT_EQ(parsed.warning, "");
    EXPECT_EQ(parsed.record.state, ReportedState::kDegraded);
    keeper_.EndTask(id, TaskState::kSucceeded, "", kNow);
  }
}

TEST_F(RecordKeeperTest, EmptyValueRemovesLabelAndEndpoint) {
  keeper_.SetLabel("zone", "a");
  keeper_.SetLabel("rack", "1");
  keeper_.SetEndpoint("grpc", "h:1");
  keeper_.SetLabel("zone", "");
  keeper_.SetEndpoint("grpc", "");

  const model::MemberRecord record = Take();
  EXPECT_THAT(record.labels, UnorderedElementsAre(Key("rack")));
  EXPECT_THAT(record.endpoints, IsEmpty());
}

TEST_F(RecordKeeperTest, LeavingOutranksEverything) {
  StartTask("t");
  keeper_.ApplyOrder(OrderWithHold(1));
  keeper_.SetLeaving("upgrade");

  const model::MemberRecord record = Take();
  EXPECT_EQ(record.state, ReportedState::kLeaving);
  EXPECT_EQ(record.state_reason, "upgrade");
}

}  // namespace
}  // namespace roster::registrar
