// Members are drained: what Nomad's drainer tests ask, and what only we
// promise. The members are processes, with tasks that end when the test lets
// them.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include "base/strings.h"
#include "tests/e2e/control_fixture.h"

namespace roster::testing {
namespace {

using ::testing::IsEmpty;

class DrainTest : public ControlE2eTest {
 protected:
  DrainTest() = default;
  explicit DrainTest(ZkServer& server) : ControlE2eTest(server) {}

  void SetUp() override { monitor_ = StartMonitor(); }

  // A member with three tasks, which end after OpenGate() only.
  void StartBusy(const std::string& name,
                 const std::vector<std::string>& more = {}) {
    std::vector<std::string> flags = {"--tasks", "3", "--gate", gate_};
    flags.insert(flags.end(), more.begin(), more.end());
    member_ = StartMember(name, flags);
    EVENTUALLY_THAT(RunningTasks(name), 3);
    EVENTUALLY_THAT(monitor_->Status(name), "UP");
  }
  void OpenGate() { WriteFile(gate_, "open"); }

  int RunningTasks(const std::string& name) {
    int running = 0;
    const v1::Member member = monitor_->rosterd->Get(name);
    for (const v1::Task& task : member.tasks())
      running += task.state() == v1::TASK_STATE_RUNNING;
    return running;
  }
  v1::ReportedState Reported(const std::string& name) {
    return monitor_->rosterd->Get(name).reported_state();
  }
  size_t Events(const std::string& name, v1::EventType type) {
    return EventsOf(*monitor_, name, type).size();
  }

