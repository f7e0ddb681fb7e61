// How often a member writes is the cluster's matter too.
#include "model/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "absl/time/time.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace roster::registrar {
namespace {

using ::roster::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Eq;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

constexpr char kPolicyPath[] = "/roster/default/policy";

class PolicyTest : public RegistrarTest {
 protected:
  void WritePolicy(absl::Duration interval) {
    model::Policy policy;
    policy.reporting.min_interval = absl::Milliseconds(100);
    policy.reporting.interval = interval;
    Write(model::SerializePolicy(policy));
  }
  void Write(const std::string& bytes) {
    ASSERT_OK(probe_.CreateWithParents(kPolicyPath));
    ASSERT_OK(probe_.Set(kPolicyPath, bytes));
  }
};

TEST_F(PolicyTest, PolicyMakesTheIntervalLongerNeverShorter) {
  RegistrarOptions options = Options();
  options.min_update_interval = absl::Seconds(2);
  const auto registrar = MakeRegistered(std::move(options));
  EXPECT_EQ(registrar->status().update_interval, absl::Seconds(2));

  WritePolicy(absl::Seconds(3));
  EVENTUALLY_THAT(registrar->status().update_interval, Eq(absl::Seconds(3)));
  WritePolicy(absl::Milliseconds(200));
  EVENTUALLY_THAT(registrar->status().update_interval, Eq(absl::Seconds(2)));
}

TEST_F(PolicyTest, WritesAreAsFarApartAsThePolicySays) {
  WritePolicy(absl::Milliseconds(400));
  const auto registrar = MakeRegistered();
  EVENTUALLY_THAT(registrar->status().update_interval,
                  Eq(absl::Milliseconds(400)));
  const auto start = std::chrono::steady_clock::now();
  const uint64_t before = registrar->status().writes;
  double value = 0;
  EVENTUALLY_THAT(
      (registrar->SetGauge("depth", ++value), registrar->status().writes),
      Ge(before + 5));
  const auto took = absl::FromChrono(std::chrono::steady_clock::now() - start);

  // Four intervals are between five writes.
  EXPECT_THAT(took, Ge(4 * absl::Milliseconds(400)));
  EVENTUALLY(Record()->gauges["depth"] == value);
}

TEST_F(PolicyTest, StateChangesDoNotWaitForThePolicy) {
  WritePolicy(absl::Hours(1));
  const auto registrar = MakeRegistered();
  EVENTUALLY_THAT(registrar->status().update_interval, Eq(absl::Hours(1)));

  registrar->SetState(model::ReportedState::kDegraded);
  EVENTUALLY(State() == "DEGRADED");
  WriteOrder(1, /*held=*/true);
  EVENTUALLY(State() == "DRAINED");
}

TEST_F(PolicyTest, WhatWaitsForAnIntervalThatWasAMistakeDoesNotWaitForIt) {
  WritePolicy(absl::Hours(1));
  const auto registrar = MakeRegistered();
  EVENTUALLY_THAT(registrar->status().update_interval, Eq(absl::Hours(1)));
  registrar->SetState(model::ReportedState::kDegraded);  // the hour begins
  EVENTUALLY(State() == "DEGRADED");
  registrar->SetGauge("depth", 7);

  WritePolicy(absl::Milliseconds(100));
  EVENTUALLY(Record()->gauges["depth"] == 7);
}

TEST_F(PolicyTest, BrokenPolicyIsReportedAndChangesNothing) {
  WritePolicy(absl::Seconds(3));
  const auto registrar = MakeRegistered();
  EVENTUALLY_THAT(registrar->status().update_interval, Eq(absl::Seconds(3)));
  Write("{\"v\":1,");

  EVENTUALLY_THAT(
      registrar->status().policy_error,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(kPolicyPath)));
  EXPECT_EQ(registrar->status().update_interval, absl::Seconds(3));
  EXPECT_EQ(log_.Count(base::LogLevel::kError, "policy not followed"), 1);
  WritePolicy(absl::Seconds(4));
  EVENTUALLY_THAT(registrar->status().update_interval, Eq(absl::Seconds(4)));
  EXPECT_OK(registrar->status().policy_error);
}

TEST_F(PolicyTest, PolicyBrokenFromTheStartLeavesTheOptionsInterval) {
  Write("not a policy");
  const auto registrar = MakeRegistered();

  EVENTUALLY_THAT(registrar->status().policy_error,
                  StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(registrar->status().update_interval, absl::Milliseconds(20));
}

TEST_F(PolicyTest, PolicyThatIsWithdrawnOrComesLaterIsFollowed) {
  const auto registrar = MakeRegistered();
  WritePolicy(absl::Seconds(3));
  EVENTUALLY_THAT(registrar->status().update_interval, Eq(absl::Seconds(3)));
  ASSERT_OK(probe_.Delete(kPolicyPath));
  EVENTUALLY_THAT(registrar->status().update_interval,
                  Eq(absl::Milliseconds(20)));
  EXPECT_OK(registrar->status().policy_error);
  WritePolicy(absl::Seconds(4));
  EVENTUALLY_THAT(registrar->status().update_interval, Eq(absl::Seconds(4)));
}

// A thousand watchers of one node must not all read it in the same moment.
TEST_F(PolicyTest, MembersReadAChangeAtMomentsOfTheirOwn) {
  constexpr int kMembers = 20;
  std::vector<std::unique_ptr<Registrar>> members;
  for (int i = 0; i < kMembers; ++i) {
    RegistrarOptions options = Options();
    options.name = "web-" + std::to_string(i);
    members.push_back(MakeRegistered(std::move(options)));
  }
  WritePolicy(absl::Seconds(3));
  const auto written = std::chrono::steady_clock::now();
  const auto followers = [&] {
    int count = 0;
    for (const auto& member : members)
      count += member->status().update_interval == absl::Seconds(3);
    return count;
  };
  std::chrono::steady_clock::duration half{};
  EVENTUALLY_THAT(followers(), Ge(kMembers / 2));
  half = std::chrono::steady_clock::now() - written;
  EVENTUALLY_THAT(followers(), Eq(kMembers));

  // 20 picks from a second: half of them are in after 0.5 s. That all of ten
  // are under 0.1 s is a matter of 1 : 180,000.
  EXPECT_THAT(absl::FromChrono(half), Ge(absl::Milliseconds(100)));
}

}  // namespace
}  // namespace roster::registrar
