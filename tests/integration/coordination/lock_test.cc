// Lock on a real server: sessions die, connections are cut, folders vanish.
#include "coordination/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using testing::NodeKind;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TcpProxy;
using testing::ZkProbe;
using testing::ZkServer;
using enum absl::StatusCode;

class LockTest : public ::testing::Test {
 protected:
  std::vector<std::string> Line() {
    auto children = probe_.Children("/lock");
    return children.ok() ? *children : std::vector<std::string>();
  }
  LockOptions Options() { return {.path = "/lock"}; }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};
};

TEST_F(LockTest, MakesTheFolderAndLeavesNoNode) {
  Peer peer(servers_);
  Lock lock(peer, {.path = "/a/b/lock", .data = "web-01"});

  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Patience()));
  EXPECT_TRUE(grant.may_act());
  EXPECT_THAT(*probe_.Children("/a/b/lock"),
              ElementsAre(MatchesRegex("_c_[0-9a-f-]{36}-lock-[0-9]{10}")));
  EXPECT_EQ(*probe_.Get(grant.node_path()), "web-01");
  EXPECT_EQ(probe_.Stat(grant.node_path())->czxid, grant.token());
  ASSERT_OK(lock.Release());

  EXPECT_EQ(grant.state(), GrantState::kReleased);
  EXPECT_THAT(*probe_.Children("/a/b/lock"), IsEmpty());
}

TEST_F(LockTest, IsReentrantForItsThreadOnly) {
  Peer peer(servers_);
  Lock lock(peer, Options());

  ASSERT_OK_AND_ASSIGN(const Grant first, lock.Acquire(Patience()));
  ASSERT_OK_AND_ASSIGN(const Grant second, lock.Acquire(Patience()));
  EXPECT_EQ(first, second);
  std::thread([&] {
    EXPECT_THAT(lock.TryAcquire(Patience()), StatusIs(kResourceExhausted));
  }).join();
  ASSERT_OK(lock.Release());
  EXPECT_TRUE(first.may_act());
  ASSERT_OK(lock.Release());

  EXPECT_FALSE(first.may_act());
  EXPECT_THAT(lock.Release(), StatusIs(kFailedPrecondition));
}

TEST_F(LockTest, RefusesToBeReleasedByAnotherThread) {
  Peer peer(servers_);
  Lock lock(peer, Options());
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Patience()));

  std::thread([&] {
    EXPECT_THAT(lock.Release(), StatusIs(kFailedPrecondition));
  }).join();

  EXPECT_TRUE(grant.may_act());
  EXPECT_TRUE(probe_.Exists(grant.node_path()));
}

TEST_F(LockTest, TimesOutWithoutLeavingANode) {
  Peer holder(servers_), waiter(servers_);
  Lock held(holder, Options()), wanted(waiter, Options());
  ASSERT_OK_AND_ASSIGN(const Grant grant, held.Acquire(Patience()));
  ASSERT_TRUE(waiter.WaitConnected());

  EXPECT_THAT(wanted.Acquire(absl::Now() + absl::Milliseconds(300)),
              StatusIs(kDeadlineExceeded, HasSubstr(grant.node_path())));

  EVENTUALLY_THAT(Line(), SizeIs(1));
  EXPECT_TRUE(grant.may_act());
}

TEST_F(LockTest, ExcludesThreadsOfManyPeers) {
  ASSERT_OK(probe_.Create("/count", "0"));
  constexpr int kPeers = 4, kThreads = 3, kTurns = 10;
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::unique_ptr<Lock>> locks;
  std::vector<std::thread> threads;
  std::atomic<int64_t> last_token = 0;
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(std::make_unique<Peer>(servers_));
    locks.push_back(std::make_unique<Lock>(*peers[i], Options()));
    for (int j = 0; j < kThreads; ++j)
      threads.emplace_back([&, lock = locks.back().get()] {
        ZkProbe probe(servers_);
        for (int turn = 0; turn < kTurns; ++turn) {
          const auto grant = lock->Acquire(Patience(absl::Minutes(1)));
          ASSERT_OK(grant);
          EXPECT_GT(grant->token(), last_token.exchange(grant->token()));
          CountUp(probe, "/count");
          ASSERT_OK(lock->Release());
        }
      });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(*probe_.Get("/count"), absl::StrCat(kPeers * kThreads * kTurns));
  EXPECT_THAT(Line(), IsEmpty());
}

