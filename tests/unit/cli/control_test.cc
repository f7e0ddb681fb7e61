// The real rosterctl, changing things: what it asks rosterd for, what it asks
// the person, what it waits for, and what it exits with.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/cli/pty_process.h"
#include "tests/unit/cli/rosterctl_fixture.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// What rosterd says when a budget is in the way, and which fields of the
// request would help.
grpc::Status RefusedByBudget(const std::string& remedy) {
  google::rpc::Status details;
  details.set_code(grpc::StatusCode::FAILED_PRECONDITION);
  google::rpc::ErrorInfo info;
  info.set_reason("BUDGET_EXCEEDED");
  info.set_domain("roster");
  (*info.mutable_metadata())["remedy"] = remedy;
  details.add_details()->PackFrom(info);
  google::rpc::PreconditionFailure failure;
  for (const char* name : {"all", "web"}) {
    auto* violation = failure.add_violations();
    violation->set_type("BUDGET");
    violation->set_subject(name);
    violation->set_description(std::string(name) + ": wait for web-09");
  }
  details.add_details()->PackFrom(failure);
  return {grpc::StatusCode::FAILED_PRECONDITION, "all: wait for web-09",
          details.SerializeAsString()};
}

v1::Operation SampleOperation(v1::OperationState state) {
  v1::Operation operation;
  operation.set_id("op-1");
  operation.set_kind(v1::OPERATION_KIND_ROLLING_RESTART);
  operation.set_state(state);
  operation.set_total(2);
  operation.add_members()->set_name("web-01");
  operation.mutable_members(0)->set_step(v1::OPERATION_STEP_DRAINING);
  operation.add_members()->set_name("web-02");
  operation.mutable_members(1)->set_step(v1::OPERATION_STEP_PENDING);
  return operation;
}

v1::Operation EndedOperation(v1::OperationState state) {
  v1::Operation operation = SampleOperation(state);
  *operation.mutable_ended_at() = ToProto(absl::Now());
  operation.mutable_members(0)->set_step(v1::OPERATION_STEP_DONE);
  operation.mutable_members(1)->set_step(v1::OPERATION_STEP_DONE);
  return operation;
}

class ControlTest : public RosterctlTest {
 protected:
  // A member that obeys order 3.
  v1::Member Held(const std::string& name, v1::MemberStatus status) {
    v1::Member member = PlainMember(name, absl::Now());
    member.set_status(status);
    member.mutable_desired()->set_epoch(3);
    member.mutable_desired()->add_holds()->set_owner("ops");
    return member;
  }
};

TEST_F(ControlTest, DrainAsksForWhatTheFlagsSay) {
  const CommandResult result =
      Run({"drain", "web-01", "--reason", "kernel", "--ticket", "OPS-1",
           "--owner", "ops", "--as", "alice", "--expires", "2h", "--request-id",
           "r-1", "--force", "--allow-absent"});

  EXPECT_EQ(result.status.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("web-01  OFFLINE"));
  ASSERT_EQ(control().orders().size(), 1u);
  const v1::TakeOfflineRequest order = control().orders()[0];
  EXPECT_THAT(order.names(), ElementsAre("web-01"));
  EXPECT_EQ(order.reason(), "kernel");
  EXPECT_EQ(order.ticket(), "OPS-1");
  EXPECT_EQ(order.owner(), "ops");
  EXPECT_EQ(order.actor(), "alice");
  EXPECT_EQ(order.mode(), v1::HOLD_MODE_DRAIN);
  EXPECT_EQ(order.drain_timeout().seconds(), 3600) << "the default";
  EXPECT_EQ(order.expire_after().seconds(), 7200);
  EXPECT_EQ(order.request_id(), "r-1");
  EXPECT_TRUE(order.force());
  EXPECT_TRUE(order.allow_absent());
  EXPECT_FALSE(order.validate_only());
  EXPECT_FALSE(order.has_pacing());
}

