// Operations go on by themselves, whoever dies.

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <thread>

#include "base/strings.h"
#include "tests/e2e/control_fixture.h"
#include "tests/e2e/witness.h"

namespace roster::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Names(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i)
    names.push_back(base::StrCat("web-", i / 10, i % 10));
  return names;
}

v1::RollingRestartRequest Restart(const std::string& selector, int batch_size) {
  v1::RollingRestartRequest request;
  request.set_selector(selector);
  request.set_actor("ops");
  request.set_reason("new kernel");
  request.mutable_pacing()->set_batch_size(batch_size);
  request.mutable_pacing()->mutable_min_healthy()->set_nanos(100'000'000);
  return request;
}

class OperationTest : public ControlE2eTest {
 protected:
  void StartMembers(int count) {
    members_ = StartMember(
        "web", {"--supervise", base::StrCat(count), "--task-seconds", "0.05"});
  }
  // Waits until the operation has gone so far, however long that takes; it
  // must go on.
  static ::testing::AssertionResult WaitForDone(ControlClient& control,
                                                const std::string& id,
                                                int done) {
    return WaitUntil([&] { return control.Operation(id).done() >= done; },
                     base::StrCat(done, " members are done"),
                     absl::Seconds(30));
  }

  std::unique_ptr<Subprocess> members_;
};

// Two rosterds of which the elected one is killed and replaced, and whoever
// follows their events.
class MonitorPair {
 public:
  explicit MonitorPair(std::function<std::unique_ptr<Monitor>()> start)
      : start_(std::move(start)) {
    Start();
    Start();
  }

  Monitor& alive() {
    for (const auto& monitor : monitors_)
      if (monitor->Alive()) return *monitor;
    std::abort();
  }
  // With -9; returns when the other is elected and a new one runs.
  void KillLeader() {
    Monitor* leader = nullptr;
    ASSERT_TRUE(WaitUntil([&] { return (leader = Leader()) != nullptr; },
                          "one is elected"));
    leader->Kill9();
    Start();
    ASSERT_TRUE(
        WaitUntil([&] { return Leader() != nullptr; }, "another is elected"));
  }
  const std::vector<std::unique_ptr<EventRecorder>>& recorders() const {
    return recorders_;
  }

 private:
  void Start() {
    monitors_.push_back(start_());
    recorders_.push_back(
        std::make_unique<EventRecorder>(monitors_.back()->rosterd->stub()));
  }
  Monitor* Leader() {
    const int64_t pid = alive().control.LeaderPid();
    for (const auto& monitor : monitors_)
      if (monitor->Alive() && monitor->rosterd->process().pid() == pid)
        return monitor.get();
    return nullptr;
  }

  const std::function<std::unique_ptr<Monitor>()> start_;
  std::vector<std::unique_ptr<Monitor>> monitors_;
  std::vector<std::unique_ptr<EventRecorder>> recorders_;  // of monitors_
};

TEST_F(OperationTest, ARollingRestartOutlivesThreeLeadersAndKeepsTheBudget) {
  constexpr int kMembers = 50;
  constexpr int kBudget = 5;
  MonitorPair monitors([this] { return StartMonitor(); });
  StartMembers(kMembers);
  ASSERT_TRUE(WaitUntil(
      [&] {
        const auto summary = monitors.alive().rosterd->Summary();
        return summary.present() == kMembers;
      },
      "all have joined", absl::Seconds(30)));
  const auto budget = monitors.alive().control.Call(
      &ControlStub::SetBudget,
      MaxUnavailable("web", "service=drain-member", base::StrCat(kBudget)));
  ASSERT_TRUE(budget.ok()) << budget;

  // More at a time than the budget allows: it is the budget that limits.
  const ZooKeeperWitness witness(servers_, Names(kMembers));
  const auto started = monitors.alive().control.Call(
      &ControlStub::RollingRestart, Restart("service=drain-member", 8));
  ASSERT_TRUE(started.ok()) << started;
  const std::string id = started->operation().id();
  for (const int done : {3, 15, 30}) {
    ASSERT_TRUE(WaitForDone(monitors.alive().control, id, done));
    const v1::Operation going = monitors.alive().control.Operation(id);
    ASSERT_EQ(going.state(), v1::OPERATION_STATE_RUNNING);
    ASSERT_NO_FATAL_FAILURE(monitors.KillLeader());
  }
  ASSERT_TRUE(WaitUntil(
      [&] {
        return monitors.alive().control.Operation(id).state() >=
               v1::OPERATION_STATE_SUCCEEDED;
      },
      "it has ended", absl::Seconds(60)));

  const v1::Operation operation = monitors.alive().control.Operation(id);
  EXPECT_EQ(operation.state(), v1::OPERATION_STATE_SUCCEEDED)
      << operation.problem();
  EXPECT_EQ(operation.done(), kMembers);
  const Journal journal = ReadJournal();
  for (const std::string& name : Names(kMembers)) {
    EXPECT_EQ(journal.Count("started", name), 2) << name;
    // Held once and released once: no step was taken twice.
    const v1::Desired order = monitors.alive().control.Order(name).desired();
    EXPECT_EQ(order.epoch(), 2) << name;
    EXPECT_THAT(order.holds(), IsEmpty()) << name;
  }
  EXPECT_EQ(journal.Count("dropped"), 0);
  EXPECT_THAT(journal.Lost(), IsEmpty());

  const ZooKeeperWitness::Counts seen = witness.counts();
  EXPECT_GT(seen.looks, 10);
  EXPECT_EQ(seen.most_held, kBudget) << "as many as allowed, and never more";
  EXPECT_LE(seen.most_away, kBudget);
  EXPECT_THAT(monitors.recorders(), SizeIs(5));
  for (const auto& recorder : monitors.recorders()) {
    EXPECT_TRUE(recorder->GapFree());
    EXPECT_LE(recorder->MostAway(), kBudget);
  }
  RecordProperty("looks", seen.looks);
}

