// Somebody dies, or cannot be reached, in the middle of a control action.

#include <signal.h>

#include "base/strings.h"
#include "tests/e2e/control_fixture.h"
#include "tests/e2e/witness.h"
#include "tests/support/tcp_proxy.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FailoverTest : public ControlE2eTest {
 protected:
  std::vector<v1::AuditEntry> Audited(Monitor& monitor,
                                      const std::string& action) {
    std::vector<v1::AuditEntry> entries;
    for (const v1::AuditEntry& entry : monitor.control.Audit())
      if (entry.action() == action) entries.push_back(entry);
    return entries;
  }
};

TEST_F(FailoverTest, F47_WhenTheLeaderDiesAnotherActsOnceAndNoStreamHasAGap) {
  auto first = StartMonitor();
  auto second = StartMonitor();
  EventRecorder first_events(first->rosterd->stub());
  EventRecorder second_events(second->rosterd->stub());
  EVENTUALLY(first->Leads() || second->Leads());
  Monitor& leader = first->Leads() ? *first : *second;
  Monitor& other = first->Leads() ? *second : *first;
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    names.push_back(base::StrCat("web-", i));
    Join(names.back());
  }
  EVENTUALLY(other.rosterd->Summary().present() == 5);

  // Due when nobody is elected.
  v1::TakeOfflineRequest request = Drain(names);
  request.mutable_expire_after()->set_seconds(
      absl::ToInt64Seconds(Scaled(absl::Seconds(1))));
  const auto taken = other.control.TakeOffline(request);
  ASSERT_TRUE(taken.ok()) << taken;
  leader.Kill9();
  EVENTUALLY(other.Leads());
  EVENTUALLY(other.rosterd->Summary().held() == 0);
  auto third = StartMonitor();

  const std::vector<v1::AuditEntry> expired = Audited(*third, "ExpireHold");
  ASSERT_THAT(expired, SizeIs(1));
  EXPECT_THAT(expired[0].targets(), SizeIs(5));
  EXPECT_EQ(expired[0].actor(), "rosterd");
  for (const std::string& name : names)
    EXPECT_EQ(third->control.Order(name).desired().epoch(), 2) << name;
  EXPECT_THAT(EventsOf(other, "", v1::EVENT_TYPE_HOLD_RELEASED), SizeIs(5));
  EXPECT_TRUE(first_events.GapFree());
  EXPECT_TRUE(second_events.GapFree());
}

TEST_F(FailoverTest, F60_AMemberThatDiesWhileItDrainsIsNotDrained) {
  auto monitor = StartMonitor();
  auto member = StartMember(
      "web-01", {"--gate", dir_.File("gate"), "--session-ms", "1000"});
  EVENTUALLY(monitor->rosterd->Summary().running_tasks() == 1);
  v1::TakeOfflineRequest request = Drain({"web-01"});
  request.mutable_pacing()->set_batch_size(1);
  request.mutable_pacing()->mutable_step_timeout()->set_seconds(1);
  const auto started = monitor->control.TakeOffline(request);
  ASSERT_TRUE(started.ok()) << started;
  const std::string id = started->operation().id();
  EVENTUALLY_THAT(monitor->Status("web-01"), "DRAINING");

  member->Kill(SIGKILL);
  EVENTUALLY(!monitor->rosterd->Get("web-01").present());

  // It is away, as ordered. But its work was not finished.
  EVENTUALLY(monitor->control.Operation(id).has_ended_at());
  const v1::Operation operation = monitor->control.Operation(id);
  EXPECT_EQ(operation.state(), v1::OPERATION_STATE_FAILED);
  EXPECT_EQ(operation.members(0).step(), v1::OPERATION_STEP_FAILED);
  EXPECT_THAT(operation.members(0).problem(), HasSubstr("vanished"));
  EXPECT_EQ(monitor->Status("web-01"), "OFFLINE");
  EXPECT_NE(monitor->rosterd->Get("web-01").reported_state(),
            v1::REPORTED_STATE_DRAINED);
  EXPECT_THAT(ReadJournal().Open(), SizeIs(1));

  // It comes back, and is still wanted offline.
  member = StartMember("web-01", {"--tasks", "0"});
  EVENTUALLY(monitor->rosterd->Get("web-01").present());
  EVENTUALLY_THAT(monitor->Status("web-01"), "OFFLINE");
}

