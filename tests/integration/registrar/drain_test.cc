// Being taken offline: what the service is told, and what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"

namespace roster::registrar {
namespace {

using ::roster::testing::StatusIs;
using ::roster::testing::TcpProxy;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What the service was told.
//
// Thread-safety: thread-safe.
class Told {
 public:
  void AddDrain(const DrainRequest& request) {
    base::MutexLock lock(&mu_);
    drains_.push_back(request);
  }
  void AddOnline() {
    base::MutexLock lock(&mu_);
    ++onlines_;
  }
  std::vector<DrainRequest> drains() const {
    base::MutexLock lock(&mu_);
    return drains_;
  }
  std::vector<int64_t> epochs() const {
    std::vector<int64_t> epochs;
    for (const DrainRequest& request : drains())
      epochs.push_back(request.epoch);
    return epochs;
  }
  int onlines() const {
    base::MutexLock lock(&mu_);
    return onlines_;
  }

 private:
  mutable base::Mutex mu_;
  std::vector<DrainRequest> drains_ ABSL_GUARDED_BY(mu_);
  int onlines_ ABSL_GUARDED_BY(mu_) = 0;
};

// The order that an operator would write.
model::Order Held(int64_t epoch, std::vector<model::Hold> holds) {
  model::Order order;
  order.epoch = epoch;
  order.holds = std::move(holds);
  return order;
}

const model::Hold kOps = {.id = "h-1", .owner = "ops", .reason = "kernel"};
const model::Hold kNight = {.id = "h-2", .owner = "night"};

class DrainTest : public RegistrarTest {
 protected:
  using RegistrarTest::RegistrarTest;

  // Of a service that is told of orders.
  RegistrarOptions DrainOptions() {
    RegistrarOptions options = Options();
    options.on_drain = [told = told_](const DrainRequest& request) {
      told->AddDrain(request);
    };
    options.on_online = [told = told_] { told->AddOnline(); };
    return options;
  }

  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
};

TEST_F(DrainTest, ServiceIsToldWhoWhyAndUntilWhen) {
  const auto registrar = MakeRegistered(DrainOptions());
  const absl::Time soon = absl::FromUnixSeconds(2'000'000'000);
  const absl::Time later = soon + absl::Hours(1);
  model::Hold first = kOps;
  first.ticket = "OPS-12";
  first.deadline = later;
  model::Hold second = kNight;
  second.deadline = soon;
  WriteOrder(Held(4, {first, second}));

  EVENTUALLY_THAT(told_->epochs(), ElementsAre(4));
  const DrainRequest request = told_->drains()[0];
  EXPECT_THAT(request.holds, ElementsAre(first, second));
  EXPECT_EQ(request.mode, model::HoldMode::kDrain);
  EXPECT_EQ(request.deadline, soon);
  EXPECT_FALSE(request.restart);
  EVENTUALLY(State() == "DRAINING");
  EXPECT_EQ(Record()->state_reason, "held by ops: kernel (and 1 more)");
  EXPECT_EQ(Record()->applied_epoch, 4);
  EXPECT_TRUE(registrar->status().held);
  EXPECT_EQ(registrar->status().drain_deadline, soon);
}

TEST_F(DrainTest, DrainsUntilDoneIsSaidOnAnyThread) {
  const auto registrar = MakeRegistered(DrainOptions());
  Task task = registrar->StartTask("reindex");
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(1));
  task.Finish();
  EVENTUALLY(Record()->tasks[0].state == model::TaskState::kSucceeded);
  EXPECT_EQ(State(), "DRAINING");  // no task runs, but the service decides

  std::thread([drain = told_->drains()[0].drain] {
    drain.Done();
    drain.Done();
  }).join();
  EVENTUALLY(State() == "DRAINED");
  EVENTUALLY_THAT(registrar->status().written_state,
                  Eq(model::ReportedState::kDrained));
}

TEST_F(DrainTest, RunningTasksDoNotHoldDoneUp) {
  const auto registrar = MakeRegistered(DrainOptions());
  Task task = registrar->StartTask("long poll");
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(1));
  told_->drains()[0].drain.Done();