  const std::string gate_ = dir_.File("gate");
  std::unique_ptr<Monitor> monitor_;
  std::unique_ptr<Subprocess> member_;
};

// Nomad: TestDrainer_Simple_ServiceOnly, TestDrainer_AllTypes_NoDeadline.
TEST_F(DrainTest, F63_WithoutADeadlineWorkTakesAsLongAsItTakes) {
  StartBusy("web-01");
  ASSERT_TRUE(monitor_->control.TakeOffline(Drain({"web-01"})).ok());

  EVENTUALLY(ReadJournal().Count("told") == 1);
  EVENTUALLY_THAT(Reported("web-01"), v1::REPORTED_STATE_DRAINING);
  EXPECT_EQ(monitor_->Status("web-01"), "DRAINING");
  EXPECT_EQ(RunningTasks("web-01"), 3);
  EXPECT_FALSE(monitor_->rosterd->Get("web-01").drain_overdue());
  OpenGate();
  EVENTUALLY_THAT(monitor_->Status("web-01"), "OFFLINE");

  EXPECT_EQ(Reported("web-01"), v1::REPORTED_STATE_DRAINED);
  EXPECT_THAT(ReadJournal().Open(), IsEmpty());
  EXPECT_EQ(ReadJournal().Count("dropped"), 0);
  EXPECT_EQ(ReadJournal().Count("began"), 3) << "nothing new was taken on";
  EXPECT_EQ(Events("web-01", v1::EVENT_TYPE_DRAIN_OVERDUE), 0);
}

// Nomad: TestDrainer_DrainEmptyNode.
TEST_F(DrainTest, F63_AMemberWithoutWorkIsDrainedAtOnce) {
  member_ = StartMember("web-01", {"--tasks", "0"});
  EVENTUALLY_THAT(monitor_->Status("web-01"), "UP");
  ASSERT_TRUE(monitor_->control.TakeOffline(Drain({"web-01"})).ok());
  EVENTUALLY_THAT(monitor_->Status("web-01"), "OFFLINE");
  EXPECT_EQ(Reported("web-01"), v1::REPORTED_STATE_DRAINED);
}

// Nomad: TestDrainer_Simple_Deadline, TestDrainer_AllTypes_Deadline.
TEST_F(DrainTest, F63_PastItsDeadlineADrainIsOverdueAndMayBeEvicted) {
  StartBusy("web-01", {"--stubborn"});
  v1::EvictRequest evict;
  evict.set_name("web-01");
  evict.set_actor("ops");
  evict.set_reason("hung");
  v1::TakeOfflineRequest drain = Drain({"web-01"});
  drain.mutable_drain_timeout()->set_seconds(
      absl::ToInt64Seconds(Scaled(absl::Seconds(2))));
  ASSERT_TRUE(monitor_->control.TakeOffline(drain).ok());
  EXPECT_EQ(monitor_->control.Call(&ControlStub::Evict, evict).error(),
            "FAILED_PRECONDITION/DEADLINE_NOT_PASSED");

  EVENTUALLY(monitor_->rosterd->Get("web-01").drain_overdue());
  EVENTUALLY(Events("web-01", v1::EVENT_TYPE_DRAIN_OVERDUE) == 1);
  EXPECT_EQ(monitor_->Status("web-01"), "DRAINING");
  EXPECT_EQ(monitor_->rosterd->Summary().overdue(), 1);
  const int64_t czxid = monitor_->rosterd->Get("web-01").czxid();
  const auto evicted = monitor_->control.Call(&ControlStub::Evict, evict);
  ASSERT_TRUE(evicted.ok()) << evicted;
  EXPECT_EQ(evicted->czxid(), czxid);

  // It registers again by itself, and is held still.
  EVENTUALLY(monitor_->rosterd->Get("web-01").czxid() > czxid);
  EXPECT_EQ(monitor_->Status("web-01"), "DRAINING");
  bool was_up = false;
  for (const v1::Event& event : monitor_->rosterd->Events())
    was_up |= event.czxid() > czxid && event.status() == v1::MEMBER_STATUS_UP;
  EXPECT_FALSE(was_up);
}

// Nomad: TestDrainer_Batch_TransitionToForce.
TEST_F(DrainTest, F63_ADrainThatTakesTooLongIsTurnedIntoAForcedOne) {
  StartBusy("web-01");
  const auto drained = monitor_->control.TakeOffline(Drain({"web-01"}));
  ASSERT_TRUE(drained.ok()) << drained;
  EVENTUALLY_THAT(monitor_->Status("web-01"), "DRAINING");
  v1::TakeOfflineRequest harder = Drain({"web-01"});
  harder.set_mode(v1::HOLD_MODE_IMMEDIATE);
  const auto forced = monitor_->control.TakeOffline(harder);
  ASSERT_TRUE(forced.ok()) << forced;

  EVENTUALLY_THAT(monitor_->Status("web-01"), "OFFLINE");
  EXPECT_EQ(forced->changes(0).hold_id(), drained->changes(0).hold_id());
  EXPECT_EQ(ReadJournal().Count("told"), 2);
  EXPECT_EQ(ReadJournal().Count("dropped"), 3);
  EXPECT_THAT(ReadJournal().Open(), IsEmpty());
}

// Nomad: NodeDrainWatcher add, update, remove.
TEST_F(DrainTest, F63_ADrainIsWatchedChangedAndCancelled) {
  StartBusy("web-01");
  v1::TakeOfflineRequest drain = Drain({"web-01"});
  drain.mutable_drain_timeout()->set_seconds(3600);
  ASSERT_TRUE(monitor_->control.TakeOffline(drain).ok());
  EVENTUALLY_THAT(monitor_->Status("web-01"), "DRAINING");
  const v1::Hold first = monitor_->control.Order("web-01").desired().holds(0);

  drain.mutable_drain_timeout()->set_seconds(60);
  ASSERT_TRUE(monitor_->control.TakeOffline(drain).ok());
  const v1::Hold second = monitor_->control.Order("web-01").desired().holds(0);
  EXPECT_EQ(second.id(), first.id());
  EXPECT_EQ(second.created_at().seconds(), first.created_at().seconds());
  EXPECT_LT(second.deadline().seconds(), first.deadline().seconds());
  EVENTUALLY(ReadJournal().Count("told") == 2);

  ASSERT_TRUE(monitor_->control.BringOnline(Release({"web-01"})).ok());
  EVENTUALLY_THAT(monitor_->Status("web-01"), "UP");
  EVENTUALLY(ReadJournal().Count("released") == 1);
  EXPECT_EQ(RunningTasks("web-01"), 3) << "it went on with what it had";
  EXPECT_EQ(ReadJournal().Count("dropped"), 0);
  EXPECT_EQ(Events("web-01", v1::EVENT_TYPE_HOLD_PLACED), 2);
  EXPECT_EQ(Events("web-01", v1::EVENT_TYPE_HOLD_RELEASED), 1);
}

// Nomad: NodeDrainWatcher complete; a drain that is complete stays in force.
TEST_F(DrainTest, F63_ACompleteDrainStaysUntilTheLastHoldEnds) {
  StartBusy("web-01");
  ASSERT_TRUE(monitor_->control.TakeOffline(Drain({"web-01"}, "ops")).ok());
  ASSERT_TRUE(monitor_->control.TakeOffline(Drain({"web-01"}, "dba")).ok());
  OpenGate();
  EVENTUALLY_THAT(monitor_->Status("web-01"), "OFFLINE");
  ASSERT_TRUE(monitor_->control.BringOnline(Release({"web-01"}, "ops")).ok());
  EXPECT_EQ(monitor_->Status("web-01"), "OFFLINE");
  EXPECT_EQ(monitor_->control.BringOnline(Release({"web-01"}, "ops")).error(),
            "FAILED_PRECONDITION/HOLD_NOT_FOUND");

  ASSERT_TRUE(monitor_->control.BringOnline(Release({"web-01"}, "dba")).ok());
  EVENTUALLY_THAT(monitor_->Status("web-01"), "UP");
  EVENTUALLY(ReadJournal().Count("began") > 3);
}

TEST_F(DrainTest, F63_ADrainGoesOnWithoutTheClientThatAskedForIt) {
  StartBusy("web-01");
  auto client = Subprocess::Start(
      {.argv = {RosterctlBinary(), "drain", "web-01", "--reason", "kernel",
                "--wait"},
       .env = {{"ROSTER_ENDPOINT", monitor_->rosterd->grpc()}}});
  ASSERT_OK(client.status());
  EVENTUALLY_THAT(monitor_->Status("web-01"), "DRAINING");
  // It watches; before that, a signal ends it as it ends any program.
  EVENTUALLY(!(*client)->Stdout().empty());
  ASSERT_TRUE((*client)->Running()) << (*client)->Stderr();
  (*client)->Kill(SIGINT);
  ASSERT_OK((*client)->Wait(absl::Seconds(5)).status());

  EXPECT_EQ(monitor_->Status("web-01"), "DRAINING");
  OpenGate();
  EVENTUALLY_THAT(monitor_->Status("web-01"), "OFFLINE");
  EXPECT_THAT(ReadJournal().Open(), IsEmpty());
}

TEST_F(DrainTest, AMemberWithoutControlIsOfflineForAllWhoAsk) {
  ASSERT_OK(
      probe_.Create("/clusterServer/plain", "", NodeKind::kEphemeral).status());
  EVENTUALLY_THAT(monitor_->Status("plain"), "UP");
  ASSERT_TRUE(monitor_->control.TakeOffline(Drain({"plain"})).ok());
  EXPECT_EQ(monitor_->Status("plain"), "OFFLINE");
  EXPECT_FALSE(monitor_->rosterd->Get("plain").has_applied_epoch());
}

// With a ZooKeeper that may be killed.
class DrainThroughRestartsTest : public DrainTest {
 protected:
  DrainThroughRestartsTest() : DrainTest(OwnServer()) {}
  ~DrainThroughRestartsTest() override {
    member_.reset();
    monitor_.reset();
  }
  static void TearDownTestSuite() { own_server_.reset(); }

