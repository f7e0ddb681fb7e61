// Being taken offline: what the service is told, and what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/integration/registrar/drain_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace roster::registrar {
namespace {

using ::roster::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::SizeIs;

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
  EVENTUALLY(!Record()->tasks.empty() &&
             Record()->tasks[0].state == model::TaskState::kSucceeded);
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

}  // namespace
}  // namespace roster::registrar
