// Semaphore and MultiLock on a real server.
#include "coordination/semaphore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "coordination/multi_lock.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TcpProxy;
using testing::ZkProbe;
using testing::ZkServer;
using enum absl::StatusCode;

class SemaphoreTest : public ::testing::Test {
 protected:
  std::vector<std::string> Children(const std::string& path) {
    auto children = probe_.Children(path);
    return children.ok() ? *children : std::vector<std::string>();
  }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};
  Peer one_{servers_};
  Peer two_{servers_};
  Semaphore first_{one_, {.path = "/semaphore", .max_leases = 2}};
  Semaphore second_{two_, {.path = "/semaphore", .max_leases = 2}};
};

TEST_F(SemaphoreTest, GivesOutAsManyLeasesAsThereAre) {
  ASSERT_OK_AND_ASSIGN(Lease a, first_.Acquire(Patience()));
  ASSERT_OK_AND_ASSIGN(Lease b, second_.Acquire(Patience()));
  EXPECT_THAT(first_.TryAcquire(Patience()), StatusIs(kResourceExhausted));
  EXPECT_THAT(first_.Acquire(absl::Now() + absl::Milliseconds(200)),
              StatusIs(kDeadlineExceeded));

  ASSERT_OK(b.Return(Patience()));
  ASSERT_OK_AND_ASSIGN(Lease c, first_.Acquire(Patience()));

  EXPECT_TRUE(a.grant().may_act());
  EXPECT_TRUE(c.grant().may_act());
  EVENTUALLY_THAT(Children("/semaphore/leases"), SizeIs(2));
  EVENTUALLY_THAT(Children("/semaphore/locks"), IsEmpty());
}

TEST_F(SemaphoreTest, NeverExceedsItsBoundWithManyThreads) {
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::thread> threads;
  for (Semaphore* semaphore : {&first_, &second_})
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&, semaphore] {
        for (int turn = 0; turn < 8; ++turn) {
          auto lease = semaphore->Acquire(Patience(absl::Minutes(1)));
          ASSERT_OK(lease);
          const int now = ++inside;
          for (int seen = most; now > seen;)
            most.compare_exchange_weak(seen, now);
          absl::SleepFor(absl::Milliseconds(1));  // what the lease is for
          --inside;
          ASSERT_OK(lease->Return(Patience()));
        }
      });
  for (std::thread& thread : threads) thread.join();

  EXPECT_GE(most, 1);
  EXPECT_LE(most, 2);
  EXPECT_THAT(Children("/semaphore/leases"), IsEmpty());
  EVENTUALLY_THAT(Children("/semaphore/locks"), IsEmpty());
}

TEST_F(SemaphoreTest, LeasesOfAKilledSessionAreFree) {
  ASSERT_OK_AND_ASSIGN(Lease a, first_.Acquire(Patience()));
  ASSERT_OK_AND_ASSIGN(Lease b, first_.Acquire(Patience()));

  one_.Expire(probe_);
  ASSERT_OK_AND_ASSIGN(Lease c, second_.Acquire(Patience()));
  ASSERT_OK_AND_ASSIGN(Lease d, second_.Acquire(Patience()));

  EVENTUALLY(a.grant().state() == GrantState::kLost);
  EXPECT_THAT(b.Return(Patience()), StatusIs(kAborted));
}

TEST_F(SemaphoreTest, F67_CutsRightAfterTheCreatesLeaveNoOrphans) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(proxy.ConnectString(servers_.substr(servers_.find('/'))));
  Semaphore semaphore(peer, {.path = "/semaphore", .max_leases = 1});
  { ASSERT_OK(semaphore.Acquire(Patience())); }

  proxy.CutBeforeReply("-lock-");
  {
    ASSERT_OK_AND_ASSIGN(Lease lease, semaphore.Acquire(Patience()));
    EXPECT_THAT(Children("/semaphore/leases"), SizeIs(1));
  }
  EXPECT_EQ(proxy.cuts_carried_out(), 1);
  // The line is held by one that has a lease to wait for: cut as it comes.
  ASSERT_OK_AND_ASSIGN(Lease taken, semaphore.Acquire(Patience()));
  proxy.CutBeforeReply("-lease-");
  EXPECT_FALSE(
      semaphore.Acquire(absl::Now() + testing::Scaled(absl::Seconds(1))).ok());

  EXPECT_EQ(proxy.cuts_carried_out(), 2);
  EVENTUALLY_THAT(Children("/semaphore/leases"), SizeIs(1));
  EVENTUALLY_THAT(Children("/semaphore/locks"), IsEmpty());
}

class MultiLockTest : public SemaphoreTest {};

TEST_F(MultiLockTest, HoldsAllAndReleasesAll) {
  MultiLock locks(one_, {.paths = {"/b", "/a", "/b"}});

  ASSERT_OK(locks.Acquire(Patience()));
  EXPECT_TRUE(locks.may_act());
  EXPECT_THAT(locks.grants(), SizeIs(2));
  EXPECT_THAT(Children("/a"), SizeIs(1));
  EXPECT_THAT(Children("/b"), SizeIs(1));
  ASSERT_OK(locks.Release());

  EXPECT_FALSE(locks.may_act());
  EXPECT_THAT(Children("/a"), IsEmpty());
  EXPECT_THAT(Children("/b"), IsEmpty());
}

TEST_F(MultiLockTest, PartialFailureReleasesAll) {
  Lock other(two_, {.path = "/b"});
  ASSERT_OK(other.Acquire(Patience()));
  MultiLock locks(one_, {.paths = {"/a", "/b", "/c"}});

  EXPECT_THAT(locks.TryAcquire(Patience()), StatusIs(kResourceExhausted));
  EXPECT_THAT(locks.Acquire(absl::Now() + absl::Milliseconds(200)),
              StatusIs(kDeadlineExceeded));

  EXPECT_THAT(Children("/a"), IsEmpty());
  EVENTUALLY_THAT(Children("/b"), SizeIs(1));
  EXPECT_FALSE(locks.may_act());
  EXPECT_THAT(locks.Release(), StatusIs(kFailedPrecondition));
}

TEST_F(MultiLockTest, OppositeOrdersDoNotBlockEachOther) {
  MultiLock forth(one_, {.paths = {"/a", "/b"}});
  MultiLock back(two_, {.paths = {"/b", "/a"}});
  std::vector<std::thread> threads;
  for (MultiLock* locks : {&forth, &back})
    threads.emplace_back([locks] {
      for (int i = 0; i < 10; ++i) {
        ASSERT_OK(locks->Acquire(Patience()));
        ASSERT_OK(locks->Release());
      }
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace roster::coordination