TEST_F(ControlTest, OfflineDoesNotWaitForWork) {
  EXPECT_EQ(Run({"offline", "web-01", "--reason", "fire"}).status.code, 0);
  ASSERT_EQ(control().orders().size(), 1u);
  EXPECT_EQ(control().orders()[0].mode(), v1::HOLD_MODE_IMMEDIATE);
  EXPECT_FALSE(control().orders()[0].has_drain_timeout());
  EXPECT_THAT(control().orders()[0].actor(), HasSubstr("@"));
  EXPECT_THAT(control().orders()[0].request_id(), Not(IsEmpty()));
}

TEST_F(ControlTest, NoDeadlineIsWritten0) {
  Run({"drain", "web-01", "--reason", "x", "--deadline", "0"});
  ASSERT_EQ(control().orders().size(), 1u);
  EXPECT_FALSE(control().orders()[0].has_drain_timeout());
}

TEST_F(ControlTest, ADryRunSaysSoAndAsksForNoMore) {
  v1::BudgetReport report;
  report.set_satisfied(true);
  report.set_explanation("budget web: 2 of 3 available");
  control().SetReports({report});
  const CommandResult result =
      Run({"drain", "web-01", "web-02", "--reason", "x", "--dry-run"});
  EXPECT_EQ(result.status.code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("dry run: nothing was changed\n"));
  EXPECT_THAT(result.out, HasSubstr("allowed  budget web: 2 of 3 available"));
  ASSERT_EQ(control().orders().size(), 1u);
  EXPECT_TRUE(control().orders()[0].validate_only());
}

TEST_F(ControlTest, WithoutATerminalNothingIsAskedAndTheFlagIsNamed) {
  const CommandResult no_reason = Run({"drain", "web-01"});
  EXPECT_EQ(no_reason.status.code, 2);
  EXPECT_THAT(no_reason.err, HasSubstr("--reason"));
  EXPECT_THAT(control().orders(), IsEmpty());

  control().SetSelected({"web-01", "web-02"});
  const CommandResult many = Run({"drain", "--all", "--reason", "x"});
  EXPECT_EQ(many.status.code, 2);
  EXPECT_THAT(many.err, HasSubstr("take 2 members offline: web-01, web-02"));
  EXPECT_THAT(many.err, HasSubstr("--yes"));
  ASSERT_EQ(control().orders().size(), 1u);
  EXPECT_TRUE(control().orders()[0].validate_only()) << "only a look";

  EXPECT_EQ(Run({"drain", "--all", "--reason", "x", "--yes"}).status.code, 0);
  ASSERT_EQ(control().orders().size(), 2u);
  EXPECT_EQ(control().orders()[1].selector(), "*");
  EXPECT_FALSE(control().orders()[1].validate_only());
}

TEST_F(ControlTest, WhomItIsAboutMustBeClear) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"drain", "--reason", "x"},
           {"drain", "web-01", "--all", "--reason", "x"},
           {"drain", "web-01", "-l", "zone=a", "--reason", "x"},
           {"online"},
           {"drain", "web-01", "--reason", "x", "--deadline", "soon"},
           {"drain", "web-01", "--reason", "x", "--at", "later"},
           {"drain", "web-01", "--reason", "x", "--batch-size", "0"},
           {"drain", "web-01", "--reason", "x", "--batch-size", "101%"},
           {"drain", "web-01", "--reason", "x", "--failure-limit", "2"},
           {"operation", "op-1", "--release"},
           {"operation", "op-1", "--pause", "--cancel"},
           {"budget", "set", "web", "-l", "*"},
           {"budget"}}) {
    EXPECT_EQ(Run(arguments).status.code, 2) << arguments.back();
  }
  EXPECT_THAT(control().orders(), IsEmpty());
}

TEST_F(ControlTest, ARefusalByABudgetIs8AndNamesEachOnce) {
  control().FailWith(RefusedByBudget("force,pacing"));
  const CommandResult result = Run({"drain", "web-01", "--reason", "x"});
  EXPECT_EQ(result.status.code, 8);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "rosterctl: all: wait for web-09\n"
            "rosterctl: web: wait for web-09\n"
            "rosterctl: wait until members are back, take fewer, go batch by "
            "batch with --batch-size, or override it with --force, which is "
            "audited\n");

  // Nobody who waits for a budget that never allows anybody gets anywhere.
  control().FailWith(RefusedByBudget("force"));
  EXPECT_EQ(Run({"drain", "web-01", "--reason", "x"}).err,
            "rosterctl: all: wait for web-09\n"
            "rosterctl: web: wait for web-09\n"
            "rosterctl: --force overrides it, and is audited\n");
}

