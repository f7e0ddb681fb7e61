#include "monitor/state/budget_check.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "monitor/state/selector.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/state/cluster_table_fixture.h"

namespace roster::monitor {
namespace {

using model::Budget;
using model::MemberStatus;
using model::ReportedState;
using roster::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Budget MakeBudget(Budget::Kind kind, int64_t value, bool percent = false) {
  return {.name = "search",
          .selector = "service=search",
          .kind = kind,
          .limit = {.value = value, .percent = percent}};
}
Budget MinAvailable(int64_t value, bool percent = false) {
  return MakeBudget(Budget::Kind::kMinAvailable, value, percent);
}
Budget MaxUnavailable(int64_t value, bool percent = false) {
  return MakeBudget(Budget::Kind::kMaxUnavailable, value, percent);
}

// web-01 to web-10, all UP.
class BudgetCheckTest : public ClusterTableTest {
 protected:
  void SetUp() override {
    for (int i = 1; i <= 10; ++i) Create(Name(i));
    Synced();
  }
  static std::string Name(int i) {
    return std::string(i < 10 ? "web-0" : "web-") + std::to_string(i);
  }
  BudgetReport Check(const Budget& budget,
                     const std::vector<std::string>& asked = {}) {
    const auto reports = CheckBudgets(*table_.view(), {budget}, asked);
    EXPECT_EQ(reports.size(), 1u);
    return reports.empty() ? BudgetReport() : reports.front();
  }
};

TEST_F(BudgetCheckTest, ExplainsWhatIsAwayAndWhatWouldHaveToChange) {
  Order("web-04", MakeOrder(1, {"ops"}));
  Gone("web-04");
  const BudgetReport report =
      Check(MinAvailable(80, true), {"web-01", "web-02"});

  EXPECT_EQ(report.expected, 10);
  EXPECT_EQ(report.available, 9);
  EXPECT_EQ(report.required, 8);
  EXPECT_EQ(report.allowed, 1);
  EXPECT_EQ(report.asked, 2);
  EXPECT_FALSE(report.satisfied());
  ASSERT_EQ(report.unavailable.size(), 1u);
  EXPECT_EQ(report.unavailable[0].name, "web-04");
  EXPECT_EQ(report.unavailable[0].status, MemberStatus::kOffline);
  EXPECT_EQ(report.explanation,
            "budget \"search\" (min_available 80% of 10 = 8): 9 of 10 "
            "available, 1 may be taken, 2 asked; away: web-04 (OFFLINE, held "
            "by ops: kernel upgrade). Wait for web-04, ask for fewer, change "
            "the budget, or force.");
}

TEST_F(BudgetCheckTest, WhatIsAllowedNeedsNoAdvice) {
  const BudgetReport report = Check(MaxUnavailable(2), {"web-01", "web-02"});
  EXPECT_TRUE(report.satisfied());
  EXPECT_EQ(report.explanation,
            "budget \"search\" (max_unavailable 2 of 10): 10 of 10 available, "
            "2 may be taken, 2 asked.");
}

TEST_F(BudgetCheckTest, SharesAreRoundedSoThatFewerMayBeAway) {
  EXPECT_EQ(Check(MinAvailable(75, true)).required, 8);
  EXPECT_EQ(Check(MinAvailable(75, true)).allowed, 2);
  EXPECT_EQ(Check(MaxUnavailable(25, true)).required, 8);
  EXPECT_EQ(Check(MaxUnavailable(25, true)).allowed, 2);
  EXPECT_EQ(Check(MaxUnavailable(9, true)).allowed, 0);
}

TEST_F(BudgetCheckTest, AFreezeAllowsNothing) {
  for (const Budget& freeze : {MinAvailable(100, true), MaxUnavailable(0)}) {
    const BudgetReport report = Check(freeze, {"web-01"});
    EXPECT_EQ(report.allowed, 0);
    EXPECT_FALSE(report.satisfied());
    EXPECT_THAT(report.explanation,
                HasSubstr("It never allows anybody to be taken, "
                          "whoever is there: change the "
                          "budget, or force."));
    EXPECT_THAT(report.explanation, Not(HasSubstr("Wait")));
  }
}

TEST_F(BudgetCheckTest, OnlyUpAndDegradedAreAvailable) {
  Update("web-01", MakeRecord(ReportedState::kDegraded));
  Update("web-02", MakeRecord(ReportedState::kStarting));
  Order("web-03", MakeOrder(1, {"ops"}));
  Gone("web-04");
  const BudgetReport report = Check(MinAvailable(5));
  EXPECT_EQ(report.expected, 10);
  EXPECT_EQ(report.available, 7);
  ASSERT_EQ(report.unavailable.size(), 3u);
  EXPECT_EQ(report.unavailable[0].status, MemberStatus::kStarting);
  EXPECT_EQ(report.unavailable[1].status, MemberStatus::kDraining);
  EXPECT_EQ(report.unavailable[2].status, MemberStatus::kLost);
  EXPECT_EQ(report.unavailable[2].why, "vanished without a goodbye");
}

// It is shown as DEGRADED, but nobody can use it.
TEST_F(BudgetCheckTest, WhoIsReleasedIsAvailableWhenItWorksAgain) {
  Order("web-01", MakeOrder(1, {"ops"}));
  Update("web-01", MakeRecord(ReportedState::kDrained));
  Order("web-01", MakeOrder(2, {}));
  const BudgetReport report = Check(MaxUnavailable(1), {"web-02"});
  EXPECT_EQ(report.available, 9);
  EXPECT_FALSE(report.satisfied());
  EXPECT_EQ(report.unavailable[0].why, "released, and not working again yet");
  Update("web-01", MakeRecord(ReportedState::kUp));
  EXPECT_TRUE(Check(MaxUnavailable(1), {"web-02"}).satisfied());
}

TEST_F(BudgetCheckTest, WhoLeftOrWasNeverSeenIsNotExpected) {
  Update("web-01", MakeRecord(ReportedState::kLeaving));
  Gone("web-01");
  Order("web-11", MakeOrder(1, {"ops"}));
  Budget all = MinAvailable(1);
  all.selector = "*";
  EXPECT_EQ(Check(all).expected, 9);
  EXPECT_THAT(CheckBudgets(*table_.view(), {all}, {"web-01", "web-11"}),
              IsEmpty());
}

TEST_F(BudgetCheckTest, BrokenMembersDoNotBlockTheirOwnRemoval) {
  for (int i = 1; i <= 5; ++i) Gone(Name(i));
  const BudgetReport broken = Check(MinAvailable(8), {"web-01", "web-02"});
  EXPECT_EQ(broken.allowed, 0);
  EXPECT_EQ(broken.asked, 0);
  EXPECT_TRUE(broken.satisfied());
  EXPECT_FALSE(Check(MinAvailable(8), {"web-01", "web-06"}).satisfied());
}

TEST_F(BudgetCheckTest, ReportsOnlyBudgetsThatCountWhoIsAsked) {
  Budget other = MinAvailable(1);
  other.name = "db";
  other.selector = "service=db";
  const std::vector<Budget> budgets = {other, MinAvailable(1)};
  EXPECT_EQ(CheckBudgets(*table_.view(), budgets, {"web-01"}).size(), 1u);
  EXPECT_EQ(CheckBudgets(*table_.view(), budgets, {}).size(), 2u);
  EXPECT_THAT(CheckBudgets(*table_.view(), budgets, {"unknown"}), IsEmpty());
}

TEST_F(BudgetCheckTest, AskedTwiceCountsOnce) {
  EXPECT_EQ(Check(MaxUnavailable(1), {"web-01", "web-01"}).asked, 1);
}

TEST_F(BudgetCheckTest, NamesABoundedNumber) {
  for (int i = 11; i <= 50; ++i) Create(Name(i));
  for (int i = 11; i <= 50; ++i) Gone(Name(i));
  const BudgetReport report = Check(MinAvailable(10), {"web-01"});
  EXPECT_EQ(report.unavailable.size(), BudgetReport::kMaxNamed);
  EXPECT_THAT(report.explanation, HasSubstr("web-15 (LOST, vanished without a "
                                            "goodbye) and 35 more. Wait for "
                                            "web-11, web-12, web-13 and 37 "
                                            "more, change the budget"));
}

TEST_F(BudgetCheckTest, ASelectorThatCannotBeReadProtectsEverybody) {
  Budget broken = MinAvailable(1);
  broken.selector = "zone=";
  const BudgetReport report = Check(broken, {"web-01"});
  EXPECT_FALSE(report.satisfied());
  EXPECT_THAT(report.explanation, HasSubstr("cannot be read"));
}

TEST(BudgetSelectorTest, MayNotAskForTheStatus) {
  EXPECT_OK(ValidateBudgetSelector("*"));
  EXPECT_OK(ValidateBudgetSelector("service=search,label.status=blue"));
  for (const char* bad : {"", "  ", "zone=", "status=UP", "a=b,status!=LOST",
                          "!status", "status"}) {
    EXPECT_THAT(ValidateBudgetSelector(bad),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

TEST(SelectorTest, AStarAloneMatchesEveryMember) {
  for (const char* all : {"*", " * ", ""}) {
    ASSERT_OK_AND_ASSIGN(const Selector selector, Selector::Parse(all));
    EXPECT_TRUE(selector.MatchesAll());
    EXPECT_FALSE(selector.AsksStatus());
    EXPECT_EQ(selector.text(), all);
  }
  EXPECT_THAT(Selector::Parse("*,a=b"), Not(roster::testing::IsOk()));
  EXPECT_THAT(Selector::Parse("**"), Not(roster::testing::IsOk()));
}

}  // namespace
}  // namespace roster::monitor
