#include "model/operation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'795'334'405);

Operation MakeOperation() {
  Operation operation;
  operation.id = "op-7f3a";
  operation.kind = OperationKind::kRollingRestart;
  operation.state = OperationState::kPaused;
  operation.actor = {
      .name = "ops", .authenticated = true, .peer = "10.0.0.1:999"};
  operation.owner = "ops";
  operation.reason = "kernel \"upgrade\"";
  operation.ticket = "OPS-12";
  operation.selector = "service=search";
  operation.pacing = {.batch_size = 2,
                      .batch_percent = 10,
                      .order = OperationOrder::kOldest,
                      .min_healthy = absl::Milliseconds(1500),
                      .failure_limit = 3,
                      .step_timeout = absl::Minutes(1)};
  operation.mode = HoldMode::kImmediate;
  operation.drain_timeout = absl::Minutes(10);
  operation.deadline = kNow + absl::Hours(2);
  operation.expire_after = absl::Hours(1);
  operation.expires_at = kNow + absl::Hours(3);
  operation.force = true;
  operation.created_at = kNow;
  operation.start_at = kNow + absl::Seconds(1);
  operation.started_at = kNow + absl::Seconds(2);
  operation.ended_at = kNow + absl::Seconds(3);
  operation.waiting = "budget";
  operation.problem = "web-02 failed";
  operation.members = {{.name = "web-01"},
                       {.name = "web-02",
                        .step = OperationStep::kFailed,
                        .since = kNow,
                        .czxid = 77,
                        .incarnation = "i-1",
                        .problem = "no drain in 5m"}};
  return operation;
}

void ExpectRefused(std::string_view json, const std::string& what) {
  EXPECT_THAT(ParseOperation(json),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)))
      << json;
}

// A legal operation with `more` fields.
std::string With(std::string_view more) {
  return absl::StrCat(R"({"v":1,"id":"o","kind":"TAKE_OFFLINE",)",
                      R"("state":"RUNNING")", std::string(more), "}");
}

TEST(OperationTest, WhatIsWrittenReadsBackEqual) {
  Operation least;
  least.id = "o";
  for (const Operation& operation : {MakeOperation(), least}) {
    ASSERT_OK_AND_ASSIGN(const Operation read,
                         ParseOperation(SerializeOperation(operation)));
    EXPECT_EQ(read, operation);
  }
}

TEST(OperationTest, LeavesOutWhatIsInfinite) {
  Operation operation;
  operation.id = "o";
  const std::string bytes = SerializeOperation(operation);
  for (const char* key :
       {"deadline", "expires_at", "drain_timeout_s", "expire_after_s",
        "created_at", "start_at", "started_at", "ended_at"}) {
    EXPECT_THAT(bytes, Not(HasSubstr(key)));
  }
}

TEST(OperationTest, EveryStateAndStepSurvives) {
  for (const auto state :
       {OperationState::kScheduled, OperationState::kRunning,
        OperationState::kPaused, OperationState::kSucceeded,
        OperationState::kFailed, OperationState::kCancelled}) {
    for (const auto step : {OperationStep::kPending, OperationStep::kDraining,
                            OperationStep::kRestarting,
                            OperationStep::kVerifying, OperationStep::kDone,
                            OperationStep::kFailed, OperationStep::kSkipped}) {
      Operation operation;
      operation.id = "o";
      operation.state = state;
      operation.members = {{.name = "a", .step = step}};
      ASSERT_OK_AND_ASSIGN(const Operation read,
                           ParseOperation(SerializeOperation(operation)));
      EXPECT_EQ(read, operation);
    }
  }
}

// What does not fit into a znode cannot go on after its executor is gone.
TEST(OperationTest, TheLargestFitsIntoAZnode) {
  Operation operation = MakeOperation();
  operation.members.clear();
  for (size_t i = 0; i < kMaxOperationMembers; ++i) {
    OperationMember member;
    member.name = absl::StrFormat("%060d", i);
    if (i % 2 == 0) {
      member.step = OperationStep::kDone;
      member.since = kNow + absl::Microseconds(i);
      member.czxid = int64_t{1} << 40;
      member.incarnation = std::string(36, 'i');
    }
    operation.members.push_back(std::move(member));
  }
  const std::string bytes = SerializeOperation(operation);
  EXPECT_LT(bytes.size(), 700u * 1024);
  ASSERT_OK_AND_ASSIGN(const Operation read, ParseOperation(bytes));
  EXPECT_EQ(read, operation);

  operation.members.push_back({.name = "one more"});
  ExpectRefused(SerializeOperation(operation), "members: more than 2000");
}