TEST_F(ControlTest, WhatMayHaveHappenedCanBeRepeated) {
  control().FailWith({grpc::StatusCode::UNAVAILABLE, "outcome unknown"});
  const CommandResult result =
      Run({"drain", "web-01", "--reason", "x", "--request-id", "r-7"});
  EXPECT_EQ(result.status.code, 5);
  EXPECT_THAT(result.err, HasSubstr("--request-id r-7"));
}

TEST_F(ControlTest, ZooKeeperKeepsItsCapitals) {
  control().FailWith({grpc::StatusCode::UNAVAILABLE, "ZooKeeper is away"});
  EXPECT_THAT(Run({"online", "web-01"}).err,
              HasSubstr("cannot answer: ZooKeeper is away"));
}

TEST_F(ControlTest, WhatNeverLeftIsNotSaidToHaveHappened) {
  rosterd_.Stop();
  const CommandResult result = Run({"drain", "web-01", "--reason", "x"});
  EXPECT_EQ(result.status.code, 5);
  EXPECT_THAT(result.err, HasSubstr("cannot reach rosterd"));
  EXPECT_THAT(result.err, Not(HasSubstr("may have happened")));
}

TEST_F(ControlTest, WaitEndsWhenAllAreOffline) {
  service().SetMember(Held("web-01", v1::MEMBER_STATUS_DRAINING));
  // This one is offline by an order that is older than ours.
  v1::Member older = Held("web-02", v1::MEMBER_STATUS_OFFLINE);
  older.mutable_desired()->set_epoch(2);
  service().SetMember(older);
  const auto drain =
      Start({"drain", "web-01", "web-02", "--yes", "--reason", "x", "--wait"});
  EVENTUALLY_THAT(drain->Stdout(), HasSubstr("web-01  DRAINING"));
  service().SetMember(Held("web-01", v1::MEMBER_STATUS_OFFLINE));
  EVENTUALLY_THAT(drain->Stdout(), HasSubstr("web-01  OFFLINE   0"));
  EXPECT_TRUE(drain->Running());
  service().SetMember(Held("web-02", v1::MEMBER_STATUS_OFFLINE));
  const auto status = drain->Wait(absl::Seconds(20));
  ASSERT_OK(status);
  EXPECT_EQ(status->code, 0) << drain->Stderr();
}

TEST_F(ControlTest, WaitSaysWhenSomebodyReleasedTheHold) {
  v1::Member released = PlainMember("web-01", absl::Now());
  released.mutable_desired()->set_epoch(4);
  service().SetMember(released);
  const CommandResult result =
      Run({"drain", "web-01", "--reason", "x", "--wait"});
  EXPECT_EQ(result.status.code, 4);
  EXPECT_THAT(result.err, HasSubstr("no longer held, so not offline: web-01"));
}

TEST_F(ControlTest, WaitHasALimit) {
  service().SetMember(Held("web-01", v1::MEMBER_STATUS_DRAINING));
  const CommandResult result =
      Run({"drain", "web-01", "--reason", "x", "--wait-timeout", "300ms"});
  EXPECT_EQ(result.status.code, 7);
  EXPECT_THAT(result.err, HasSubstr("the orders stand"));
}

TEST_F(ControlTest, CtrlCEndsTheWatchingNotTheDrain) {
  service().SetMember(Held("web-01", v1::MEMBER_STATUS_DRAINING));
  const auto drain = Start({"drain", "web-01", "--reason", "x", "--wait"});
  EVENTUALLY_THAT(drain->Stdout(), HasSubstr("DRAINING"));
  drain->Kill(SIGINT);
  const auto status = drain->Wait(absl::Seconds(20));
  ASSERT_OK(status);
  EXPECT_EQ(status->code, 130);
  EXPECT_THAT(drain->Stderr(), HasSubstr("the orders stand"));
  EXPECT_THAT(control().releases(), IsEmpty());
}