TEST_F(LockTest, NextWaiterAcquiresWhenTheHoldersSessionIsKilled) {
  Peer holder(servers_), waiter(servers_);
  GrantLog log;
  Lock held(holder, {.path = "/lock", .on_change = log.callback()});
  Lock wanted(waiter, Options());
  ASSERT_OK_AND_ASSIGN(const Grant first, held.Acquire(Patience()));

  holder.Expire(probe_);
  ASSERT_OK_AND_ASSIGN(const Grant second, wanted.Acquire(Patience()));

  EXPECT_GT(second.token(), first.token());
  EVENTUALLY(first.state() == GrantState::kLost);
  EXPECT_THAT(log.states(), Contains(GrantState::kLost));
  EXPECT_THAT(held.Acquire(Patience()), StatusIs(kAborted));
  EXPECT_THAT(held.Release(), StatusIs(kAborted));
  EXPECT_THAT(held.TryAcquire(Patience()), StatusIs(kResourceExhausted));
}

TEST_F(LockTest, WaiterWhoseSessionIsKilledStandsInLineAnew) {
  Peer holder(servers_), waiter(servers_);
  Lock held(holder, Options()), wanted(waiter, Options());
  ASSERT_OK(held.Acquire(Patience()));
  std::thread thread([&] {
    EXPECT_OK(wanted.Acquire(Patience(absl::Minutes(1))));
    EXPECT_OK(wanted.Release());
  });
  EVENTUALLY_THAT(Line(), SizeIs(2));
  const uint64_t generation = waiter.info().generation;

  waiter.Expire(probe_);
  EVENTUALLY(waiter.info().generation > generation);
  EVENTUALLY_THAT(Line(), SizeIs(2));
  ASSERT_OK(held.Release());
  thread.join();

  EXPECT_THAT(Line(), IsEmpty());
}

TEST_F(LockTest, SuspendsAndResumesWithTheConnection) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(proxy.ConnectString(servers_.substr(servers_.find('/'))));
  GrantLog log;
  Lock lock(peer, {.path = "/lock", .on_change = log.callback()});
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Patience()));

  proxy.Refuse(true);
  proxy.Cut();
  EVENTUALLY(grant.state() == GrantState::kSuspended);
  proxy.Refuse(false);
  EVENTUALLY(grant.may_act());

  EXPECT_THAT(log.states(),
              ElementsAre(GrantState::kSuspended, GrantState::kHeld));
  ASSERT_OK(lock.Release());
  EXPECT_THAT(Line(), IsEmpty());
}

// Should the server keep a session that was told lost, its node must not bar
// the line for ever.
TEST_F(LockTest, LostWithoutAConnectionIsRemovedOnReturn) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(proxy.ConnectString(servers_.substr(servers_.find('/'))),
            absl::Seconds(1));
  Lock lock(peer, Options());
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Patience()));

  proxy.Refuse(true);
  proxy.Cut();
  EVENTUALLY(grant.state() == GrantState::kLost);
  proxy.Refuse(false);

  EVENTUALLY_THAT(Line(), IsEmpty());
  EXPECT_THAT(lock.Release(), StatusIs(kAborted));
  EXPECT_OK(lock.Acquire(Patience()));
}

TEST_F(LockTest, F67_CutRightAfterTheCreateLeavesOneNode) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(proxy.ConnectString(servers_.substr(servers_.find('/'))));
  Lock lock(peer, Options());
  ASSERT_OK(lock.Acquire(Patience()));
  ASSERT_OK(lock.Release());

  for (int i = 0; i < 10; ++i) {
    proxy.CutBeforeReply("-lock-");
    ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Patience()));
    EXPECT_EQ(proxy.cuts_carried_out(), i + 1);
    EXPECT_THAT(Line(), SizeIs(1));
    EXPECT_TRUE(probe_.Exists(grant.node_path()));
    ASSERT_OK(lock.Release());
  }

  EXPECT_THAT(Line(), IsEmpty());
}