 private:
  static ZkServer& OwnServer() {
    own_server_ = std::make_unique<ZkServer>();
    return *own_server_;
  }
  static std::unique_ptr<ZkServer> own_server_;
};
std::unique_ptr<ZkServer> DrainThroughRestartsTest::own_server_;

TEST_F(DrainThroughRestartsTest,
       NoTaskIsLostAndOfflineStaysOfflineUntilReleased) {
  auto second = StartMonitor();
  StartBusy("web-01", {"--session-ms", "8000"});
  ASSERT_TRUE(monitor_->control.TakeOffline(Drain({"web-01"})).ok());
  EVENTUALLY_THAT(Reported("web-01"), v1::REPORTED_STATE_DRAINING);

  // Everything goes while it drains.
  const auto restart_everything = [&] {
    monitor_->Kill9();
    second->Kill9();
    server_.Kill9();
    ASSERT_OK(server_.Start());
    monitor_ = StartMonitor();
    second = StartMonitor();
  };
  restart_everything();
  EXPECT_EQ(monitor_->Status("web-01"), "DRAINING");
  EXPECT_TRUE(member_->Running());
  OpenGate();
  EVENTUALLY_THAT(monitor_->Status("web-01"), "OFFLINE");
  EXPECT_EQ(Reported("web-01"), v1::REPORTED_STATE_DRAINED);
  EXPECT_THAT(ReadJournal().Open(), IsEmpty());
  EXPECT_EQ(ReadJournal().Count("dropped"), 0);
  EXPECT_EQ(ReadJournal().Count("finished"), 3);

  // The service ends, is started again, and everything goes once more.
  member_->Kill(SIGTERM);
  ASSERT_OK(member_->Wait(absl::Seconds(10)).status());
  EVENTUALLY(!monitor_->rosterd->Get("web-01").present());
  EXPECT_EQ(monitor_->Status("web-01"), "OFFLINE");
  restart_everything();
  EXPECT_EQ(monitor_->Status("web-01"), "OFFLINE");
  member_ = StartMember("web-01", {"--tasks", "3", "--gate", gate_});
  EVENTUALLY(monitor_->rosterd->Get("web-01").present());
  EVENTUALLY_THAT(monitor_->Status("web-01"), "OFFLINE");
  EXPECT_EQ(ReadJournal().Count("began"), 3) << "it took on work while held";
  EXPECT_EQ(EventsOf(*monitor_, "web-01", v1::EVENT_TYPE_LOST).size(), 0);

  ASSERT_TRUE(second->control.BringOnline(Release({"web-01"})).ok());
  EVENTUALLY_THAT(monitor_->Status("web-01"), "UP");
  EVENTUALLY(ReadJournal().Count("began") > 3);
}

}  // namespace
}  // namespace roster::testing
