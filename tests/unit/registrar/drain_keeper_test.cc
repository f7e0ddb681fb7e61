#include "registrar/drain_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace roster::registrar {
namespace {

using model::Hold;
using model::HoldMode;

const absl::Time kSoon = absl::FromUnixSeconds(1'800'000'000);

model::Order Order(int64_t epoch, std::vector<Hold> holds) {
  model::Order order;
  order.epoch = epoch;
  order.holds = std::move(holds);
  return order;
}

Hold MakeHold(std::string id) { return {.id = std::move(id), .owner = "ops"}; }

TEST(DrainKeeperTest, TellsEachChangeOfTheHoldsAndTheReleaseOfTheLast) {
  DrainKeeper keeper(DrainEnd::kServiceSays);
  Hold hold = MakeHold("a");

  EXPECT_EQ(keeper.Apply(Order(0, {})), DrainCall::kNone);
  EXPECT_EQ(keeper.Apply(Order(1, {hold})), DrainCall::kDrain);
  EXPECT_EQ(keeper.Apply(Order(2, {hold})), DrainCall::kNone);
  hold.deadline = kSoon;
  EXPECT_EQ(keeper.Apply(Order(3, {hold})), DrainCall::kDrain);
  EXPECT_EQ(keeper.Apply(Order(4, {hold, MakeHold("b")})), DrainCall::kDrain);
  EXPECT_EQ(keeper.Apply(Order(5, {MakeHold("b")})), DrainCall::kDrain);
  EXPECT_EQ(keeper.Apply(Order(6, {})), DrainCall::kOnline);
  EXPECT_EQ(keeper.Apply(Order(7, {})), DrainCall::kNone);
}

TEST(DrainKeeperTest, ServiceDecidesWhenItIsDrained) {
  DrainKeeper keeper(DrainEnd::kServiceSays);
  keeper.Apply(Order(1, {MakeHold("a")}));

  EXPECT_FALSE(keeper.Drained(/*task_runs=*/false));
  EXPECT_TRUE(keeper.Finish(keeper.drain()));
  EXPECT_TRUE(keeper.Drained(/*task_runs=*/true));
  EXPECT_FALSE(keeper.Finish(keeper.drain()));  // no change
  keeper.Apply(Order(2, {MakeHold("a"), MakeHold("b")}));
  EXPECT_TRUE(keeper.Drained(/*task_runs=*/true));
}

TEST(DrainKeeperTest, ImmediateOrderStillWaitsForTheServiceToStop) {
  DrainKeeper keeper(DrainEnd::kServiceSays);
  Hold hold = MakeHold("a");
  hold.mode = HoldMode::kImmediate;
  keeper.Apply(Order(1, {hold}));

  EXPECT_FALSE(keeper.Drained(/*task_runs=*/false));
}

TEST(DrainKeeperTest, WithoutTheServiceTasksDecideUnlessTheyMayNotFinish) {
  DrainKeeper keeper(DrainEnd::kWithTasks);
  Hold hold = MakeHold("a");
  EXPECT_FALSE(keeper.Drained(/*task_runs=*/false));  // not held
  keeper.Apply(Order(1, {hold}));
  EXPECT_FALSE(keeper.Drained(/*task_runs=*/true));
  EXPECT_TRUE(keeper.Drained(/*task_runs=*/false));

  hold.mode = HoldMode::kImmediate;
  keeper.Apply(Order(2, {MakeHold("b"), hold}));
  EXPECT_TRUE(keeper.Drained(/*task_runs=*/true));
}

TEST(DrainKeeperTest, FinishingAnEarlierDrainOrNoneDoesNothing) {
  DrainKeeper keeper(DrainEnd::kServiceSays);
  EXPECT_FALSE(keeper.Finish(0));
  EXPECT_FALSE(keeper.Finish(1));
  keeper.Apply(Order(1, {MakeHold("a")}));
  const DrainKeeper::DrainId first = keeper.drain();
  keeper.Apply(Order(2, {}));
  EXPECT_EQ(keeper.drain(), 0);
  EXPECT_FALSE(keeper.Finish(first));
  keeper.Apply(Order(3, {MakeHold("a")}));

  EXPECT_FALSE(keeper.Finish(first));
  EXPECT_FALSE(keeper.Drained(/*task_runs=*/false));
}

TEST(DrainKeeperTest, StrictestHoldCounts) {
  DrainKeeper keeper(DrainEnd::kServiceSays);
  EXPECT_EQ(keeper.deadline(), absl::InfiniteFuture());
  Hold soon = MakeHold("a");
  soon.deadline = kSoon;
  Hold later = MakeHold("b");
  later.deadline = kSoon + absl::Hours(1);
  keeper.Apply(Order(1, {later, soon, MakeHold("c")}));

  EXPECT_EQ(keeper.deadline(), kSoon);
  EXPECT_EQ(keeper.mode(), HoldMode::kDrain);
}

TEST(DrainKeeperTest, RestartNeedsAllHoldsAndOneThatIsNewerThanTheProcess) {
  Hold hold = MakeHold("a");
  hold.restart = true;
  DrainKeeper running(DrainEnd::kServiceSays);
  running.Apply(Order(0, {}));
  EXPECT_FALSE(running.restart());
  running.Apply(Order(1, {hold}));
  EXPECT_TRUE(running.restart());
  running.Apply(Order(2, {hold, MakeHold("b")}));
  EXPECT_FALSE(running.restart());

  DrainKeeper restarted(DrainEnd::kServiceSays);
  restarted.Apply(Order(1, {hold}));
  EXPECT_FALSE(restarted.restart());
  Hold next = MakeHold("c");
  next.restart = true;
  restarted.Apply(Order(2, {hold, next}));
  EXPECT_TRUE(restarted.restart());
}

}  // namespace
}  // namespace roster::registrar