TEST_F(FailoverTest, F60_WhoWaitsForADrainIsToldThatTheMemberDied) {
  auto monitor = StartMonitor();
  auto member = StartMember(
      "web-01", {"--gate", dir_.File("gate"), "--session-ms", "1000"});
  EVENTUALLY(monitor->rosterd->Summary().running_tasks() == 1);
  auto client = Subprocess::Start(
      {.argv = {RosterctlBinary(), "drain", "web-01", "--reason", "kernel",
                "--wait"},
       .env = {{"ROSTER_ENDPOINT", monitor->rosterd->grpc()}}});
  ASSERT_OK(client.status());
  EVENTUALLY(ReadJournal().Count("told") == 1);
  member->Kill(SIGKILL);
  const auto ended = (*client)->Wait(absl::Seconds(20));
  ASSERT_OK(ended.status());
  EXPECT_NE(ended->code, 0);
  EXPECT_THAT((*client)->Stderr(), HasSubstr("vanished before it was drained"));
  EXPECT_EQ(monitor->Status("web-01"), "OFFLINE") << "and still held";
}

TEST_F(FailoverTest, F60_WhatARosterdTookAlongIsFoundOutAtAnother) {
  TcpProxy proxy(server_.port());
  auto doomed = std::make_unique<Monitor>(proxy.ConnectString(chroot_));
  auto other = StartMonitor();
  Join("web-01");
  EVENTUALLY_THAT(doomed->Status("web-01"), "UP");
  EVENTUALLY_THAT(other->Status("web-01"), "UP");
  v1::TakeOfflineRequest request = Drain({"web-01"});
  request.set_request_id("open-1");

  // The order reaches ZooKeeper, the answer gets lost, and rosterd dies before
  // it can look again.
  proxy.CutBeforeReply("kernel upgrade");
  proxy.Refuse(true);
  const auto lost = doomed->control.Call(&ControlStub::TakeOffline, request,
                                         absl::Seconds(2));
  EXPECT_EQ(proxy.cuts_carried_out(), 1);
  EXPECT_FALSE(lost.ok()) << "it cannot know";
  doomed->Kill9();

  const auto told = other->control.TakeOffline(request);
  ASSERT_TRUE(told.ok()) << told;
  EXPECT_EQ(told->changes(0).epoch(), 1);
  EXPECT_EQ(other->control.Order("web-01").desired().epoch(), 1);
  EXPECT_THAT(Audited(*other, "TakeOffline"), SizeIs(1));
}

TEST_F(FailoverTest, F64_WithoutZooKeeperControlIsRefusedAndChangesNothing) {
  TcpProxy proxy(server_.port());
  auto monitor = std::make_unique<Monitor>(proxy.ConnectString(chroot_));
  Join("web-01");
  EVENTUALLY_THAT(monitor->Status("web-01"), "UP");
  proxy.Refuse(true);
  proxy.Cut();
  EVENTUALLY(!monitor->rosterd->Connected());
  EXPECT_EQ(monitor->control.TakeOffline(Drain({"web-01"})).error(),
            "UNAVAILABLE/ZOOKEEPER_UNAVAILABLE");
  EXPECT_FALSE(probe_.Exists("/roster/default/control/web-01"));
  EXPECT_EQ(monitor->Status("web-01"), "UP") << "the last view is served";
}

TEST_F(FailoverTest, F64_AStaleEpochIsRefusedAndAudited) {
  auto monitor = StartMonitor();
  Join("web-01");
  EVENTUALLY_THAT(monitor->Status("web-01"), "UP");
  ASSERT_TRUE(monitor->control.TakeOffline(Drain({"web-01"}, "alice")).ok());
  v1::BringOnlineRequest request = Release({"web-01"}, "bob");
  request.set_all_holds(true);
  request.set_expected_epoch(0);
  EXPECT_EQ(monitor->control.BringOnline(request).error(),
            "ABORTED/EPOCH_MISMATCH");
  EXPECT_THAT(monitor->control.Order("web-01").desired().holds(), SizeIs(1));
  const auto audit = Audited(*monitor, "BringOnline");
  ASSERT_THAT(audit, SizeIs(1));
  EXPECT_EQ(audit[0].actor(), "bob");
  EXPECT_EQ(audit[0].result(), "ABORTED");
  EXPECT_FALSE(audit[0].authenticated());
}

TEST_F(FailoverTest, F48_WhatCannotBeAuditedIsRefusedAndMonitoringGoesOn) {
  auto monitor = StartMonitor();
  Join("web-01");
  EVENTUALLY_THAT(monitor->Status("web-01"), "UP");
  EVENTUALLY(probe_.Exists("/roster/default/audit"));
  ASSERT_OK(probe_.MakeReadOnly("/roster/default/audit"));
  const auto refused = monitor->control.TakeOffline(Drain({"web-01"}));
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::PERMISSION_DENIED)
      << refused;
  EXPECT_THAT(monitor->control.Order("web-01").desired().holds(), IsEmpty());
  Join("web-02");
  EVENTUALLY_THAT(monitor->Status("web-02"), "UP");
}

}  // namespace
}  // namespace roster::testing
