// Budgets, operations and the audit, as they are printed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/audit_actions.h"
#include "cli/printer_budgets.h"
#include "cli/printer_detail.h"
#include "cli/printer_holds.h"
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

TEST(OrderPrinterTest, AnOrderThatCannotBeReadIsNeverARelease) {
  v1::GetOrderResponse order;
  order.set_name("web-01");
  order.mutable_member()->set_applied_epoch(3);
  order.mutable_desired()->set_problem("no JSON");
  EXPECT_THAT(
      OrderDetail(order, SampleNow(), {}),
      AllOf(HasSubstr("Wanted:      unknown\n"),
            HasSubstr("Epoch:       unknown\n"),
            HasSubstr("Problem:     the order cannot be read now: no JSON\n"),
            HasSubstr("Obeys:       unknown\n"), Not(HasSubstr("ONLINE"))));
  order.mutable_desired()->set_epoch(3);
  order.mutable_desired()->add_holds()->set_id("h-1");
  EXPECT_THAT(OrderDetail(order, SampleNow(), {}),
              AllOf(HasSubstr("Wanted:      OFFLINE, as last read\n"),
                    HasSubstr("Epoch:       3, as last read\n"),
                    HasSubstr("Obeys:       yes\n"), HasSubstr("h-1")));
}

TEST(StatusPrinterTest, AnOrderThatCannotBeReadIsNotCountedAsHeld) {
  v1::ClusterSummary summary;
  summary.set_broken_orders(1);
  EXPECT_THAT(ClusterReport(summary, SampleNow(), {}),
              HasSubstr("\n  held     0, 1 order cannot be read (as last read "
                        "until mended)\n"));
  summary.set_held(3);
  summary.set_broken_orders(2);
  EXPECT_THAT(ClusterReport(summary, SampleNow(), {}),
              HasSubstr("\n  held     3, 2 orders cannot be read"));
}

TEST(StatusPrinterTest, WhoIsElectedIsToldApartFromOthers) {
  v1::ClusterSummary summary;
  summary.mutable_view()->set_connected(true);
  summary.mutable_view()->set_synced(true);
  EXPECT_THAT(ClusterReport(summary, SampleNow(), {}),
              HasSubstr("monitors 0, none is elected; the log of the rosterd "
                        "that answers says why (\"cannot stand in line\")\n"));
  summary.set_monitors(2);
  EXPECT_THAT(ClusterReport(summary, SampleNow(), {}),
              HasSubstr("monitors 2, none is elected\n"));
  summary.set_leader_id("m-1");
  EXPECT_THAT(ClusterReport(summary, SampleNow(), {}),
              HasSubstr("monitors 2, elected: m-1\n"));
  v1::Monitor monitor;
  monitor.set_id("m-1");
  monitor.set_host("host-a");
  monitor.set_pid(42);
  monitor.add_grpc_addresses("10.0.0.7:7470");
  EXPECT_THAT(ClusterReport(summary, SampleNow(), {}, monitor),
              HasSubstr("monitors 2, elected: host-a, pid 42, at "
                        "10.0.0.7:7470 (m-1)\n"));
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
