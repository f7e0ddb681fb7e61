// What the elected rosterd does by itself, on a real ZooKeeper.

#include "base/strings.h"
#include "gmock/gmock.h"
#include "model/ledger_entry.h"
#include "model/policy.h"
#include "tests/integration/control/control_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::SizeIs;

class DutiesTest : public ControlTest {
 protected:
  std::optional<model::LedgerEntry> Ledger(const std::string& name) {
    const auto data = probe_.Get(base::StrCat("/roster/default/ledger/", name));
    if (!data.ok()) return std::nullopt;
    const auto entry = model::ParseLedgerEntry(*data);
    EXPECT_OK(entry.status());
    return *entry;
  }
  std::string LedgerState(const std::string& name) {
    const auto entry = Ledger(name);
    if (!entry) return "";
    return entry->state == model::LedgerState::kPresent ? "PRESENT"
           : entry->state == model::LedgerState::kLeft  ? "LEFT"
                                                        : "LOST";
  }
};

TEST_F(DutiesTest, OneOfSeveralIsElectedAndTheNextTakesOver) {
  auto first = MakeStack();
  EVENTUALLY(first->leading());
  auto second = MakeStack({.id = "monitor-2"});
  EVENTUALLY_THAT(*second->view()->monitors, SizeIs(2));
  EXPECT_FALSE(second->leading());
  EXPECT_EQ(second->view()->monitors->front().id, "monitor-1");
  first.reset();
  EVENTUALLY(second->leading());
  EVENTUALLY_THAT(*second->view()->monitors, SizeIs(1));
}

TEST_F(DutiesTest, AMemberThatVanishesWhileNoMonitorRunsIsFoundLost) {
  Join("web-01", R"({"v":1,"service":"search","labels":{"zone":"a"}})");
  auto stack = MakeStack();
  EVENTUALLY(LedgerState("web-01") == "PRESENT");
  stack.reset();
  ASSERT_OK(probe_.Delete("/clusterServer/web-01"));

  auto next = MakeStack({.id = "monitor-2"});
  EVENTUALLY(next->status("web-01") == "LOST");
  const MemberPtr member = next->member("web-01");
  EXPECT_EQ(member->record.service, "search");
  EXPECT_EQ(member->record.labels.at("zone"), "a");
  EVENTUALLY(LedgerState("web-01") == "LOST");

  // And it stays so for the one after that, without being told again.
  next.reset();
  auto last = MakeStack({.id = "monitor-3"});
  EVENTUALLY(last->status("web-01") == "LOST");
  const auto events = last->events().ReadAfter(0, 1000);
  ASSERT_OK(events.status());
  for (const EventPtr& event : *events)
    EXPECT_NE(event->type, EventType::kLost) << event->member;
}

TEST_F(DutiesTest, AGoodbyeInTheLedgerIsNoLoss) {
  Join("web-01");
  auto stack = MakeStack();
  EVENTUALLY(LedgerState("web-01") == "PRESENT");
  // As a registrar leaves: both in one moment, and nobody saw LEAVING.
  const auto stat = probe_.Stat("/clusterServer/web-01");
  model::LedgerEntry goodbye = *Ledger("web-01");
  goodbye.state = model::LedgerState::kLeft;
  goodbye.czxid = stat->czxid;
  ASSERT_OK(probe_
                .Set("/roster/default/ledger/web-01",
                     model::SerializeLedgerEntry(goodbye))
                .status());
  ASSERT_OK(probe_.Delete("/clusterServer/web-01"));
  EVENTUALLY(stack->status("web-01") == "LEFT");
  EXPECT_EQ(LedgerState("web-01"), "LEFT");
}

TEST_F(DutiesTest, TheLedgerForgetsWithTheView) {
  Join("web-01");
  auto stack = MakeStack({.lost_retention = absl::Seconds(1)});
  EVENTUALLY(LedgerState("web-01") == "PRESENT");
  ASSERT_OK(probe_.Delete("/clusterServer/web-01"));
  EVENTUALLY(stack->status("web-01") == "");
  EVENTUALLY(LedgerState("web-01") == "");
}

// Sixty labels of 250 bytes, which a record may have.
std::string FatRecord() {
  std::string labels;
  for (int i = 0; i < 60; ++i)
    labels += base::StrCat(i == 0 ? "" : ",", "\"label", i, "\":\"",
                           std::string(250, 'x'), "\"");
  return base::StrCat(R"({"v":1,"service":"fat","labels":{)", labels, "}}");
}

TEST_F(DutiesTest, FatMembersDoNotKeepOthersOutOfTheLedger) {
  const std::string fat = FatRecord();
  for (int i = 0; i < 110; ++i) Join(base::StrCat("fat-", i), fat);
  auto stack = MakeStack();
  EVENTUALLY(LedgerState("fat-109") == "PRESENT");
  Join("web-01", R"({"v":1,"service":"search"})");
  EVENTUALLY(LedgerState("web-01") == "PRESENT");
  ASSERT_OK(probe_.Delete("/clusterServer/web-01"));
  EVENTUALLY(LedgerState("web-01") == "LOST");
  EXPECT_EQ(probe_.Children("/roster/default/ledger")->size(), 111u);
  EXPECT_EQ(Ledger("fat-0")->record.labels.size(), 60u);

  stack.reset();
  auto next = MakeStack({.id = "monitor-2"});
  EVENTUALLY(next->status("web-01") == "LOST");
}

