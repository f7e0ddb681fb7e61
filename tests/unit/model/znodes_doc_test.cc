// The examples of docs/znodes.md are what the codecs read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "model/audit_entry.h"
#include "model/budget.h"
#include "model/config_entry.h"
#include "model/designation.h"
#include "model/ledger_entry.h"
#include "model/monitor_record.h"
#include "model/operation.h"
#include "model/order.h"
#include "model/policy.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

// The first JSON below `heading`; "" if there is none.
std::string ExampleBelow(const std::string& heading) {
  std::ifstream file(ROSTER_ZNODES_DOC);
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  const std::string fence = "```json\n";
  const size_t section = page.find("\n## " + heading + "\n");
  if (section == page.npos) return "";
  const size_t begin = page.find(fence, section);
  if (begin == page.npos || begin > page.find("\n## ", section + 1)) return "";
  const size_t first = begin + fence.size();
  return page.substr(first, page.find("```", first) - first);
}

TEST(ZnodesDocTest, TheOrderReads) {
  ASSERT_OK_AND_ASSIGN(const Order order,
                       ParseOrder(ExampleBelow("The order")));
  EXPECT_EQ(order.epoch, 12);
  ASSERT_EQ(order.holds.size(), 1u);
  EXPECT_TRUE(order.holds[0].restart);
  EXPECT_NE(order.holds[0].expires_at, absl::InfiniteFuture());
  EXPECT_NE(order.forgotten_czxid, 0);
}

TEST(ZnodesDocTest, ThePolicyReadsAndShowsTheDefaults) {
  ASSERT_OK_AND_ASSIGN(Policy policy, ParsePolicy(ExampleBelow("The policy")));
  EXPECT_EQ(policy.reporting.interval, absl::Seconds(5));
  policy.reporting.interval = ReportingPolicy().interval;
  EXPECT_EQ(policy, Policy());
}

TEST(ZnodesDocTest, BudgetsRead) {
  ASSERT_OK_AND_ASSIGN(const auto budgets,
                       ParseBudgets(ExampleBelow("Budgets")));
  ASSERT_EQ(budgets.size(), 2u);
  EXPECT_EQ(budgets[0].kind, Budget::Kind::kMaxUnavailable);
  EXPECT_EQ(budgets[1].limit.ToString(), "80%");
}

TEST(ZnodesDocTest, TheOperationReads) {
  ASSERT_OK_AND_ASSIGN(const Operation operation,
                       ParseOperation(ExampleBelow("Operations")));
  EXPECT_EQ(operation.kind, OperationKind::kRollingRestart);
  EXPECT_EQ(operation.pacing.batch_percent, 10);
  EXPECT_EQ(CountMembers(operation).done, 1);
  EXPECT_EQ(CountMembers(operation).pending, 1);
}

TEST(ZnodesDocTest, TheLedgerEntryReads) {
  ASSERT_OK_AND_ASSIGN(const LedgerEntry entry,
                       ParseLedgerEntry(ExampleBelow("The ledger")));
  EXPECT_EQ(entry.state, LedgerState::kLost);
  EXPECT_EQ(entry.record.service, "search");
}

TEST(ZnodesDocTest, TheAuditEntryReads) {
  ASSERT_OK_AND_ASSIGN(const AuditEntry entry,
                       ParseAuditEntry(ExampleBelow("The audit")));
  EXPECT_TRUE(entry.actor.authenticated);
  ASSERT_EQ(entry.targets.size(), 1u);
  EXPECT_EQ(entry.targets[0].epoch_after, 12);
}

TEST(ZnodesDocTest, TheMonitorReads) {
  ASSERT_OK_AND_ASSIGN(
      const MonitorRecord record,
      ParseMonitorRecord(ExampleBelow("The election of the monitors")));
  EXPECT_EQ(record.pid, 4242);
  EXPECT_EQ(record.grpc_addresses.size(), 1u);
}

TEST(ZnodesDocTest, TheDesignationReads) {
  ASSERT_OK_AND_ASSIGN(const Designation designation,
                       ParseDesignation(ExampleBelow("Designations")));
  EXPECT_EQ(designation.version, 3);
  EXPECT_EQ(designation.leaders.size(), 2u);
  EXPECT_EQ(designation.settle, absl::Seconds(30));
}

TEST(ZnodesDocTest, TheConfigEntryReads) {
  ASSERT_OK_AND_ASSIGN(
      const ConfigEntry entry,
      ParseConfigEntry("search/limits", ExampleBelow("The configuration")));
  EXPECT_EQ(entry.version, 7);
  EXPECT_EQ(entry.value, "{\"qps\":100}");
  EXPECT_EQ(entry.restored_from, 5);
  EXPECT_EQ(entry.change_id.size(), 16u);
}

}  // namespace
}  // namespace roster::model