TEST_F(ControlTest, OnATerminalItAsksAndWatches) {
  service().SetMember(Held("web-01", v1::MEMBER_STATUS_DRAINING));
  service().SetMember(Held("web-02", v1::MEMBER_STATUS_DRAINING));
  PtyProcess drain({Binary(), "drain", "web-01", "web-02"}, Environment(),
                   /*rows=*/24, /*columns=*/80);
  EVENTUALLY_THAT(drain.Output(), HasSubstr("Reason"));
  drain.Type("kernel upgrade\n");
  EVENTUALLY_THAT(drain.Output(), HasSubstr("[y/N]"));
  EXPECT_THAT(drain.Output(), HasSubstr("Take 2 members offline"));
  drain.Type("y\n");
  EVENTUALLY_THAT(drain.Output(), HasSubstr("DRAINING"));
  service().SetMember(Held("web-01", v1::MEMBER_STATUS_OFFLINE));
  service().SetMember(Held("web-02", v1::MEMBER_STATUS_OFFLINE));
  EVENTUALLY(drain.ExitCode() == 0);
  EXPECT_EQ(control().orders().back().reason(), "kernel upgrade");
}

TEST_F(ControlTest, WhoSaysNoChangesNothing) {
  PtyProcess drain({Binary(), "drain", "web-01", "web-02", "--reason", "x"},
                   Environment(), /*rows=*/24, /*columns=*/80);
  EVENTUALLY_THAT(drain.Output(), HasSubstr("[y/N]"));
  drain.Type("\n");
  EVENTUALLY(drain.ExitCode() == 4);
  for (const auto& order : control().orders())
    EXPECT_TRUE(order.validate_only());
}

TEST_F(ControlTest, OnlineReleasesWhatIsNamed) {
  EXPECT_EQ(Run({"online", "web-01", "--as", "alice"}).status.code, 0);
  EXPECT_EQ(
      Run({"online", "web-01", "--hold", "h-1", "--hold", "h-2"}).status.code,
      0);
  const CommandResult all = Run({"online", "web-01", "--all-holds"});
  EXPECT_THAT(all.out, HasSubstr("web-01  ONLINE"));
  const auto releases = control().releases();
  ASSERT_EQ(releases.size(), 3u);
  EXPECT_EQ(releases[0].actor(), "alice");
  EXPECT_FALSE(releases[0].all_holds());
  EXPECT_THAT(releases[1].hold_ids(), ElementsAre("h-1", "h-2"));
  EXPECT_TRUE(releases[2].all_holds());
}

TEST_F(ControlTest, ARollingRestartIsWatchedToItsEnd) {
  control().SetOperation({SampleOperation(v1::OPERATION_STATE_RUNNING),
                          EndedOperation(v1::OPERATION_STATE_SUCCEEDED)});
  const CommandResult result =
      Run({"rolling-restart", "web-01", "web-02", "--yes", "--reason", "v2",
           "--batch-size", "10%", "--min-healthy", "30s", "--failure-limit",
           "2", "--wait"});
  EXPECT_EQ(result.status.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("web-01  DRAINING"));
  EXPECT_THAT(result.out, HasSubstr("SUCCEEDED"));
  EXPECT_EQ(control().restart().pacing().batch_percent(), 10);
  EXPECT_EQ(control().restart().pacing().min_healthy().seconds(), 30);
  EXPECT_EQ(control().restart().pacing().failure_limit(), 2);
}

TEST_F(ControlTest, AnOperationThatFailsIs4) {
  v1::Operation failed = EndedOperation(v1::OPERATION_STATE_FAILED);
  failed.set_problem("web-01 did not come back");
  failed.set_waiting("web-01 was left offline");
  control().SetOperation({failed});
  const CommandResult result = Run({"operation", "op-1", "--watch"});
  EXPECT_EQ(result.status.code, 4);
  EXPECT_THAT(result.err, HasSubstr("web-01 did not come back; "
                                    "web-01 was left offline"));
}