TEST_F(LockTest, F67_GivingUpWhileTheAnswerIsMissingLeavesNoNode) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(proxy.ConnectString(servers_.substr(servers_.find('/'))));
  Lock lock(peer, Options());
  ASSERT_OK(lock.Acquire(Patience()));
  ASSERT_OK(lock.Release());

  proxy.Blackhole(true, testing::Direction::kToClient);
  EXPECT_THAT(lock.Acquire(absl::Now() + absl::Milliseconds(200)),
              StatusIs(kUnavailable));
  EVENTUALLY_THAT(Line(), SizeIs(1));  // it was created all the same
  proxy.Cut();
  proxy.Blackhole(false, testing::Direction::kToClient);

  EVENTUALLY_THAT(Line(), IsEmpty());
}

TEST_F(LockTest, F67_ReleaseCutOffRemovesTheNode) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(proxy.ConnectString(servers_.substr(servers_.find('/'))));
  Lock lock(peer, Options());
  ASSERT_OK(lock.Acquire(Patience()));

  proxy.Refuse(true);
  proxy.Cut();
  EXPECT_THAT(lock.Release(absl::Now() + absl::Milliseconds(200)),
              StatusIs(kUnavailable));
  EXPECT_THAT(Line(), SizeIs(1));
  proxy.Refuse(false);

  EVENTUALLY_THAT(Line(), IsEmpty());
}

TEST_F(LockTest, F65_PausedHolderIsFencedByItsToken) {
  Peer holder(servers_, absl::Seconds(1)), waiter(servers_);
  Lock held(holder, Options()), wanted(waiter, Options());
  ASSERT_OK_AND_ASSIGN(const Grant old_grant, held.Acquire(Patience()));
  // What the lock is about: it refuses tokens that are lower than the highest.
  int64_t highest = 0;
  auto write = [&](int64_t token) {
    if (token < highest) return false;
    highest = token;
    return true;
  };
  EXPECT_TRUE(write(old_grant.token()));

  holder.Pause();
  ASSERT_OK_AND_ASSIGN(const Grant new_grant, wanted.Acquire(Patience()));
  EXPECT_TRUE(write(new_grant.token()));
  // It has not heard of its end yet, and acts.
  EXPECT_FALSE(write(old_grant.token()));
  // A transaction that checks its node fails likewise.
  EXPECT_THAT(waiter.client().blocking().Multi(
                  {zk::Op::Check(old_grant.node_path(), zk::kAnyVersion),
                   zk::Op::Create("/written", "", zk::CreateMode::kPersistent)},
                  Patience()),
              StatusIs(kNotFound));
  holder.Resume();

  EVENTUALLY(old_grant.state() == GrantState::kLost);
}

TEST_F(LockTest, OneReleaseWakesOneOf200Waiters) {
  ZkServer server;  // whose counters are this test's alone
  constexpr int kWaiters = 200;
  auto count = [&](const std::string& name) {
    const std::string answer = server.FourLetterWord("mntr").value();
    const size_t at = answer.find(name + "\t");
    return at == std::string::npos
               ? 0.0
               : std::stod(answer.substr(at + name.size() + 1));
  };
  ZkProbe probe(server.ConnectString());
  Peer holder(server.ConnectString()), crowd(server.ConnectString());
  Lock held(holder, Options());
  ASSERT_OK(held.Acquire(Patience()));
  std::atomic<int> granted = 0;
  std::atomic<bool> go_on = false;
  Lock wanted(crowd, Options());
  std::vector<std::thread> threads;
  for (int i = 0; i < kWaiters; ++i)
    threads.emplace_back([&] {
      ASSERT_OK(wanted.Acquire(Patience(absl::Minutes(2))));
      ++granted;
      while (!go_on) absl::SleepFor(absl::Milliseconds(1));
      ASSERT_OK(wanted.Release());
    });
  EVENTUALLY_THAT(probe.Children("/lock")->size(), kWaiters + 1u);
  // Each watches its predecessor and itself, on one session; the holder itself.
  EVENTUALLY_THAT(count("zk_watch_count"), kWaiters + 2);
  const double before = count("zk_sum_node_deleted_watch_count");

  ASSERT_OK(held.Release());
  EVENTUALLY(granted == 1);
  // The holder's own watch, and the next waiter's.
  EVENTUALLY_THAT(count("zk_sum_node_deleted_watch_count") - before, 2);
  EXPECT_EQ(granted, 1);
  go_on = true;
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(granted, kWaiters);
  EXPECT_THAT(*probe.Children("/lock"), IsEmpty());
}

