// Barrier, CountBarrier and DoubleBarrier on a real server.
#include "coordination/barrier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "coordination/count_barrier.h"
#include "coordination/double_barrier.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::ZkProbe;
using testing::ZkServer;
using enum absl::StatusCode;

class BarrierTest : public ::testing::Test {
 protected:
  std::vector<std::string> Inside() {
    auto children = probe_.Children("/barrier");
    return children.ok() ? *children : std::vector<std::string>();
  }
  static absl::Time Soon() { return absl::Now() + absl::Milliseconds(200); }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};
  Peer one_{servers_};
  Peer two_{servers_};
};

TEST_F(BarrierTest, HoldsWhileItIsUp) {
  Barrier maker(one_, "/a/barrier"), waiter(two_, "/a/barrier");
  EXPECT_OK(waiter.Wait(Patience()));  // there is none
  ASSERT_OK(maker.Raise(Patience()));
  ASSERT_OK(maker.Raise(Patience()));

  EXPECT_THAT(waiter.Wait(Soon()), StatusIs(kDeadlineExceeded));
  std::thread thread([&] { EXPECT_OK(waiter.Wait(Patience())); });
  ASSERT_OK(maker.Lower(Patience()));
  thread.join();

  EXPECT_OK(maker.Lower(Patience()));
}

TEST_F(BarrierTest, SaysThatTheServerCrashed) {
  ZkServer server;
  Peer peer(server.ConnectString());
  Barrier barrier(peer, "/barrier");
  ASSERT_OK(barrier.Raise(Patience()));
  std::thread thread([&] {
    EXPECT_THAT(barrier.Wait(absl::Now() + testing::Scaled(absl::Seconds(2))),
                StatusIs(kUnavailable));
  });

  server.Kill9();
  thread.join();
}

class CountBarrierTest : public BarrierTest {};

TEST_F(CountBarrierTest, OpensWhenEnoughHaveCome) {
  CountBarrier a(one_, "/barrier"), b(two_, "/barrier"), c(two_, "/barrier");
  EXPECT_THAT(a.Arrive(Patience()), StatusIs(kNotFound));
  ASSERT_OK(CountBarrier::Set(one_, "/barrier", 2, Patience()));
  EXPECT_EQ(*probe_.Get("/barrier"), "2");

  EXPECT_THAT(a.Arrive(Soon()),
              StatusIs(kDeadlineExceeded, HasSubstr("1 of 2")));
  EVENTUALLY_THAT(Inside(), IsEmpty());
  std::thread thread([&] { EXPECT_OK(a.Arrive(Patience())); });
  ASSERT_OK(b.Arrive(Patience()));
  thread.join();
  EXPECT_OK(c.Arrive(Patience()));  // open for who comes later

  ASSERT_OK(CountBarrier::Clear(one_, "/barrier", Patience()));
  EXPECT_THAT(Inside(), SizeIs(3));
}

TEST_F(CountBarrierTest, DoesNotCountTheDead) {
  ASSERT_OK(CountBarrier::Set(one_, "/barrier", 3, Patience()));
  CountBarrier a(one_, "/barrier"), b(one_, "/barrier"), c(two_, "/barrier");
  auto dead = std::make_unique<Peer>(servers_);
  std::thread dies(
      [&, lost = std::make_unique<CountBarrier>(*dead, "/barrier")]() mutable {
        (void)lost->Arrive(absl::Now() + absl::Milliseconds(300));
        lost.reset();
      });
  dies.join();

  std::vector<std::thread> threads;
  std::atomic<int> through = 0;
  for (CountBarrier* barrier : {&a, &b})
    threads.emplace_back([&, barrier] {
      EXPECT_OK(barrier->Arrive(Patience()));
      ++through;
    });
  EVENTUALLY_THAT(Inside(), SizeIs(2));
  EXPECT_EQ(through, 0);
  ASSERT_OK(c.Arrive(Patience()));
  for (std::thread& thread : threads) thread.join();
}

TEST_F(CountBarrierTest, RefusesDataThatIsNoNumber) {
  for (const char* data : {"", "0", "-1", "two", "1e3"}) {
    ASSERT_OK(probe_.CreateWithParents("/barrier"));
    ASSERT_OK(probe_.Set("/barrier", data));
    CountBarrier barrier(one_, "/barrier");
    EXPECT_THAT(barrier.Arrive(Patience()), StatusIs(kFailedPrecondition))
        << data;
  }
  EXPECT_THAT(CountBarrier::Set(one_, "/barrier", 0, Patience()),
              StatusIs(kInvalidArgument));
}

class DoubleBarrierTest : public BarrierTest {};

TEST_F(DoubleBarrierTest, BeginsAndEndsTogetherOverSubscribedToo) {
  constexpr int kCount = 4, kComing = kCount + 1;
  std::atomic<int> entering = 0, inside = 0, leaving = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kComing; ++i)
    threads.emplace_back([&, i] {
      DoubleBarrier barrier(i % 2 == 0 ? one_ : two_, "/barrier", kCount);
      ++entering;
      ASSERT_OK(barrier.Enter(Patience()));
      EXPECT_GE(entering, kCount);
      ++inside;
      while (inside < kComing) absl::SleepFor(absl::Milliseconds(1));
      ++leaving;
      ASSERT_OK(barrier.Leave(Patience()));
      EXPECT_EQ(leaving, kComing);
    });
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(Inside(), IsEmpty());
}

TEST_F(DoubleBarrierTest, TimesOutWithoutLeavingANode) {
  DoubleBarrier barrier(one_, "/barrier", 2);

  EXPECT_THAT(barrier.Enter(Soon()), StatusIs(kDeadlineExceeded));
  EVENTUALLY_THAT(Inside(), IsEmpty());
  EXPECT_THAT(barrier.Leave(Patience()), StatusIs(kFailedPrecondition));
}

TEST_F(DoubleBarrierTest, OneThatDiesInsideCountsAsLeft) {
  DoubleBarrier stays(one_, "/barrier", 2), dies(two_, "/barrier", 2);
  std::thread thread([&] { EXPECT_OK(dies.Enter(Patience())); });
  ASSERT_OK(stays.Enter(Patience()));
  thread.join();

  EXPECT_THAT(stays.Leave(Soon()), StatusIs(kDeadlineExceeded));
  two_.Expire(probe_);

  EVENTUALLY_THAT(Inside(), ElementsAre("ready"));
}

TEST_F(DoubleBarrierTest, ReadyOfADeadRoundDoesNotOpenTheNext) {
  ASSERT_OK(probe_.CreateWithParents("/barrier/ready"));
  DoubleBarrier a(one_, "/barrier", 2), b(two_, "/barrier", 2);

  EXPECT_THAT(a.Enter(Soon()), StatusIs(kDeadlineExceeded));
  std::thread thread([&] { EXPECT_OK(a.Enter(Patience())); });
  ASSERT_OK(b.Enter(Patience()));
  thread.join();
}

}  // namespace
}  // namespace roster::coordination