  EVENTUALLY(State() == "DRAINED");
  EXPECT_EQ(Record()->tasks[0].state, model::TaskState::kRunning);
}

TEST_F(DrainTest, ReleaseOfTheLastHoldBringsItsOwnStateBack) {
  const auto registrar = MakeRegistered(DrainOptions());
  registrar->SetState(model::ReportedState::kDegraded, "slow disk");
  WriteOrder(Held(1, {kOps, kNight}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(1));
  told_->drains()[0].drain.Done();
  EVENTUALLY(State() == "DRAINED");

  WriteOrder(Held(2, {kNight}));
  EVENTUALLY_THAT(told_->epochs(), ElementsAre(1, 2));
  EVENTUALLY_THAT(Record()->applied_epoch, Eq(2));
  EXPECT_EQ(State(), "DRAINED");  // what is finished stays finished
  EXPECT_EQ(told_->onlines(), 0);

  WriteOrder(Held(3, {}));
  EVENTUALLY_THAT(told_->onlines(), Eq(1));
  EVENTUALLY(State() == "DEGRADED");
  EXPECT_EQ(Record()->state_reason, "slow disk");
  EVENTUALLY(!registrar->status().held);
  EXPECT_THAT(told_->drains(), SizeIs(2));
}

TEST_F(DrainTest, F63_ChangedOrderIsToldAgainAndTheOldHandleStillWorks) {
  const auto registrar = MakeRegistered(DrainOptions());
  model::Hold hold = kOps;
  WriteOrder(Held(1, {hold}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(1));
  hold.deadline = absl::FromUnixSeconds(2'000'000'000);
  WriteOrder(Held(2, {hold}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(2));
  hold.mode = model::HoldMode::kImmediate;
  WriteOrder(Held(3, {hold, kNight}));
  EVENTUALLY_THAT(told_->epochs(), ElementsAre(1, 2, 3));

  const auto drains = told_->drains();
  EXPECT_EQ(drains[0].deadline, absl::InfiniteFuture());
  EXPECT_EQ(drains[1].deadline, hold.deadline);
  EXPECT_EQ(drains[1].mode, model::HoldMode::kDrain);
  EXPECT_EQ(drains[2].mode, model::HoldMode::kImmediate);
  EVENTUALLY_THAT(Record()->applied_epoch, Eq(3));
  EXPECT_EQ(State(), "DRAINING");
  drains[0].drain.Done();
  EVENTUALLY(State() == "DRAINED");
}

TEST_F(DrainTest, OrderThatOnlyRaisesTheEpochIsNotToldAgain) {
  const auto registrar = MakeRegistered(DrainOptions());
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(1));
  model::Order order = Held(2, {kOps});
  order.forgotten_czxid = 7;
  WriteOrder(order);

  EVENTUALLY_THAT(Record()->applied_epoch, Eq(2));
  EXPECT_THAT(told_->drains(), SizeIs(1));
}

TEST_F(DrainTest, HandleOfAnEarlierDrainDoesNothing) {
  const auto registrar = MakeRegistered(DrainOptions());
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(1));
  const Drain old = told_->drains()[0].drain;
  WriteOrder(Held(2, {}));
  EVENTUALLY(State() == "UP");
  old.Done();  // nobody asks
  WriteOrder(Held(3, {kOps}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(2));
  old.Done();

  registrar->SetGauge("after", 1);
  EVENTUALLY(Record()->gauges.contains("after"));
  EXPECT_EQ(State(), "DRAINING");
  told_->drains()[1].drain.Done();
  EVENTUALLY(State() == "DRAINED");
}

TEST_F(DrainTest, ImmediateWithoutACallbackIsDrainedAtOnce) {
  const auto registrar = MakeRegistered();
  Task task = registrar->StartTask("reindex");
  model::Hold hold = kOps;
  WriteOrder(Held(1, {hold}));
  EVENTUALLY(State() == "DRAINING");

  hold.mode = model::HoldMode::kImmediate;
  WriteOrder(Held(2, {hold}));
  EVENTUALLY(State() == "DRAINED");
  EXPECT_EQ(Record()->tasks[0].state, model::TaskState::kRunning);
}

TEST_F(DrainTest, HeldFromTheStartIsToldBeforeItRegistersAndIsNeverUp) {
  WriteOrder(Held(7, {kOps}));
  std::atomic<bool> registered_when_told = true;
  RegistrarOptions options = DrainOptions();
  options.on_drain = [this, &registered_when_told](const DrainRequest& r) {
    registered_when_told = probe_.Exists(kPath);
    told_->AddDrain(r);
  };
  const auto registrar = MakeRegistered(std::move(options));

  EXPECT_THAT(told_->epochs(), ElementsAre(7));
  EXPECT_FALSE(registered_when_told);
  EXPECT_EQ(State(), "DRAINING");
  EXPECT_EQ(probe_.Stat(kPath)->version, 0);  // the very first record
  told_->drains()[0].drain.Done();
  EVENTUALLY(State() == "DRAINED");
  EXPECT_EQ(probe_.Stat(kPath)->version, 1);
}

TEST_F(DrainTest, DoneInTheCallbackMakesTheFirstRecordDrained) {
  WriteOrder(Held(7, {kOps}));
  RegistrarOptions options = DrainOptions();
  options.on_drain = [](const DrainRequest& request) { request.drain.Done(); };
  const auto registrar = MakeRegistered(std::move(options));

  EXPECT_EQ(State(), "DRAINED");
  EXPECT_EQ(probe_.Stat(kPath)->version, 0);
}

TEST_F(DrainTest, RestartIsAskedOfTheProcessThatWasThereNotOfTheNextOne) {
  model::Hold hold = kOps;
  hold.restart = true;
  {
    const auto registrar = MakeRegistered(DrainOptions());
    WriteOrder(Held(1, {hold, kNight}));
    EVENTUALLY_THAT(told_->drains(), SizeIs(1));
    EXPECT_FALSE(told_->drains()[0].restart);  // the other hold does not
    WriteOrder(Held(2, {hold}));
    EVENTUALLY_THAT(told_->drains(), SizeIs(2));
    EXPECT_TRUE(told_->drains()[1].restart);
  }
  const auto restarted = MakeRegistered(DrainOptions());
  EVENTUALLY_THAT(told_->drains(), SizeIs(3));
  EXPECT_FALSE(told_->drains()[2].restart);
  EXPECT_EQ(State(), "DRAINING");

  // A later one is meant for it.
  model::Hold next = kNight;
  next.restart = true;
  WriteOrder(Held(3, {hold, next}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(4));
  EXPECT_TRUE(told_->drains()[3].restart);
}

TEST_F(DrainTest, StaleAndBrokenOrdersAreReportedAndNotTold) {
  const auto registrar = MakeRegistered(DrainOptions());
  WriteOrder(Held(5, {kOps}));
  EVENTUALLY_THAT(told_->drains(), SizeIs(1));
  WriteOrder(Held(4, {}));
  EVENTUALLY_THAT(registrar->status().order_error,
                  StatusIs(absl::StatusCode::kFailedPrecondition,
                           HasSubstr("epoch 4 is not newer than 5")));
  const std::string broken = "{\"v\":1,\"epoch\":6,\"holds\":[{}]}";
  ASSERT_OK(probe_.Set(kOrderPath, broken));
  EVENTUALLY_THAT(registrar->status().order_error,
                  StatusIs(absl::StatusCode::kInvalidArgument));

  EXPECT_EQ(State(), "DRAINING");
  EXPECT_EQ(Record()->applied_epoch, 5);
  EXPECT_THAT(probe_.Get(kOrderPath), testing::IsOkAndHolds(broken));
  EXPECT_EQ(told_->onlines(), 0);
  WriteOrder(Held(6, {}));
  EVENTUALLY(State() == "UP");
  EXPECT_THAT(told_->epochs(), ElementsAre(5));
}

TEST_F(DrainTest, F64_OrdersGivenDuringACutAreToldAfterIt) {
  TcpProxy proxy(server_.port());
  RegistrarOptions options = DrainOptions();
  options.servers = proxy.ConnectString(chroot_);
  options.session_timeout = absl::Seconds(30);
  const auto registrar = MakeRegistered(std::move(options));
  const int64_t czxid = Czxid();
  proxy.Refuse(true);
  proxy.Cut();
  WriteOrder(Held(1, {kOps}));
  WriteOrder(Held(2, {}));
  WriteOrder(Held(3, {kNight}));
  proxy.Refuse(false);

  EVENTUALLY_THAT(told_->epochs(), ElementsAre(3));
  EXPECT_THAT(told_->drains()[0].holds, ElementsAre(kNight));
  EVENTUALLY(State() == "DRAINING");
  EXPECT_EQ(Czxid(), czxid);
}

// What is said while the connection is cut arrives after it.
TEST_F(DrainTest, DoneDuringACutArrivesAfterIt) {
  TcpProxy proxy(server_.port());
  RegistrarOptions options = DrainOptions();
  options.servers = proxy.ConnectString(chroot_);
  options.session_timeout = absl::Seconds(30);
  const auto registrar = MakeRegistered(std::move(options));
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY(State() == "DRAINING");
  proxy.Refuse(true);
  proxy.Cut();
  told_->drains()[0].drain.Done();
  EVENTUALLY_THAT(registrar->status().reported_state,
                  Eq(model::ReportedState::kDrained));
  EXPECT_EQ(registrar->status().written_state, model::ReportedState::kDraining);
  proxy.Refuse(false);

  EVENTUALLY(State() == "DRAINED");
  EXPECT_THAT(told_->drains(), SizeIs(1));
}

TEST_F(DrainTest, F10_ExpiryWhileDrainingComesBackDraining) {
  const auto registrar = MakeRegistered(DrainOptions());
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY(State() == "DRAINING");
  const int64_t czxid = Czxid();
  ASSERT_OK(probe_.ExpireSession(Owner()));

  EVENTUALLY(Czxid() > czxid);
  EXPECT_EQ(State(), "DRAINING");
  EXPECT_EQ(probe_.Stat(kPath)->version, 0);
  EXPECT_THAT(told_->drains(), SizeIs(1));  // nothing new to tell
  told_->drains()[0].drain.Done();
  EVENTUALLY(State() == "DRAINED");
}

TEST_F(DrainTest, EvictedWhileHeldComesBackHeldNotUp) {
  const auto registrar = MakeRegistered(DrainOptions());
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY(State() == "DRAINING");
  const int64_t czxid = Czxid();
  ASSERT_OK(probe_.Delete(kPath));

  EVENTUALLY(Czxid() > czxid);
  EXPECT_EQ(State(), "DRAINING");
  EXPECT_EQ(Record()->applied_epoch, 1);
  EXPECT_EQ(probe_.Stat(kPath)->version, 0);
}

TEST_F(DrainTest, CallbacksThatThrowAreContained) {
  RegistrarOptions options = DrainOptions();
  options.on_drain = [](const DrainRequest& request) {
    request.drain.Done();
    throw std::runtime_error("from the service");
  };
  options.on_online = [] { throw 42; };
  const auto registrar = MakeRegistered(std::move(options));
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY(State() == "DRAINED");
  WriteOrder(Held(2, {}));
  EVENTUALLY(State() == "UP");

  EXPECT_EQ(
      log_.Count(base::LogLevel::kError, "on_drain threw: from the service"),
      1);
  EXPECT_EQ(log_.Count(base::LogLevel::kError, "on_online threw"), 1);
}

TEST_F(DrainTest, CallbackMayUseTheRegistrarButNotLeave) {
  std::atomic<Registrar*> self = nullptr;
  std::atomic<absl::StatusCode> left = absl::StatusCode::kOk;
  RegistrarOptions options = DrainOptions();
  options.on_drain = [&](const DrainRequest& request) {
    Registrar* registrar = self;
    registrar->SetLabel("draining", "yes");
    left = registrar->Leave().code();
    request.drain.Done();
  };
  const auto registrar = MakeRegistered(std::move(options));
  self = registrar.get();
  WriteOrder(Held(1, {kOps}));

  EVENTUALLY(State() == "DRAINED");
  EXPECT_EQ(left, absl::StatusCode::kFailedPrecondition);
  EVENTUALLY(Record()->labels.contains("draining"));
}

TEST_F(DrainTest, HandleMayOutliveTheRegistrar) {
  WriteOrder(Held(1, {kOps}));
  MakeRegistered(DrainOptions()).reset();

  ASSERT_THAT(told_->drains(), SizeIs(1));
  told_->drains()[0].drain.Done();
  EXPECT_FALSE(probe_.Exists(kPath));
}

TEST_F(DrainTest, ManyThreadsSayDoneWhileOrdersChange) {
  const auto registrar = MakeRegistered(DrainOptions());
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      while (!stop)
        for (const DrainRequest& request : told_->drains())
          request.drain.Done();
    });
  int64_t epoch = 0;
  for (int i = 0; i < 20; ++i) {
    WriteOrder(Held(++epoch, {kOps}));
    EXPECT_TRUE(testing::WaitUntil([&] { return State() == "DRAINED"; },
                                   "it is drained"));
    WriteOrder(Held(++epoch, {}));
    EXPECT_TRUE(
        testing::WaitUntil([&] { return State() == "UP"; }, "it is UP"));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(told_->drains(), SizeIs(20));
  EXPECT_EQ(told_->onlines(), 20);
}

// A service of several workers with a queue of jobs, as many are.
class JobService {
 public:
  RegistrarOptions Options(RegistrarOptions options) {
    options.on_drain = [this](const DrainRequest& request) {
      base::MutexLock lock(&mu_);
      drain_ = request.drain;
      open_ = false;
      if (working_ == 0) drain_.Done();
    };
    options.on_online = [this] {
      base::MutexLock lock(&mu_);
      open_ = true;
    };
    return options;
  }

  // Takes jobs until `stop`; each ends when `may_end`.
  void Work(Registrar& registrar, const std::atomic<bool>& stop,
            const std::atomic<bool>& may_end) {
    while (!stop) {
      {
        base::MutexLock lock(&mu_);
        if (!open_) continue;
        ++working_;
        ++begun_;
      }
      Task task = registrar.StartTask("job", 1);
      while (!may_end && !stop) std::this_thread::yield();
      task.Advance();
      task.Finish();
      base::MutexLock lock(&mu_);
      ++finished_;
      if (--working_ == 0 && !open_) drain_.Done();
    }
  }

  int begun() const {
    base::MutexLock lock(&mu_);
    return begun_;
  }
  int finished() const {
    base::MutexLock lock(&mu_);
    return finished_;
  }

 private:
  mutable base::Mutex mu_;
  Drain drain_ ABSL_GUARDED_BY(mu_);
  bool open_ ABSL_GUARDED_BY(mu_) = true;
  int working_ ABSL_GUARDED_BY(mu_) = 0;
  int begun_ ABSL_GUARDED_BY(mu_) = 0;
  int finished_ ABSL_GUARDED_BY(mu_) = 0;
};

TEST_F(DrainTest, F63_RunningWorkIsFinishedAndNoneIsLost) {
  constexpr int kWorkers = 3;
  JobService service;
  const auto registrar = MakeRegistered(service.Options(Options()));
  std::atomic<bool> stop = false;
  std::atomic<bool> may_end = false;
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i)
    workers.emplace_back([&] { service.Work(*registrar, stop, may_end); });
  const auto running = [&] {
    int count = 0;
    const auto record = Record();
    for (const model::Task& task : record->tasks)
      count += task.state == model::TaskState::kRunning;
    return count;
  };
  EXPECT_TRUE(
      testing::WaitUntil([&] { return running() == kWorkers; }, "all work"));

  WriteOrder(Held(1, {kOps}));
  EXPECT_TRUE(
      testing::WaitUntil([&] { return State() == "DRAINING"; }, "it drains"));
  EXPECT_EQ(running(), kWorkers);
  may_end = true;
  EXPECT_TRUE(testing::WaitUntil([&] { return State() == "DRAINED"; },
                                 "it is drained"));
  EXPECT_EQ(service.begun(), kWorkers);
  EXPECT_EQ(service.finished(), kWorkers);
  EXPECT_THAT(Record()->tasks, SizeIs(kWorkers));
  const auto record = Record();
  for (const model::Task& task : record->tasks)
    EXPECT_EQ(task.state, model::TaskState::kSucceeded) << task.id;

  WriteOrder(Held(2, {}));
  EXPECT_TRUE(testing::WaitUntil([&] { return service.begun() > kWorkers; },
                                 "it works again"));
  stop = true;
  for (std::thread& worker : workers) worker.join();
}

class OwnServer {
 protected:
  testing::ZkServer own_server_;
};
class OwnServerDrainTest : private OwnServer, public DrainTest {
 protected:
  OwnServerDrainTest() : DrainTest(own_server_) {}
  using OwnServer::own_server_;
};

TEST_F(OwnServerDrainTest, F25_HeldThroughARestartOfZooKeeperAndOfTheMember) {
  RegistrarOptions options = DrainOptions();
  options.session_timeout = absl::Seconds(30);
  auto registrar = MakeRegistered(options);
  WriteOrder(Held(1, {kOps}));
  EVENTUALLY(State() == "DRAINING");
  own_server_.Kill9();
  told_->drains()[0].drain.Done();
  ASSERT_OK(own_server_.Start());
  EVENTUALLY(State() == "DRAINED");
  EXPECT_THAT(told_->drains(), SizeIs(1));

  // The member and ZooKeeper at once.
  registrar.reset();
  ASSERT_OK(own_server_.Restart());
  registrar = MakeRegistered(options);
  EVENTUALLY(State() == "DRAINING");
  EXPECT_EQ(probe_.Stat(kPath)->version, 0);
  EXPECT_THAT(told_->drains(), SizeIs(2));
  WriteOrder(Held(2, {}));
  EVENTUALLY(State() == "UP");
}

}  // namespace
}  // namespace roster::registrar