TEST_F(DutiesTest, LongNamesDoNotKeepOthersOutOfTheLedger) {
  Join("web-01");
  for (const char c : {'a', 'b', 'c', 'd', 'e', 'f'})
    Join(std::string(300'000, c));
  // For this one there is not even room for an entry.
  Join(std::string(960'000, 'z'));
  auto stack = MakeStack();
  EVENTUALLY(probe_.Children("/roster/default/ledger")->size() == 7);
  ASSERT_OK(probe_.Delete("/clusterServer/web-01"));
  ASSERT_OK(probe_.Delete(
      base::StrCat("/clusterServer/", std::string(300'000, 'a'))));
  EVENTUALLY(LedgerState("web-01") == "LOST");
  EVENTUALLY(LedgerState(std::string(300'000, 'a')) == "LOST");
  for (const auto& [duty, failures] : stack->controller().duty_failures())
    EXPECT_EQ(failures, 0u) << duty;
}

TEST_F(DutiesTest, AnEntryThatMayNotBeWrittenDoesNotKeepTheOthers) {
  for (const char* name : {"web-01", "web-02", "web-03"}) Join(name);
  auto stack = MakeStack();
  for (const char* name : {"web-01", "web-02", "web-03"})
    EVENTUALLY(LedgerState(name) == "PRESENT");
  ASSERT_OK(probe_.MakeReadOnly("/roster/default/ledger/web-02"));
  for (const char* name : {"web-01", "web-02", "web-03"})
    ASSERT_OK(probe_.Delete(base::StrCat("/clusterServer/", name)));
  EVENTUALLY(LedgerState("web-01") == "LOST");
  EVENTUALLY(LedgerState("web-03") == "LOST");
  EXPECT_EQ(LedgerState("web-02"), "PRESENT");
  // Somebody has to see to it.
  const auto failures = [&] {
    for (const auto& [duty, count] : stack->controller().duty_failures())
      if (duty == "ledger") return count;
    return uint64_t{0};
  };
  EVENTUALLY(failures() > 0);
}

TEST_F(DutiesTest, ManyFatHoldsExpire) {
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    names.push_back(base::StrCat("web-", i));
    Join(names.back(), Record("UP", 0));
  }
  auto stack = MakeStack();
  EVENTUALLY(stack->view()->members.size() == names.size());
  // Two holds: what stays is written anew with what goes. By hand, since no
  // operator's call takes so long a reason.
  for (const std::string& name : names) {
    model::Order order{.epoch = 1, .holds = {}};
    for (const bool expires : {true, false})
      order.holds.push_back({.id = expires ? "h-1" : "h-2",
                             .owner = expires ? "brief" : "long",
                             .reason = std::string(20'000, 'r'),
                             .ticket = "",
                             .created_at = absl::Now(),
                             .expires_at = expires
                                               ? absl::Now() + absl::Seconds(1)
                                               : absl::InfiniteFuture()});
    ASSERT_OK(probe_
                  .Create(base::StrCat("/roster/default/control/", name),
                          model::SerializeOrder(order))
                  .status());
  }
  for (const std::string& name : names)
    EVENTUALLY(StoredOrder(name).holds.size() == 1);
}

TEST_F(DutiesTest, AnOperationTakesFatOrdersInTurns) {
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    names.push_back(base::StrCat("web-", i));
    Join(names.back());
  }
  auto stack = MakeStack();
  EVENTUALLY(stack->view()->members.size() == names.size());
  for (const std::string& name : names) {
    model::Order order{.epoch = 1, .holds = {}};
    order.holds.push_back({.id = "h-1",
                           .owner = "long",
                           .reason = std::string(20'000, 'r'),
                           .ticket = "",
                           .created_at = absl::Now()});
    ASSERT_OK(probe_
                  .Create(base::StrCat("/roster/default/control/", name),
                          model::SerializeOrder(order))
                  .status());
  }
  TakeOfflineRequest request = Drain(names);
  request.pacing = model::Pacing{.batch_size = 60};
  ASSERT_OK(stack->TakeOffline(request).status());
  for (const std::string& name : names)
    EVENTUALLY(StoredOrder(name).holds.size() == 2);
}

TEST_F(DutiesTest, AnExpiryDueWhileNobodyWasElectedIsCaughtUp) {
  Join("web-01", Record("UP", 0));
  auto stack = MakeStack();
  EVENTUALLY(stack->status("web-01") == "UP");
  TakeOfflineRequest request = Drain({"web-01"});
  request.terms.expire_after = absl::Milliseconds(500);
  ASSERT_OK(stack->TakeOffline(request).status());
  stack.reset();
  ASSERT_TRUE(StoredOrder("web-01").held());
  auto next = MakeStack({.id = "monitor-2"});
  EVENTUALLY(!StoredOrder("web-01").held());
}

TEST_F(DutiesTest, TheIntervalFollowsTheNumberOfMembers) {
  for (int i = 0; i < 40; ++i) Join(base::StrCat("web-", i));
  auto stack = MakeStack();
  SetPolicyRequest request;
  request.policy.reporting.max_updates_per_second = 10;
  ASSERT_OK(
      stack->Ask<model::Policy>(&Controller::SetPolicy, std::move(request))
          .status());
  EVENTUALLY(stack->view()->policy->reporting.interval == absl::Seconds(4));
}

TEST_F(DutiesTest, LosingZooKeeperStopsTheLeader) {
  auto stack = MakeStack();
  EVENTUALLY(stack->leading());
  const auto names = probe_.Children("/roster/default/monitors");
  ASSERT_THAT(*names, SizeIs(1));
  const auto stat =
      probe_.Stat(base::StrCat("/roster/default/monitors/", names->front()));
  ASSERT_OK(probe_.ExpireSession(stat->ephemeral_owner));
  // A new session, a new node, elected again.
  EVENTUALLY(probe_.Children("/roster/default/monitors")->size() == 1 &&
             probe_.Children("/roster/default/monitors")->front() !=
                 names->front());
  EVENTUALLY(stack->leading());
}

}  // namespace
}  // namespace roster::monitor
