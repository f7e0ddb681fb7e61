// Being taken offline while something breaks, or ends: the connection, the
// session, the service, and ZooKeeper.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "tests/integration/registrar/drain_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"

namespace roster::registrar {
namespace {

using ::roster::testing::TcpProxy;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::SizeIs;

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
