// Operations over real members, on a real ZooKeeper.

#include <atomic>
#include <map>
#include <thread>

#include "base/error_details.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "registrar/registrar.h"
#include "tests/integration/control/control_fixture.h"

namespace roster::monitor {
namespace {

using model::OperationState;
using model::OperationStep;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using testing::StatusIs;

// A service with a supervisor: it drains at once, ends when it is wanted back,
// and is started again.
class Service {
 public:
  Service(std::string servers, std::string name)
      : servers_(std::move(servers)), name_(std::move(name)) {
    thread_ = std::thread([this] { Supervise(); });
  }
  ~Service() {
    {
      base::MutexLock lock(&mu_);
      stop_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }

  int starts() const { return starts_; }
  // While false it does not end, although it is wanted to.
  void Obey(bool obey) {
    base::MutexLock lock(&mu_);
    obey_ = obey;
    changed_.NotifyAll();
  }

 private:
  void Supervise() {
    while (true) {
      {
        base::MutexLock lock(&mu_);
        if (stop_) return;
        restart_ = false;
      }
      registrar::RegistrarOptions options;
      options.servers = servers_;
      options.name = name_;
      options.service = "search";
      options.on_drain = [this](const registrar::DrainRequest& request) {
        request.drain.Done();
        base::MutexLock lock(&mu_);
        restart_ = request.restart;
        changed_.NotifyAll();
      };
      auto registrar = registrar::Registrar::Create(std::move(options));
      ASSERT_OK(registrar.status());
      ++starts_;
      base::MutexLock lock(&mu_);
      while (!stop_ && !(restart_ && obey_)) changed_.Wait(&mu_);
    }
  }

  const std::string servers_;
  const std::string name_;
  std::atomic<int> starts_{0};
  base::Mutex mu_;
  base::CondVar changed_;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  bool restart_ ABSL_GUARDED_BY(mu_) = false;
  bool obey_ ABSL_GUARDED_BY(mu_) = true;
  std::thread thread_;
};

class OperationsTest : public ControlTest {
 protected:
  void Start(int count) {
    stack_ = MakeStack();
    for (int i = 0; i < count; ++i) {
      const std::string name = base::StrCat("web-", i);
      services_[name] =
          std::make_unique<Service>(server_.ConnectString(chroot_), name);
    }
    for (const auto& [name, service] : services_)
      ASSERT_TRUE(testing::WaitUntil(
          [&, name = name] { return stack_->status(name) == "UP"; }, name));
  }

  RollingRestartRequest Restart(int64_t batch = 1) {
    RollingRestartRequest request;
    request.meta.actor.name = "ops";
    request.meta.content = "restart";
    request.targets.selector = "service=search";
    request.reason = "new version";
    request.pacing.batch_size = batch;
    request.pacing.min_healthy = absl::Milliseconds(50);
    return request;
  }
  absl::StatusOr<OperationResult> Ask(RollingRestartRequest request) {
    return stack_->Ask<OperationResult>(&Controller::RollingRestart,
                                        std::move(request));
  }
  absl::StatusOr<StoredOperation> Change(const std::string& id,
                                         ChangeOperationRequest::Verb verb,
                                         bool release_holds = false) {
    ChangeOperationRequest request{.verb = verb,
                                   .id = id,
                                   .reason = "why not",
                                   .release_holds = release_holds};
    request.meta.actor.name = "ops";
    return stack_->Ask<StoredOperation>(&Controller::ChangeOperation,
                                        std::move(request));
  }
  model::Operation Operation(const std::string& id) {
    const auto data =
        probe_.Get(base::StrCat("/roster/default/operations/", id));
    if (!data.ok()) return {};
    return *model::ParseOperation(*data);
  }

