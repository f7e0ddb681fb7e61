#include "model/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::IsOk;
using roster::testing::StatusIs;
using ::testing::HasSubstr;
using Kind = Budget::Kind;

Budget MakeBudget(Kind kind = Kind::kMinAvailable,
                  Quantity limit = {.value = 80, .percent = true}) {
  return {.name = "search",
          .selector = "service=search",
          .kind = kind,
          .limit = limit,
          .description = "half of the shards need two"};
}

void ExpectRefused(std::string_view json, const std::string& what) {
  EXPECT_THAT(ParseBudgets(json),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)))
      << json;
}

void ExpectInvalid(const Budget& budget, const std::string& what) {
  EXPECT_THAT(ValidateBudget(budget),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)));
}

std::string With(const std::string& budgets) {
  return absl::StrCat(R"({"v":1,"budgets":[)", budgets, "]}");
}

TEST(QuantityTest, IsANumberOrAShare) {
  ASSERT_OK_AND_ASSIGN(const Quantity three, Quantity::Parse("3"));
  EXPECT_EQ(three, (Quantity{.value = 3}));
  EXPECT_EQ(three.ToString(), "3");
  ASSERT_OK_AND_ASSIGN(const Quantity most, Quantity::Parse("80%"));
  EXPECT_EQ(most, (Quantity{.value = 80, .percent = true}));
  EXPECT_EQ(most.ToString(), "80%");
  for (const char* text : {"0", "0%", "100%", "1000000000"}) {
    EXPECT_OK(Quantity::Parse(text)) << text;
  }
}