TEST_F(OperationTest, AnOperationIsWatchedPausedAndResumed) {
  auto monitor = StartMonitor();
  StartMembers(4);
  EVENTUALLY(monitor->rosterd->Summary().present() == 4);
  v1::RollingRestartRequest request = Restart("*", 1);
  const auto started =
      monitor->control.Call(&ControlStub::RollingRestart, request);
  ASSERT_TRUE(started.ok()) << started;
  const std::string id = started->operation().id();

  std::vector<v1::Operation> states;
  std::thread reader([&] {
    grpc::ClientContext context;
    v1::WatchOperationRequest watch;
    watch.set_id(id);
    const auto stream = monitor->control.stub().WatchOperation(&context, watch);
    for (v1::WatchOperationResponse message; stream->Read(&message);)
      states.push_back(message.operation());
    EXPECT_TRUE(stream->Finish().ok());
  });
  EXPECT_TRUE(WaitForDone(monitor->control, id, 1));
  v1::PauseOperationRequest pause;
  pause.set_id(id);
  pause.set_actor("ops");
  const auto paused =
      monitor->control.Call(&ControlStub::PauseOperation, pause);
  EXPECT_TRUE(paused.ok()) << paused;
  EXPECT_TRUE(
      WaitUntil([&] { return monitor->control.Operation(id).in_flight() == 0; },
                "what was under way is done"));
  const v1::Operation resting = monitor->control.Operation(id);
  EXPECT_EQ(resting.state(), v1::OPERATION_STATE_PAUSED);
  EXPECT_LT(resting.done(), 4);
  EXPECT_EQ(monitor->rosterd->Summary().held(), 0);

  v1::ResumeOperationRequest resume;
  resume.set_id(id);
  resume.set_actor("ops");
  EXPECT_TRUE(
      monitor->control.Call(&ControlStub::ResumeOperation, resume).ok());
  EXPECT_TRUE(WaitForDone(monitor->control, id, 4));
  reader.join();
  EXPECT_EQ(states.back().state(), v1::OPERATION_STATE_SUCCEEDED);
  for (size_t i = 1; i < states.size(); ++i) {
    EXPECT_GT(states[i].revision(), states[i - 1].revision());
    EXPECT_GE(states[i].done(), states[i - 1].done());
    EXPECT_LE(states[i].in_flight(), 1);
  }
}

// What is cancelled lets go of who was under way, and touches nobody else.
TEST_F(OperationTest, F63_ACancelledRestartReleasesWhoWasUnderWay) {
  auto monitor = StartMonitor();
  const std::string gate = dir_.File("gate");
  members_ = StartMember("web", {"--supervise", "3", "--gate", gate});
  EVENTUALLY(monitor->rosterd->Summary().running_tasks() == 3);
  const auto started =
      monitor->control.Call(&ControlStub::RollingRestart, Restart("*", 1));
  ASSERT_TRUE(started.ok()) << started;
  EVENTUALLY_THAT(monitor->Status("web-00"), "DRAINING");

  v1::CancelOperationRequest cancel;
  cancel.set_id(started->operation().id());
  cancel.set_actor("ops");
  const auto cancelled =
      monitor->control.Call(&ControlStub::CancelOperation, cancel);
  ASSERT_TRUE(cancelled.ok()) << cancelled;
  EVENTUALLY_THAT(monitor->Status("web-00"), "UP");
  EXPECT_EQ(monitor->control.Operation(cancel.id()).state(),
            v1::OPERATION_STATE_CANCELLED);
  EXPECT_EQ(monitor->rosterd->Summary().held(), 0);
  EXPECT_EQ(ReadJournal().Count("started"), 3);
  EXPECT_EQ(ReadJournal().Count("dropped"), 0);
}

}  // namespace
}  // namespace roster::testing