TEST_F(LockTest, HolderIsToldWhenItsNodeIsDeletedByHand) {
  Peer peer(servers_);
  GrantLog log;
  Lock lock(peer, {.path = "/lock", .on_change = log.callback()});
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Patience()));

  ASSERT_OK(probe_.Delete(grant.node_path()));

  EVENTUALLY(grant.state() == GrantState::kLost);
  EXPECT_THAT(log.states(), ElementsAre(GrantState::kLost));
}

TEST_F(LockTest, WaiterSurvivesTheDeletionOfTheFolder) {
  Peer holder(servers_), waiter(servers_);
  Lock held(holder, Options()), wanted(waiter, Options());
  ASSERT_OK_AND_ASSIGN(const Grant grant, held.Acquire(Patience()));
  std::atomic<bool> go_on = false;
  std::thread thread([&] {
    EXPECT_OK(wanted.Acquire(Patience()));
    while (!go_on) absl::SleepFor(absl::Milliseconds(1));
    EXPECT_OK(wanted.Release());
  });
  EVENTUALLY_THAT(Line(), SizeIs(2));

  std::vector<zk::Op> all;
  for (const std::string& name : Line())
    all.push_back(zk::Op::Delete("/lock/" + name, zk::kAnyVersion));
  all.push_back(zk::Op::Delete("/lock", zk::kAnyVersion));
  Peer vandal(servers_);
  ASSERT_TRUE(vandal.WaitConnected());
  ASSERT_OK(vandal.client().blocking().Multi(std::move(all), Patience()));
  EVENTUALLY_THAT(Line(), SizeIs(1));
  go_on = true;
  thread.join();

  EVENTUALLY(grant.state() == GrantState::kLost);
  EXPECT_THAT(Line(), IsEmpty());
}

TEST_F(LockTest, IgnoresForeignNodes) {
  ASSERT_OK(probe_.CreateWithParents("/lock"));
  for (const char* name : {"README", "_c_x-lock-", "x-lock-12", "0000000000"})
    ASSERT_OK(probe_.Create(absl::StrCat("/lock/", name), ""));
  Peer peer(servers_);
  Lock lock(peer, Options());

  EXPECT_OK(lock.TryAcquire(Patience()));
}

TEST_F(LockTest, OrdersNumbersPastTheEndOfTheServersCounter) {
  ASSERT_OK(probe_.CreateWithParents("/lock"));
  Peer peer(servers_);
  Lock lock(peer, Options());

  // Created before the counter came round to our 0000000000.
  const std::string before = "/lock/_c_x-lock--000000001";
  ASSERT_OK(probe_.Create(before, ""));
  EXPECT_THAT(lock.TryAcquire(Patience()),
              StatusIs(kResourceExhausted, HasSubstr(before)));
  ASSERT_OK(probe_.Delete(before));
  EXPECT_OK(lock.TryAcquire(Patience()));
}

TEST_F(LockTest, RevocationReachesTheHolder) {
  Peer holder(servers_), other(servers_);
  std::atomic<int64_t> asked = 0;
  Lock lock(holder, {.path = "/lock", .on_revocation = [&](const Grant& grant) {
                       asked = grant.token();
                     }});
  EXPECT_THAT(Lock::RequestRelease(other, "/lock", Patience()),
              StatusIs(kNotFound));
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Patience()));

  ASSERT_OK(Lock::RequestRelease(other, "/lock", Patience()));

  EVENTUALLY(asked == grant.token());
  EXPECT_TRUE(grant.may_act());
}

