#include "monitor/control/duty_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
const absl::Status kTooMuch = absl::InvalidArgumentError("too much");

class DutyRecordTest : public ::testing::Test {
 protected:
  std::vector<std::string> lines_;
  DutyRecord record_{"ledger", [this](base::LogLevel, std::string_view line) {
                       lines_.emplace_back(line);
                     }};
};

TEST_F(DutyRecordTest, PausesAfterAFailureAndCountsIt) {
  EXPECT_TRUE(record_.due(kNow));
  record_.Note(kTooMuch, kNow);
  EXPECT_EQ(record_.failures(), 1u);
  EXPECT_FALSE(record_.due(kNow));
  EXPECT_TRUE(record_.due(kNow + absl::Seconds(1)));
  for (int i = 0; i < 100; ++i) record_.Note(kTooMuch, kNow);
  EXPECT_EQ(record_.failures(), 101u);
  EXPECT_FALSE(record_.due(kNow + absl::Milliseconds(900)));
  EXPECT_TRUE(record_.due(kNow + absl::Seconds(10)));
}

TEST_F(DutyRecordTest, LogsAReasonOnceAndThenRarely) {
  for (int i = 0; i < 100; ++i) record_.Note(kTooMuch, kNow + absl::Seconds(i));
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("duty=ledger failures=1 error=")));
  record_.Note(absl::PermissionDeniedError("no"), kNow + absl::Seconds(100));
  EXPECT_THAT(lines_, SizeIs(2));
  record_.Note(absl::PermissionDeniedError("no"), kNow + absl::Minutes(20));
  EXPECT_THAT(lines_, SizeIs(3));
}

TEST_F(DutyRecordTest, ASuccessEndsThePause) {
  record_.Note(kTooMuch, kNow);
  record_.Note(absl::OkStatus(), kNow);
  EXPECT_TRUE(record_.due(kNow));
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("a duty failed"),
                                  HasSubstr("a duty works again")));
  record_.Note(absl::OkStatus(), kNow);
  EXPECT_THAT(lines_, SizeIs(2));
  // What comes back is news.
  record_.Note(kTooMuch, kNow);
  EXPECT_THAT(lines_, SizeIs(3));
}

TEST_F(DutyRecordTest, SomebodyWhoWasQuickerIsNoFailure) {
  record_.Note(absl::AbortedError("version"), kNow);
  record_.Note(absl::AlreadyExistsError("node"), kNow);
  record_.Note(absl::UnavailableError("away"), kNow);
  EXPECT_EQ(record_.failures(), 0u);
  EXPECT_TRUE(record_.due(kNow));
  EXPECT_THAT(lines_, SizeIs(0));
}

TEST_F(DutyRecordTest, ALineIsNotAsLongAsAPathMayBe) {
  record_.Note(absl::InvalidArgumentError(std::string(300'000, 'p')), kNow);
  ASSERT_THAT(lines_, SizeIs(1));
  EXPECT_LT(lines_.front().size(), 2000u);
}

}  // namespace
}  // namespace roster::monitor
