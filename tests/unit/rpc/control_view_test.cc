// What is answered from the view: holds, budgets.

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/rpc/control_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(ControlServiceTest, HoldsComePageByPage) {
  alpha().Up("a");
  alpha().Up("b");
  Hold("a", "ops", 1);
  Hold("b", "dev", 1);
  Hold("c", "ops", 1);  // never seen
  v1::ListHoldsRequest request;
  request.set_page_size(1);
  std::vector<std::string> seen;
  do {
    v1::ListHoldsResponse page;
    ASSERT_EQ(ErrorOf(Ask(&Stub::ListHolds, request, &page)), "OK");
    ASSERT_LE(page.holds_size(), 1);
    for (const auto& hold : page.holds())
      seen.push_back(hold.member() + "/" + hold.hold().id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, ElementsAre("a/h-ops", "a/h-zed", "b/h-dev", "b/h-zed",
                                "c/h-ops", "c/h-zed"));

  v1::ListHoldsResponse page;
  request.set_owner("ops");
  request.set_selector("name=a");
  request.set_page_size(0);
  ASSERT_EQ(ErrorOf(Ask(&Stub::ListHolds, request, &page)), "OK");
  ASSERT_EQ(page.holds_size(), 1);
  EXPECT_EQ(page.holds(0).member(), "a");
  request.set_page_token("nonsense");
  EXPECT_EQ(ErrorOf(Ask(&Stub::ListHolds, request, &page)),
            "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");
}

TEST_F(ControlServiceTest, BudgetsAreExplainedFromTheView) {
  alpha().Up("a");
  alpha().Up("b");
  alpha().table().ApplyBudgets(
      model::SerializeBudgets({{.name = "all",
                                .selector = "*",
                                .kind = model::Budget::Kind::kMaxUnavailable,
                                .limit = {.value = 1}}}),
      absl::Now());
  alpha().table().ApplySynced(absl::Now());
  v1::ExplainBudgetsRequest request;
  v1::ExplainBudgetsResponse response;
  request.add_names("a");
  ASSERT_EQ(ErrorOf(Ask(&Stub::ExplainBudgets, request, &response)), "OK");
  EXPECT_TRUE(response.allowed());
  request.add_names("b");
  ASSERT_EQ(ErrorOf(Ask(&Stub::ExplainBudgets, request, &response)), "OK");
  EXPECT_FALSE(response.allowed());
  EXPECT_EQ(response.budgets(0).asked(), 2);
  EXPECT_FALSE(response.budgets(0).satisfied());
  request.add_names("c");
  EXPECT_EQ(ErrorOf(Ask(&Stub::ExplainBudgets, request, &response)),
            "NOT_FOUND/MEMBER_NOT_FOUND");

  v1::ExplainBudgetsRequest nobody;
  nobody.set_selector("name=nobody");
  ASSERT_EQ(ErrorOf(Ask(&Stub::ExplainBudgets, nobody, &response)), "OK");
  EXPECT_TRUE(response.allowed());
  EXPECT_THAT(response.budgets(), IsEmpty());

  v1::ListBudgetsResponse budgets;
  ASSERT_EQ(
      ErrorOf(Ask(&Stub::ListBudgets, v1::ListBudgetsRequest(), &budgets)),
      "OK");
  EXPECT_EQ(budgets.budgets(0).budget().max_unavailable(), "1");
}

TEST_F(ControlServiceTest, WhatIsNotReadYetIsNotSaidToBeAbsent) {
  v1::ListBudgetsResponse budgets;
  EXPECT_EQ(
      ErrorOf(Ask(&Stub::ListBudgets, v1::ListBudgetsRequest(), &budgets)),
      "UNAVAILABLE/VIEW_NOT_SYNCED");
  v1::GetOperationRequest request;
  request.set_id("op-1");
  v1::GetOperationResponse operation;
  EXPECT_EQ(ErrorOf(Ask(&Stub::GetOperation, request, &operation)),
            "UNAVAILABLE/VIEW_NOT_SYNCED");
  alpha().table().ApplySynced(absl::Now());
  EXPECT_EQ(ErrorOf(Ask(&Stub::GetOperation, request, &operation)),
            "NOT_FOUND/OPERATION_NOT_FOUND");
}

}  // namespace
}  // namespace roster::monitor