TEST_F(LockTest, SurvivesACallbackThatThrows) {
  Peer peer(servers_);
  Lock lock(peer, {.path = "/lock", .on_change = [](const Grant&, GrantState) {
                     throw std::runtime_error("from a callback");
                   }});
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Patience()));

  ASSERT_OK(probe_.Delete(grant.node_path()));
  EVENTUALLY(grant.state() == GrantState::kLost);
  EXPECT_THAT(lock.Release(), StatusIs(kAborted));

  EXPECT_OK(lock.Acquire(Patience()));
}

TEST_F(LockTest, RefusesWhatZooKeeperRefuses) {
  Peer peer(servers_);
  Lock relative(peer, {.path = "lock"});
  EXPECT_THAT(relative.Acquire(Patience()), StatusIs(kInvalidArgument));
  Lock dots(peer, {.path = "/a/../b"});
  EXPECT_THAT(dots.Acquire(Patience()), StatusIs(kInvalidArgument));
  Lock big(peer, {.path = "/lock", .data = std::string(2 << 20, 'x')});
  EXPECT_THAT(big.Acquire(Patience()), StatusIs(kInvalidArgument));
  ASSERT_OK(probe_.Create("/ephemeral", "", NodeKind::kEphemeral));
  Lock below(peer, {.path = "/ephemeral/lock"});
  EXPECT_THAT(below.Acquire(Patience()), StatusIs(kFailedPrecondition));
  ASSERT_OK(probe_.Create("/closed", ""));
  ASSERT_OK(probe_.MakeReadOnly("/closed"));
  Lock closed(peer, {.path = "/closed"});
  EXPECT_THAT(closed.Acquire(Patience()), StatusIs(kPermissionDenied));
}

TEST_F(LockTest, RefusesToWaitOnTheClientsLoop) {
  Peer peer(servers_);
  Lock lock(peer, Options());
  absl::Status status;

  peer.client().loop().RunAndWait(
      [&] { status = lock.Acquire(Patience()).status(); });

  EXPECT_THAT(status, StatusIs(kFailedPrecondition));
}

TEST_F(LockTest, IsUnavailableWithoutAServer) {
  Peer peer("127.0.0.1:1");
  Lock lock(peer, Options());

  EXPECT_THAT(lock.Acquire(absl::Now() + absl::Milliseconds(200)),
              StatusIs(kUnavailable));
}

TEST_F(LockTest, EndOfTheClientEndsTheGrantAndItsNode) {
  std::optional<Lock> lock;
  {
    Peer peer(servers_);
    lock.emplace(peer, Options());
    ASSERT_OK(lock->Acquire(Patience()));
    lock.reset();
  }

  EXPECT_THAT(Line(), IsEmpty());
}

TEST_F(LockTest, WaiterAcquiresAfterTheServerWasKilled) {
  ZkServer server;
  Peer holder(server.ConnectString()), waiter(server.ConnectString());
  Lock held(holder, Options()), wanted(waiter, Options());
  ASSERT_OK_AND_ASSIGN(const Grant grant, held.Acquire(Patience()));
  std::thread thread(
      [&] { EXPECT_OK(wanted.Acquire(Patience(absl::Minutes(1)))); });
  ZkProbe probe(server.ConnectString());
  EVENTUALLY(probe.Children("/lock")->size() == 2);

  server.Kill9();
  EVENTUALLY(!grant.may_act());
  ASSERT_OK(server.Start());
  // Whether it is resumed or lost, it can be given back.
  EVENTUALLY(grant.may_act() || grant.state() == GrantState::kLost);
  (void)held.Release();
  thread.join();

  EVENTUALLY(probe.Children("/lock").ok());
  EXPECT_THAT(*probe.Children("/lock"), SizeIs(1));
}

}  // namespace
}  // namespace roster::coordination