TEST_F(ControlTest, AnOperationIsCancelledWithItsHolds) {
  control().SetOperation({EndedOperation(v1::OPERATION_STATE_CANCELLED)});
  const CommandResult result = Run({"operation", "op-1", "--cancel",
                                    "--release", "--reason", "no", "--yes"});
  EXPECT_EQ(result.status.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("CANCELLED"));
  EXPECT_TRUE(control().cancel().release_holds());
  EXPECT_EQ(control().cancel().reason(), "no");
}

TEST_F(ControlTest, HoldsShowWhoAndWhyAndWhatIsOverdue) {
  v1::MemberHold hold;
  hold.set_member("web-01");
  hold.set_status(v1::MEMBER_STATUS_DRAINING);
  hold.set_overdue(true);
  hold.set_note("obeys no orders");
  hold.mutable_hold()->set_id("h-1");
  hold.mutable_hold()->set_owner("ops");
  hold.mutable_hold()->set_mode(v1::HOLD_MODE_DRAIN);
  hold.mutable_hold()->set_reason("kernel \x1b[31mupgrade");
  control().SetHolds({hold});
  const CommandResult result = Run({"holds"});
  EXPECT_THAT(result.out, HasSubstr("web-01  DRAINING!  ops    DRAIN"));
  EXPECT_THAT(result.out, HasSubstr("kernel \\x1b[31mupgrade"));
  EXPECT_THAT(result.out, HasSubstr("obeys no orders\n"));
  EXPECT_EQ(Run({"holds", "-o", "name"}).out, "h-1\n");
}

TEST_F(ControlTest, TheAuditMarksClaimsAndForce) {
  v1::AuditEntry entry;
  entry.set_actor("alice");
  entry.set_peer("ipv4:127.0.0.1:5");
  entry.set_action("TakeOffline");
  entry.add_targets()->set_name("web-01");
  entry.set_result("OK");
  entry.set_forced(true);
  entry.set_reason("kernel");
  v1::AuditEntry duty;
  duty.set_actor("rosterd");
  duty.set_action("ExpireHold");
  duty.set_result("OK");
  control().SetAudit({entry, duty});
  const CommandResult result = Run({"audit"});
  EXPECT_THAT(result.out, HasSubstr("alice (claimed)  TakeOffline  web-01"));
  EXPECT_THAT(result.out, HasSubstr("OK FORCED"));
  EXPECT_THAT(result.out, HasSubstr("rosterd          ExpireHold"));
}

TEST_F(ControlTest, OfThePolicyOnlyWhatIsNamedChanges) {
  EXPECT_EQ(Run({"policy", "set", "--max-updates", "5000"}).status.code, 0);
  EXPECT_EQ(control().policy().policy().reporting().max_updates_per_second(),
            5000);
  EXPECT_EQ(control().policy().policy().guard().ratio(), 0.3);
}

TEST_F(ControlTest, ABudgetIsSet) {
  EXPECT_EQ(Run({"budget", "set", "web", "-l", "service=web", "--min-available",
                 "80%"})
                .status.code,
            0);
  EXPECT_EQ(control().budget().budget().name(), "web");
  EXPECT_EQ(control().budget().budget().min_available(), "80%");
}

TEST_F(ControlTest, NestedCommandsAndIdsAreCompleted) {
  v1::MemberHold hold;
  hold.mutable_hold()->set_id("h-1");
  control().SetHolds({hold});
  service().SetMember(PlainMember("web-01", absl::Now()));
  EXPECT_THAT(Run({"__complete", "budget", "s"}).out, StartsWith("set\t"));
  EXPECT_EQ(Run({"__complete", "online", "--hold", ""}).out, "h-1\n");
  EXPECT_EQ(Run({"__complete", "drain", "web-02", "w"}).out, "web-01\n")
      << "one name after the other";
}

}  // namespace
}  // namespace roster::testing
