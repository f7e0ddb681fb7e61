#include "monitor/control/order_edit.h"

#include "base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using testing::StatusIs;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

model::Hold Hold(std::string id, std::string owner) {
  return {.id = std::move(id), .owner = std::move(owner), .created_at = kNow};
}

TEST(MakeHoldTest, DurationsCountFromWhenItIsPlaced) {
  HoldTerms terms{.owner = "ops"};
  terms.drain_timeout = absl::Minutes(10);
  terms.expire_after = absl::Hours(2);
  const auto hold = MakeHold(terms, "h-1", kNow);
  ASSERT_OK(hold.status());
  EXPECT_EQ(hold->deadline, kNow + absl::Minutes(10));
  EXPECT_EQ(hold->expires_at, kNow + absl::Hours(2));
}

TEST(MakeHoldTest, WithoutTermsItHasNoEnd) {
  const auto hold = MakeHold({.owner = "ops"}, "h-1", kNow);
  ASSERT_OK(hold.status());
  EXPECT_EQ(hold->deadline, absl::InfiniteFuture());
  EXPECT_EQ(hold->expires_at, absl::InfiniteFuture());
}

TEST(MakeHoldTest, TimesThatArePastAreRefused) {
  HoldTerms terms{.owner = "ops"};
  terms.deadline = kNow - absl::Seconds(1);
  EXPECT_THAT(MakeHold(terms, "h-1", kNow),
              StatusIs(absl::StatusCode::kInvalidArgument));
  terms.deadline.reset();
  terms.expires_at = kNow;
  const auto refused = MakeHold(terms, "h-1", kNow);
  EXPECT_EQ(base::DetailsOf(refused.status()).field, "expires_at");
}

TEST(PlaceHoldTest, RaisesTheEpochAndKeepsOtherHolds) {
  model::Order order{.epoch = 7, .holds = {Hold("h-1", "dba")}};
  model::Hold hold = Hold("h-2", "ops");
  const auto next = PlaceHold(order, hold);
  ASSERT_OK(next.status());
  EXPECT_EQ(next->epoch, 8);
  EXPECT_THAT(next->holds, SizeIs(2));
}

TEST(PlaceHoldTest, AnOwnersHoldKeepsItsIdAndBeginning) {
  model::Order order{.epoch = 7, .holds = {Hold("h-1", "ops")}};
  model::Hold hold = Hold("h-2", "ops");
  hold.created_at = kNow + absl::Hours(1);
  hold.mode = model::HoldMode::kImmediate;
  const auto next = PlaceHold(order, hold);
  ASSERT_OK(next.status());
  ASSERT_THAT(next->holds, SizeIs(1));
  EXPECT_EQ(next->holds[0].id, "h-1");
  EXPECT_EQ(next->holds[0].created_at, kNow);
  EXPECT_EQ(next->holds[0].mode, model::HoldMode::kImmediate);
  EXPECT_EQ(hold.id, "h-1");
}

TEST(PlaceHoldTest, ThereAreNotAnyNumberOfHolds) {
  model::Order order;
  for (size_t i = 0; i < model::kMaxHolds; ++i)
    order.holds.push_back(Hold(std::to_string(i), std::to_string(i)));
  model::Hold hold = Hold("h", "one too many");
  EXPECT_THAT(PlaceHold(order, hold),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(ReleaseHoldsTest, EndsWhatMatchesAndNothingElse) {
  const model::Order order{
      .epoch = 3,
      .holds = {Hold("h-1", "ops"), Hold("h-2", "dba"), Hold("h-3", "net")}};
  std::vector<std::string> released;
  auto next = ReleaseHolds(order, {.owner = "dba"}, released);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->epoch, 4);
  EXPECT_THAT(released, ElementsAre("h-2"));
  EXPECT_THAT(next->holds, SizeIs(2));

  next = ReleaseHolds(order, {.ids = {"h-1", "h-3"}}, released);
  EXPECT_THAT(released, ElementsAre("h-1", "h-3"));

  next = ReleaseHolds(order, {.all = true}, released);
  EXPECT_FALSE(next->held());

  EXPECT_FALSE(ReleaseHolds(order, {.owner = "nobody"}, released).has_value());
}

TEST(ReleaseHoldsTest, OnlyWhatHasExpired) {
  model::Order order{.epoch = 3,
                     .holds = {Hold("h-1", "ops"), Hold("h-2", "dba")}};
  order.holds[1].expires_at = kNow;
  std::vector<std::string> released;
  const auto next =
      ReleaseHolds(order, {.all = true, .expired_by = kNow}, released);
  ASSERT_TRUE(next.has_value());
  EXPECT_THAT(released, ElementsAre("h-2"));
}

}  // namespace
}  // namespace roster::monitor