  std::unique_ptr<ControlStack> stack_;
  std::map<std::string, std::unique_ptr<Service>> services_;
};

TEST_F(OperationsTest, ARollingRestartRestartsEachMemberOnce) {
  Start(4);
  const auto started = Ask(Restart());
  ASSERT_OK(started.status());
  const std::string id = started->operation.operation.id;
  EVENTUALLY(Operation(id).state == OperationState::kSucceeded);
  for (const auto& [name, service] : services_) {
    EXPECT_EQ(service->starts(), 2) << name;
    EXPECT_FALSE(StoredOrder(name).held());
    EXPECT_EQ(StoredOrder(name).epoch, 2) << "held once, released once";
    EXPECT_EQ(stack_->status(name), "UP");
  }
}

TEST_F(OperationsTest, AnotherGoesOnWhereTheElectedOneEnded) {
  Start(6);
  auto second = MakeStack({.id = "monitor-2"});
  const auto started = Ask(Restart());
  ASSERT_OK(started.status());
  const std::string id = started->operation.operation.id;
  EVENTUALLY(model::CountMembers(Operation(id)).done >= 2);
  stack_ = std::move(second);  // the first, elected until now, ends
  EVENTUALLY(Operation(id).state == OperationState::kSucceeded);
  for (const auto& [name, service] : services_) {
    EXPECT_EQ(service->starts(), 2) << name;
    EXPECT_EQ(StoredOrder(name).epoch, 2) << name;
  }
}

TEST_F(OperationsTest, PausedItBeginsNobodyAndResumedItGoesOn) {
  Start(3);
  services_["web-0"]->Obey(false);
  const auto started = Ask(Restart());
  ASSERT_OK(started.status());
  const std::string id = started->operation.operation.id;
  EVENTUALLY(Operation(id).members[0].step == OperationStep::kRestarting);
  EXPECT_THAT(Operation(id).waiting, HasSubstr("web-0"));
  ASSERT_OK(Change(id, ChangeOperationRequest::Verb::kPause).status());
  services_["web-0"]->Obey(true);
  EVENTUALLY(Operation(id).members[0].step == OperationStep::kDone);
  EXPECT_EQ(Operation(id).members[1].step, OperationStep::kPending);
  EXPECT_EQ(Operation(id).state, OperationState::kPaused);
  ASSERT_OK(Change(id, ChangeOperationRequest::Verb::kResume).status());
  EVENTUALLY(Operation(id).state == OperationState::kSucceeded);
}

TEST_F(OperationsTest, CancelledItReleasesWhoIsUnderWay) {
  Start(3);
  services_["web-0"]->Obey(false);
  const auto started = Ask(Restart());
  ASSERT_OK(started.status());
  const std::string id = started->operation.operation.id;
  EVENTUALLY(Operation(id).members[0].step == OperationStep::kRestarting);
  ASSERT_OK(Change(id, ChangeOperationRequest::Verb::kCancel).status());
  EXPECT_EQ(Operation(id).state, OperationState::kCancelled);
  EVENTUALLY(!StoredOrder("web-0").held());
  EVENTUALLY(stack_->status("web-0") == "UP");
  const auto again = Change(id, ChangeOperationRequest::Verb::kCancel);
  EXPECT_EQ(base::DetailsOf(again.status()).reason, "OPERATION_STATE");
  EXPECT_EQ(
      base::DetailsOf(
          Change("op-none", ChangeOperationRequest::Verb::kPause).status())
          .reason,
      "OPERATION_NOT_FOUND");
}

TEST_F(OperationsTest, WhatAFailedOneStillHoldsIsReleasedByItsName) {
  Start(2);
  services_["web-0"]->Obey(false);
  RollingRestartRequest request = Restart();
  request.pacing.step_timeout = absl::Milliseconds(100);
  const auto started = Ask(request);
  ASSERT_OK(started.status());
  const std::string id = started->operation.operation.id;
  EVENTUALLY(Operation(id).state == OperationState::kFailed);
  EXPECT_EQ(Operation(id).problem, "1 member failed, and none may");
  EXPECT_THAT(Operation(id).waiting, HasSubstr("web-0 was left offline"));
  EXPECT_THAT(Operation(id).waiting, HasSubstr(id + " --cancel --release"));

  using Verb = ChangeOperationRequest::Verb;
  const auto kept = Change(id, Verb::kCancel);
  EXPECT_EQ(base::DetailsOf(kept.status()).reason, "OPERATION_STATE");
  EXPECT_THAT(kept.status().message(), HasSubstr("still holds web-0"));
  EXPECT_TRUE(StoredOrder("web-0").held());

  ASSERT_OK(Change(id, Verb::kCancel, /*release_holds=*/true).status());
  EXPECT_FALSE(StoredOrder("web-0").held());
  EXPECT_EQ(Operation(id).state, OperationState::kFailed);
  EXPECT_EQ(Operation(id).waiting, "");
  EXPECT_THAT(Change(id, Verb::kCancel, true).status().message(),
              HasSubstr("holds nobody"));
}

TEST_F(OperationsTest, ARestartOfWhoObeysNoOrdersSaysSoBeforehand) {
  Join("stub", R"({"v":1,"service":"search"})");
  stack_ = MakeStack();
  EVENTUALLY(stack_->status("stub") == "UP");
  RollingRestartRequest request = Restart();
  request.meta.validate_only = true;
  request.targets = {.names = {"stub"}, .selector = ""};
  const auto plan = Ask(request);
  ASSERT_OK(plan.status());
  EXPECT_EQ(plan->operation.operation.members[0].problem,
            "obeys no orders: its work goes on");
}

TEST_F(OperationsTest, AMemberIsPartOfOneOperationAtATime) {
  Start(2);
  services_["web-0"]->Obey(false);
  ASSERT_OK(Ask(Restart()).status());
  RollingRestartRequest second = Restart();
  second.meta.content = "another";
  const auto refused = Ask(second);
  EXPECT_EQ(base::DetailsOf(refused.status()).reason, "OPERATION_CONFLICT");
}

TEST_F(OperationsTest, APacedDrainTakesWhatBudgetsAllow) {
  Start(4);
  SetBudgetRequest budget;
  budget.meta.actor.name = "ops";
  budget.budget = {.name = "search",
                   .selector = "service=search",
                   .kind = model::Budget::Kind::kMaxUnavailable,
                   .limit = {.value = 2}};
  ASSERT_OK(stack_->Ask<BudgetReport>(&Controller::SetBudget, budget).status());
  TakeOfflineRequest request = Drain({});
  request.targets.selector = "service=search";
  request.pacing = model::Pacing{.batch_size = 4};
  const auto result = stack_->TakeOffline(request);
  ASSERT_OK(result.status());
  ASSERT_TRUE(result->operation.has_value());
  const std::string id = result->operation->operation.id;
  EVENTUALLY(model::CountMembers(Operation(id)).done == 2);
  EVENTUALLY_THAT(Operation(id).waiting, HasSubstr("search"));
  EXPECT_EQ(model::CountMembers(Operation(id)).pending, 2);
  EXPECT_EQ(Operation(id).state, OperationState::kRunning);
  // There is room again.
  budget.budget.limit.value = 4;
  budget.meta.content = "more";
  ASSERT_OK(stack_->Ask<BudgetReport>(&Controller::SetBudget, budget).status());
  EVENTUALLY(Operation(id).state == OperationState::kSucceeded);
}

TEST_F(OperationsTest, BudgetsHoldHoweverManyAskTwoMonitorsAtOnce) {
  constexpr int kMembers = 12;
  constexpr size_t kAllowed = 4;
  for (int i = 0; i < kMembers; ++i)
    Join(base::StrCat("m-", i), Record("UP", 0));
  stack_ = MakeStack();
  auto second = MakeStack({.id = "monitor-2"});
  EVENTUALLY(stack_->view()->members.size() == kMembers);
  EVENTUALLY(second->view()->members.size() == kMembers);
  SetBudgetRequest budget;
  budget.budget = {.name = "all",
                   .selector = "*",
                   .kind = model::Budget::Kind::kMaxUnavailable,
                   .limit = {.value = kAllowed}};
  ASSERT_OK(stack_->Ask<BudgetReport>(&Controller::SetBudget, budget).status());

  std::atomic<bool> over{false};
  std::atomic<bool> stop{false};
  std::thread observer([&] {
    testing::ZkProbe witness(server_.ConnectString(chroot_));
    while (!stop) {
      size_t held = 0;
      for (int i = 0; i < kMembers; ++i) {
        const auto data =
            witness.Get(base::StrCat("/roster/default/control/m-", i));
        if (data.ok() && model::ParseOrder(*data)->held()) ++held;
      }
      if (held > kAllowed) over = true;
    }
  });
  std::atomic<size_t> taken{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kMembers; ++i)
    clients.emplace_back([&, i] {
      ControlStack& stack = i % 2 == 0 ? *stack_ : *second;
      const auto result = stack.TakeOffline(
          Drain({base::StrCat("m-", i)}, base::StrCat("operator-", i)));
      if (result.ok())
        ++taken;
      else
        EXPECT_EQ(base::DetailsOf(result.status()).reason, "BUDGET_EXCEEDED")
            << result.status();
    });
  for (std::thread& client : clients) client.join();
  stop = true;
  observer.join();
  EXPECT_EQ(taken, kAllowed);
  EXPECT_FALSE(over);
}

}  // namespace
}  // namespace roster::monitor