TEST(QuantityTest, RefusesEverythingElse) {
  for (const char* text :
       {"", "%", "-1", "+1", " 1", "1 ", "1 %", "101%", "1.5", "0x1", "1%%",
        "all", "1000000001", "99999999999999999999"}) {
    EXPECT_THAT(Quantity::Parse(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(QuantityTest, SharesAreRoundedAsAsked) {
  const Quantity third{.value = 33, .percent = true};
  EXPECT_EQ(third.Floor(10), 3);
  EXPECT_EQ(third.Ceil(10), 4);
  EXPECT_EQ(third.Floor(0), 0);
  EXPECT_EQ(third.Ceil(0), 0);
  EXPECT_EQ(third.Floor(100), 33);
  EXPECT_EQ(third.Ceil(100), 33);
  EXPECT_EQ(Quantity{.value = 7}.Floor(3), 7);
  EXPECT_EQ(Quantity{.value = 7}.Ceil(3), 7);
}

TEST(BudgetTest, RoundsSoThatFewerMayBeAway) {
  const Quantity share{.value = 25, .percent = true};
  // 25 % of 10 available: 3, not 2.
  EXPECT_EQ(MakeBudget(Kind::kMinAvailable, share).Required(10), 3);
  // 25 % of 10 away: 2, not 3.
  EXPECT_EQ(MakeBudget(Kind::kMaxUnavailable, share).Required(10), 8);
  EXPECT_EQ(MakeBudget(Kind::kMinAvailable, {.value = 4}).Required(3), 4);
  EXPECT_EQ(MakeBudget(Kind::kMaxUnavailable, {.value = 4}).Required(3), 0);
  EXPECT_EQ(MakeBudget(Kind::kMaxUnavailable, {.value = 1}).Required(10), 9);
}

TEST(BudgetTest, AFreezeIsLegal) {
  EXPECT_OK(ValidateBudget(
      MakeBudget(Kind::kMinAvailable, {.value = 100, .percent = true})));
  EXPECT_OK(ValidateBudget(MakeBudget(Kind::kMaxUnavailable, {.value = 0})));
}

TEST(BudgetTest, RefusesLimitsThatMakeNoSense) {
  ExpectInvalid(MakeBudget(Kind::kMinAvailable, {.value = 0}),
                "min_available: 0 limits nothing");
  ExpectInvalid(MakeBudget(Kind::kMinAvailable, {.value = 0, .percent = true}),
                "min_available: 0 limits nothing");
  ExpectInvalid(
      MakeBudget(Kind::kMaxUnavailable, {.value = 100, .percent = true}),
      "max_unavailable: 100% limits nothing");
  ExpectInvalid(
      MakeBudget(Kind::kMinAvailable, {.value = 101, .percent = true}),
      "min_available: over 100 %");
  ExpectInvalid(MakeBudget(Kind::kMaxUnavailable, {.value = -1}), "below 0");
}

TEST(BudgetTest, RefusesNamesAndTextsThatMakeNoSense) {
  Budget budget = MakeBudget();
  budget.name = "no spaces";
  ExpectInvalid(budget, "name: not 1 to 63");
  budget = MakeBudget();
  budget.selector = "  ";
  ExpectInvalid(budget, "selector: empty");
  budget.selector = "a=\n";
  ExpectInvalid(budget, "selector: has control characters");
  budget = MakeBudget();
  budget.description = std::string(kMaxBudgetDescription, 'x');
  EXPECT_OK(ValidateBudget(budget));
  budget.description += 'x';
  ExpectInvalid(budget, "description: over 256 bytes");
  budget.description = "\xFF";
  ExpectInvalid(budget, "description: not valid UTF-8");
}

TEST(BudgetsTest, WhatIsWrittenReadsBackOrderedByName) {
  Budget other = MakeBudget(Kind::kMaxUnavailable, {.value = 2});
  other.name = "all";
  other.selector = "*";
  other.description.clear();
  const std::string bytes = SerializeBudgets({MakeBudget(), other});

  EXPECT_EQ(
      bytes,
      R"({"v":1,"budgets":[{"name":"all","selector":"*","max_unavailable":2},)"
      R"({"name":"search","selector":"service=search","min_available":"80%",)"
      R"("description":"half of the shards need two"}]})");
  ASSERT_OK_AND_ASSIGN(const auto budgets, ParseBudgets(bytes));
  EXPECT_EQ(budgets, (std::vector<Budget>{other, MakeBudget()}));
}

TEST(BudgetsTest, AnEmptyNodeDoesNotLiftTheLimits) {
  ExpectRefused("", "the node is empty");
}

TEST(BudgetsTest, CountWholeOrNotAtAll) {
  ExpectRefused("x", "not JSON");
  ExpectRefused(R"({"v":1})", "budgets: missing");
  ExpectRefused(R"({"v":2,"budgets":[]})", "version 2 is newer than 1");
  ExpectRefused(With("1"), "budgets[0]: not an object");
  ExpectRefused(With(R"({"name":"a","selector":"*"})"),
                "budgets[0].min_available: missing");
  ExpectRefused(With(R"({"name":"a","selector":"*","min_available":1,
                         "max_unavailable":1})"),
                "there is max_unavailable, too");
  ExpectRefused(With(R"({"name":"a","selector":"*","min_available":"1.5"})"),
                "budgets[0].min_available: neither a number");
  ExpectRefused(With(R"({"name":"a","selector":"*","max_unavailable":-1})"),
                "budgets[0].max_unavailable: not an integer >= 0");
  ExpectRefused(With(R"({"name":"a","selector":"*","max_unavailable":true})"),
                "budgets[0].max_unavailable: not a string");
  ExpectRefused(With(R"({"name":"a","max_unavailable":1})"),
                "budgets[0].selector: empty");
  ExpectRefused(With(R"({"name":"a","selector":"*","max_unavailable":1},
                        {"name":"a","selector":"x","max_unavailable":2})"),
                "budgets: two are called a");
}

TEST(BudgetsTest, TooManyAreRefused) {
  std::vector<Budget> budgets;
  for (size_t i = 0; i < kMaxBudgets; ++i) {
    budgets.push_back(MakeBudget());
    budgets.back().name = absl::StrCat("b", i);
  }
  EXPECT_OK(ParseBudgets(SerializeBudgets(budgets)));
  budgets.push_back(MakeBudget());
  ExpectRefused(SerializeBudgets(budgets), "budgets: more than 100");
}

}  // namespace
}  // namespace roster::model
