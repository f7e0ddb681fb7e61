#include "model/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::StatusIs;
using ::testing::HasSubstr;

void ExpectRefused(std::string_view json, const std::string& what) {
  EXPECT_THAT(ParsePolicy(json),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)))
      << json;
}

TEST(PolicyTest, AnEmptyNodeIsNotTheDefault) {
  EXPECT_OK(ValidatePolicy(Policy{}));
  ExpectRefused("", "the node is empty");
  ASSERT_OK_AND_ASSIGN(const Policy policy, ParsePolicy(R"({"v":1})"));
  EXPECT_EQ(policy, Policy{});
}

TEST(PolicyTest, WhatIsWrittenReadsBackEqual) {
  Policy policy;
  policy.reporting = {.min_interval = absl::Milliseconds(250),
                      .max_updates_per_second = 123.5,
                      .interval = absl::Milliseconds(1234)};
  policy.guard = {.enabled = false,
                  .min_departures = 7,
                  .ratio = 0.125,
                  .window = absl::Minutes(2),
                  .hold_for = absl::Hours(1)};
  const std::string bytes = SerializePolicy(policy);

  EXPECT_EQ(bytes,
            R"({"v":1,"reporting":{"min_interval_s":0.25,)"
            R"("max_updates_per_second":123.5,"interval_s":1.234},)"
            R"("guard":{"enabled":false,"min_departures":7,"ratio":0.125,)"
            R"("window_s":120,"hold_for_s":3600}})");
  ASSERT_OK_AND_ASSIGN(const Policy read, ParsePolicy(bytes));
  EXPECT_EQ(read, policy);
}

TEST(PolicyTest, AbsentFieldsHaveTheirDefaults) {
  ASSERT_OK_AND_ASSIGN(
      const Policy policy,
      ParsePolicy(R"({"v":1,"guard":{"ratio":0.5},"reporting":null})"));
  EXPECT_EQ(policy.guard.ratio, 0.5);
  EXPECT_EQ(policy.guard.min_departures, GuardPolicy{}.min_departures);
  EXPECT_EQ(policy.reporting, ReportingPolicy{});
}

TEST(PolicyTest, NamesTheFieldThatIsWrong) {
  ExpectRefused("{}", "v: missing");
  ExpectRefused(R"({"v":1,"guard":3})", "guard: not an object");
  ExpectRefused(R"({"v":1,"guard":{"enabled":1}})",
                "guard.enabled: neither true nor false");
  ExpectRefused(R"({"v":1,"guard":{"ratio":0}})", "guard.ratio: not above 0");
  ExpectRefused(R"({"v":1,"guard":{"ratio":1.1}})", "guard.ratio");
  ExpectRefused(R"({"v":1,"guard":{"min_departures":0}})",
                "guard.min_departures: not from 1 to 1000000");
  ExpectRefused(R"({"v":1,"guard":{"window_s":0.5}})",
                "guard.window_s: not from 1 s to 1 h");
  ExpectRefused(R"({"v":1,"guard":{"hold_for_s":86401}})",
                "guard.hold_for_s: not from 1 s to 1 day");
  ExpectRefused(R"({"v":1,"reporting":{"interval_s":0.09}})",
                "reporting.interval_s: not from 100 ms to 1 h");
  ExpectRefused(R"({"v":1,"reporting":{"min_interval_s":-1}})",
                "reporting.min_interval_s: not a number of seconds");
  ExpectRefused(R"({"v":1,"reporting":{"min_interval_s":1e300}})",
                "reporting.min_interval_s: not a number of seconds");
  ExpectRefused(R"({"v":1,"reporting":{"max_updates_per_second":0}})",
                "reporting.max_updates_per_second: not from 1 to 1000000");
}

TEST(PolicyTest, NotANumberIsNotValid) {
  Policy policy;
  policy.guard.ratio = std::nan("");
  EXPECT_THAT(ValidatePolicy(policy),
              StatusIs(absl::StatusCode::kInvalidArgument));
  policy = {};
  policy.reporting.max_updates_per_second = std::nan("");
  EXPECT_THAT(ValidatePolicy(policy),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(DeriveIntervalTest, BoundsTheUpdatesOfAllTogether) {
  const ReportingPolicy policy;  // 1 s, 2,000 each second
  EXPECT_EQ(DeriveInterval(policy, 0, absl::Seconds(5)), absl::Seconds(1));
  EXPECT_EQ(DeriveInterval(policy, 100, absl::Seconds(5)), absl::Seconds(1));
  EXPECT_EQ(DeriveInterval(policy, 10'000, absl::Seconds(1)), absl::Seconds(5));
  EXPECT_EQ(DeriveInterval(policy, 100'000'000, absl::Seconds(1)),
            absl::Hours(1));
}

TEST(DeriveIntervalTest, StaysWhileItIsCloseEnough) {
  const ReportingPolicy policy;
  EXPECT_EQ(DeriveInterval(policy, 11'000, absl::Seconds(5)), absl::Seconds(5));
  EXPECT_EQ(DeriveInterval(policy, 9'000, absl::Seconds(5)), absl::Seconds(5));
  EXPECT_EQ(DeriveInterval(policy, 13'000, absl::Seconds(5)),
            absl::Milliseconds(6500));
}

TEST(DeriveIntervalTest, IsNeverBelowTheLeast) {
  const ReportingPolicy policy;
  EXPECT_EQ(DeriveInterval(policy, 10, absl::Milliseconds(900)),
            absl::Seconds(1));
}

}  // namespace
}  // namespace roster::model