TEST(OperationTest, NamesTheFieldThatIsWrong) {
  ExpectRefused("", "the node is empty");
  ExpectRefused("{", "not JSON");
  ExpectRefused(R"({"v":1})", "id: missing");
  ExpectRefused(R"({"v":1,"id":"o"})", "kind: missing");
  ExpectRefused(R"({"v":1,"id":"o","kind":"X"})",
                "kind: not one of TAKE_OFFLINE, ROLLING_RESTART");
  ExpectRefused(R"({"v":1,"id":"o","kind":"TAKE_OFFLINE"})", "state: missing");
  ExpectRefused(With(""), "members: missing");
  ExpectRefused(With(R"(,"members":[{}])"), "members[0].name: missing");
  ExpectRefused(With(R"(,"members":[{"name":"a"},{"name":"a"}])"),
                "members[1].name: the same as of another member");
  ExpectRefused(With(R"(,"members":[{"name":"a","step":"GONE"}])"),
                "members[0].step: not one of PENDING");
  ExpectRefused(With(R"(,"members":[],"pacing":{"batch_size":0})"),
                "pacing.batch_size: not an integer >= 1");
  ExpectRefused(With(R"(,"members":[],"pacing":{"batch_percent":101})"),
                "pacing.batch_percent: more than 100");
  ExpectRefused(With(R"(,"members":[],"drain_timeout_s":-1)"),
                "drain_timeout_s: not a number of seconds");
  ExpectRefused(With(R"(,"members":[],"mode":"SOFT")"),
                "mode: not one of DRAIN, IMMEDIATE");
  ExpectRefused(With(R"(,"members":[],"actor":"ops")"), "actor: not an object");
}

TEST(PacingTest, ABatchIsAtLeastOne) {
  EXPECT_EQ(Pacing{}.BatchOf(10), 1);
  EXPECT_EQ(Pacing{.batch_size = 4}.BatchOf(10), 4);
  EXPECT_EQ((Pacing{.batch_size = 4, .batch_percent = 25}.BatchOf(10)), 2);
  EXPECT_EQ((Pacing{.batch_percent = 1}.BatchOf(10)), 1);
}

TEST(OperationTest, CountsMembersByWhereTheyStand) {
  Operation operation;
  operation.members = {{.name = "a", .step = OperationStep::kPending},
                       {.name = "b", .step = OperationStep::kDraining},
                       {.name = "c", .step = OperationStep::kRestarting},
                       {.name = "d", .step = OperationStep::kVerifying},
                       {.name = "e", .step = OperationStep::kDone},
                       {.name = "f", .step = OperationStep::kSkipped},
                       {.name = "g", .step = OperationStep::kFailed}};
  const OperationCounts counts = CountMembers(operation);
  EXPECT_EQ(counts.pending, 1);
  EXPECT_EQ(counts.in_flight, 3);
  EXPECT_EQ(counts.done, 1);
  EXPECT_EQ(counts.skipped, 1);
  EXPECT_EQ(counts.failed, 1);
}

TEST(ExpectedEndTest, GoesOnAtThePaceSoFar) {
  Operation operation;
  operation.started_at = kNow;
  operation.members = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
  EXPECT_EQ(ExpectedEnd(operation, kNow), absl::InfiniteFuture());

  operation.members[0].step = OperationStep::kDone;
  operation.members[0].since = kNow + absl::Minutes(1);
  EXPECT_EQ(ExpectedEnd(operation, kNow + absl::Minutes(1)),
            kNow + absl::Minutes(3));
  // Looking later does not put it off, until it is overdue.
  EXPECT_EQ(ExpectedEnd(operation, kNow + absl::Minutes(2)),
            kNow + absl::Minutes(3));
  EXPECT_EQ(ExpectedEnd(operation, kNow + absl::Minutes(9)),
            kNow + absl::Minutes(9));
}

TEST(ExpectedEndTest, IsUnknownUnlessItRuns) {
  Operation operation;
  operation.started_at = kNow;
  operation.members = {{.name = "a",
                        .step = OperationStep::kDone,
                        .since = kNow + absl::Minutes(1)},
                       {.name = "b"}};
  for (const auto state :
       {OperationState::kScheduled, OperationState::kPaused,
        OperationState::kSucceeded, OperationState::kCancelled}) {
    operation.state = state;
    EXPECT_EQ(ExpectedEnd(operation, kNow), absl::InfiniteFuture());
  }
  // What was skipped says nothing of the pace.
  operation.state = OperationState::kRunning;
  operation.members[0].step = OperationStep::kSkipped;
  EXPECT_EQ(ExpectedEnd(operation, kNow), absl::InfiniteFuture());
}

}  // namespace
}  // namespace roster::model
