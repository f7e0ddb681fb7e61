#include "base/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "base/exhaustion.h"
#include "tests/support/status_matchers.h"

namespace roster::base {
namespace {

using ::roster::testing::IsOk;
using ::roster::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LoopTest, RunsTasksInTheOrderTheyWerePosted) {
  Loop loop("test");
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) loop.Post([&order, i] { order.push_back(i); });
  loop.Start();

  ASSERT_TRUE(loop.RunAndWait([] {}));
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

absl::Status MakeLoop() {
  return CatchExhaustion([] {
    Loop loop("test");
    loop.Start();
    return loop.RunAndWait([] {}) ? absl::OkStatus()
                                  : absl::InternalError("it does not run");
  });
}

TEST(LoopTest, TellsItsMakerThatNoDescriptorIsLeft) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const absl::Status status = MakeLoop();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                               "cannot make an event loop: "
                               "Too many open files"));
  EXPECT_THAT(MakeLoop(), IsOk());
}

TEST(LoopTest, TellsItsMakerThatNoThreadCanBeMade) {
  pthread_attr_t before;
  ASSERT_EQ(pthread_getattr_default_np(&before), 0);
  pthread_attr_t vast = before;
  // More than there is address space.
  ASSERT_EQ(pthread_attr_setstacksize(&vast, size_t{1} << 50), 0);
  ASSERT_EQ(pthread_setattr_default_np(&vast), 0);
  const absl::Status status = MakeLoop();
  ASSERT_EQ(pthread_setattr_default_np(&before), 0);

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                               HasSubstr("cannot start a thread: ")));
  EXPECT_THAT(MakeLoop(), IsOk());
}

TEST(LoopTest, TasksOfManyThreadsAllRunOnOneThread) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 500;
  Loop loop("test");
  loop.Start();
  int runs = 0;  // no lock: only the loop touches it
  bool elsewhere = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kTasks; ++j) {
        loop.Post([&] {
          ++runs;
          elsewhere |= !loop.IsOnLoop();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  int total = 0;
  ASSERT_TRUE(loop.RunAndWait([&] { total = runs; }));
  EXPECT_EQ(total, kThreads * kTasks);
  EXPECT_FALSE(elsewhere);
  EXPECT_FALSE(loop.IsOnLoop());
}

TEST(LoopTest, TimersRunInTheOrderOfTheirTimesAndNotBefore) {
  Loop loop("test");
  loop.Start();
  std::vector<int> order;
  std::promise<void> done;
  const absl::Time start = absl::Now();
  loop.Post([&] {
    loop.RunAfter(absl::Milliseconds(20), [&] {
      order.push_back(2);
      done.set_value();
    });
    loop.RunAfter(absl::Milliseconds(5), [&] { order.push_back(1); });
    loop.RunAfter(-absl::Seconds(1), [&] { order.push_back(0); });
  });

  done.get_future().wait();
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(19));
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(LoopTest, ACancelledTimerDoesNotRunEvenWhenItIsDue) {
  Loop loop("test");
  loop.Start();
  int runs = 0;
  std::promise<void> done;
  loop.Post([&] {
    const Loop::TimerId due =
        loop.RunAfter(absl::ZeroDuration(), [&] { ++runs; });
    const Loop::TimerId later =
        loop.RunAfter(absl::Milliseconds(1), [&] { ++runs; });
    EXPECT_NE(due, 0u);
    EXPECT_NE(due, later);
    loop.RunAfter(absl::Milliseconds(10), [&] { done.set_value(); });
    loop.Cancel(due);
    loop.Cancel(later);
    loop.Cancel(later);
    loop.Cancel(0);
  });

  done.get_future().wait();
  EXPECT_EQ(runs, 0);
}

TEST(LoopTest, ATimerMayStartAndCancelTimers) {
  Loop loop("test");
  loop.Start();
  std::promise<void> done;
  int ticks = 0;
  Loop::TimerId never = 0;
  std::function<void()> step = [&] {
    if (++ticks < 5) {
      loop.RunAfter(absl::Milliseconds(1), step);
    } else {
      loop.Cancel(never);
      done.set_value();
    }
  };
  loop.Post([&] {
    never = loop.RunAfter(absl::Hours(1), [] { FAIL(); });
    step();
  });

  done.get_future().wait();
  EXPECT_EQ(ticks, 5);
}

TEST(LoopTest, RunAndWaitReturnsFalseOnceTheLoopIsStopped) {
  Loop loop("test");
  loop.Start();
  loop.Stop();
  loop.Stop();
  bool ran = false;

  EXPECT_FALSE(loop.RunAndWait([&] { ran = true; }));
  EXPECT_FALSE(ran);
}

// A caller's task refers to the caller's stack: it must not be left behind
// running.
TEST(LoopTest, RunAndWaitWaitsForATaskThatRunsWhileTheLoopStops) {
  Loop loop("test");
  loop.Start();
  std::promise<void> returned;
  bool returned_early = true;

  const bool ran = loop.RunAndWait([&] {
    loop.Stop();
    // A caller that gives up does so well within this time.
    returned_early =
        returned.get_future().wait_for(std::chrono::milliseconds(150)) ==
        std::future_status::ready;
  });
  returned.set_value();

  EXPECT_TRUE(ran);
  EXPECT_FALSE(returned_early);
}

TEST(LoopTest, WhatIsStillQueuedIsDestroyedWithTheLoop) {
  auto alive = std::make_shared<int>(0);
  {
    Loop loop("test");
    loop.Post([alive] { FAIL() << "the loop was never started"; });
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(LoopTest, PendingTimersAreDestroyedWithTheLoop) {
  auto alive = std::make_shared<int>(0);
  {
    Loop loop("test");
    loop.Start();
    ASSERT_TRUE(loop.RunAndWait(
        [&] { loop.RunAfter(absl::Hours(1), [alive] { FAIL(); }); }));
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(LoopDeathTest, TouchingItsStateOnAnotherThreadAborts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Loop loop("owner");
        loop.AssertOnLoop();
      },
      "loop 'owner' touched on another thread");
}

}  // namespace
}  // namespace roster::base
