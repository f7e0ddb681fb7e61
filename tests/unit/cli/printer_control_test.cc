// Budgets, operations and the audit, as they are printed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/audit_actions.h"
#include "cli/printer_budgets.h"
#include "cli/printer_operations.h"
#include "model/audit_entry.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::cli {
namespace {

using ::roster::testing::SampleNow;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

v1::BudgetReport Report(int expected, int available, int required) {
  v1::BudgetReport report;
  report.mutable_budget()->set_selector("service=serach");
  report.set_expected(expected);
  report.set_available(available);
  report.set_required(required);
  report.set_allowed(std::max(0, available - required));
  return report;
}

TEST(BudgetPrinterTest, DoubtsABudgetThatLimitsNothingOrAllowsNothing) {
  EXPECT_THAT(BudgetDoubts(Report(5, 5, 4)), IsEmpty());
  EXPECT_THAT(BudgetDoubts(Report(0, 0, 3)),
              ElementsAre("no member matches 'service=serach' at present: the "
                          "budget limits nothing"));
  EXPECT_THAT(BudgetDoubts(Report(5, 5, 5)),
              ElementsAre(HasSubstr("wants all of the 5 members")));
  EXPECT_THAT(BudgetDoubts(Report(5, 3, 4)),
              ElementsAre("nobody may be taken at present: 3 of 5 are "
                          "available, and 4 must be"));
}

TEST(OperationPrinterTest, WhatItWaitsForIsSaidOnce) {
  v1::Operation operation;
  operation.set_id("op-1");
  operation.set_state(v1::OPERATION_STATE_PAUSED);
  operation.set_waiting("paused by ops");
  EXPECT_THAT(OperationDetail(operation, SampleNow(), {}),
              AllOf(HasSubstr("Waiting:     paused by ops\n"),
                    Not(HasSubstr("Problem:"))));
  operation.set_problem("paused by ops");
  EXPECT_THAT(OperationDetail(operation, SampleNow(), {}),
              AllOf(HasSubstr("Problem:     paused by ops\n"),
                    Not(HasSubstr("Waiting:"))));
  operation.set_waiting("a budget");
  EXPECT_THAT(OperationDetail(operation, SampleNow(), {}),
              AllOf(HasSubstr("Problem:     paused by ops\n"),
                    HasSubstr("Waiting:     a budget\n")));
}

TEST(AuditActionsTest, AreTheChangingCallsAndTheDuties) {
  const std::vector<std::string>& actions = AuditActions();
  for (const char* call :
       {"TakeOffline", "SetPolicy", "ReleaseGuard", "CancelOperation",
        "RollbackConfig", "ClearDesignation", "OpenBarrier"})
    EXPECT_THAT(actions, Contains(call));
  for (const char* question :
       {"ListAudit", "GetOrder", "ExplainBudgets", "WatchOperation"})
    EXPECT_THAT(actions, Not(Contains(question)));
  const std::vector<std::string> duties(model::kAuditedDuties.begin(),
                                        model::kAuditedDuties.end());
  EXPECT_TRUE(std::equal(duties.rbegin(), duties.rend(), actions.rbegin()))
      << "the duties of rosterd come last";
}

}  // namespace
}  // namespace roster::cli
