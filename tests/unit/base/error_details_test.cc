#include "base/error_details.h"

#include <string>

#include "absl/strings/cord.h"
#include "tests/support/status_matchers.h"

namespace roster::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ErrorDetailsTest, OkStaysAsItIs) {
  absl::Status status = WithReason(absl::OkStatus(), "X", {{"a", "b"}});
  status = WithBadField(status, "name");
  status = WithRetryDelay(status, absl::Seconds(1));
  status = WithPrecondition(status, "BUDGET", "web", "wait");
  EXPECT_EQ(status, absl::OkStatus());
}

TEST(ErrorDetailsTest, AnErrorWithoutDetailsHasNone) {
  const ErrorDetails details = DetailsOf(absl::NotFoundError("x"));
  EXPECT_EQ(details.reason, "");
  EXPECT_THAT(details.metadata, IsEmpty());
  EXPECT_EQ(details.field, "");
  EXPECT_FALSE(details.retry_delay.has_value());
  EXPECT_THAT(details.preconditions, IsEmpty());
}

TEST(ErrorDetailsTest, AllDetailsComeBackAndTheErrorStays) {
  absl::Status status = absl::FailedPreconditionError("not now");
  status = WithReason(status, "NOT_NOW", {{"cluster", "a"}, {"name", "b"}});
  status = WithBadField(status, "names[0]");
  status = WithRetryDelay(status, absl::Milliseconds(2500));

  EXPECT_THAT(status, roster::testing::StatusIs(
                          absl::StatusCode::kFailedPrecondition, "not now"));
  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, "NOT_NOW");
  EXPECT_THAT(details.metadata,
              ElementsAre(Pair("cluster", "a"), Pair("name", "b")));
  EXPECT_EQ(details.field, "names[0]");
  EXPECT_EQ(details.retry_delay, absl::Milliseconds(2500));
}

TEST(ErrorDetailsTest, PreconditionsAddUpAndTheRestIsReplaced) {
  absl::Status status = absl::FailedPreconditionError("not now");
  status = WithReason(status, "FIRST", {{"only", "here"}});
  status = WithReason(status, "SECOND");
  status = WithPrecondition(status, "BUDGET", "web", "wait for web-2");
  status = WithPrecondition(status, "BUDGET", "all", "");

  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, "SECOND");
  EXPECT_THAT(details.metadata, IsEmpty());
  EXPECT_THAT(
      details.preconditions,
      ElementsAre(PreconditionViolation{"BUDGET", "web", "wait for web-2"},
                  PreconditionViolation{"BUDGET", "all", ""}));
}

TEST(ErrorDetailsTest, AnyBytesSurvive) {
  const std::string odd("3:a\n\0\xff%", 8);
  absl::Status status = WithReason(absl::InternalError("x"), odd, {{odd, odd}});
  status = WithBadField(status, odd);
  status = WithPrecondition(status, odd, "", odd);

  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, odd);
  EXPECT_THAT(details.metadata, ElementsAre(Pair(odd, odd)));
  EXPECT_EQ(details.field, odd);
  EXPECT_THAT(details.preconditions,
              ElementsAre(PreconditionViolation{odd, "", odd}));
}

TEST(ErrorDetailsTest, PayloadsOfOthersAreLeftAlone) {
  absl::Status status = absl::InternalError("x");
  status.SetPayload("elsewhere", absl::Cord("kept"));
  status = WithReason(status, "X");
  EXPECT_EQ(status.GetPayload("elsewhere"), absl::Cord("kept"));
  EXPECT_EQ(DetailsOf(status).reason, "X");
}

}  // namespace
}  // namespace roster::base
