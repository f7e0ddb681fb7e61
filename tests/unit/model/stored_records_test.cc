// The records that rosterd keeps for itself: audit, ledger, monitors.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "model/audit_entry.h"
#include "model/ledger_entry.h"
#include "model/monitor_record.h"
#include "model/request_record.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::StatusIs;
using ::testing::HasSubstr;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'795'334'405);

template <typename Parsed>
void ExpectRefused(const Parsed& parsed, const std::string& what) {
  EXPECT_THAT(parsed,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)));
}

AuditEntry MakeAuditEntry() {
  return {.at = kNow,
          .actor = {.name = "ops", .peer = "10.0.0.1:999"},
          .action = "TakeOffline",
          .targets = {{.name = "web-01", .epoch_before = 3, .epoch_after = 4},
                      {.name = "search"}},
          .reason = "kernel",
          .ticket = "OPS-12",
          .result = "FAILED_PRECONDITION",
          .message = "budget \"search\"",
          .forced = true,
          .request_id = "r-1",
          .monitor = "m-1"};
}

TEST(AuditEntryTest, WhatIsWrittenReadsBackEqual) {
  AuditEntry least{.at = kNow, .action = "SetPolicy"};
  for (const AuditEntry& entry : {MakeAuditEntry(), least}) {
    ASSERT_OK_AND_ASSIGN(const AuditEntry read,
                         ParseAuditEntry(SerializeAuditEntry(entry)));
    EXPECT_EQ(read, entry);
  }
}

TEST(AuditEntryTest, NamesTheFieldThatIsWrong) {
  ExpectRefused(ParseAuditEntry(""), "audit entry: the node is empty");
  ExpectRefused(ParseAuditEntry(R"({"v":1})"), "action: missing");
  ExpectRefused(ParseAuditEntry(R"({"v":1,"action":"x"})"), "result: missing");
  ExpectRefused(ParseAuditEntry(R"({"v":1,"action":"x","result":"OK",
                                    "targets":[{"epoch_after":-1}]})"),
                "targets[0].name: missing");
  ExpectRefused(ParseAuditEntry(R"({"v":1,"action":"x","result":"OK",
                                    "at":"now"})"),
                "at: not an RFC 3339 time");
}

TEST(AuditEntryTest, WritingRepairsInvalidUtf8) {
  AuditEntry entry = MakeAuditEntry();
  entry.reason = "caf\xE9";
  entry.actor.name = "\xFF";
  ASSERT_OK_AND_ASSIGN(const AuditEntry read,
                       ParseAuditEntry(SerializeAuditEntry(entry)));
  EXPECT_EQ(read.reason, "caf\xEF\xBF\xBD");
  EXPECT_EQ(read.actor.name, "\xEF\xBF\xBD");
}

LedgerEntry MakeLedgerEntry(LedgerState state) {
  LedgerEntry entry{
      .state = state, .czxid = 77, .joined_at = kNow - absl::Hours(1)};
  entry.since = kNow;
  entry.record.incarnation = "i-1";
  entry.record.service = "search";
  entry.record.state = ReportedState::kLeaving;
  entry.record.labels["zone"] = "a";
  entry.record.applied_epoch = 4;
  return entry;
}

TEST(LedgerEntryTest, WhatIsWrittenReadsBackEqual) {
  for (const auto state :
       {LedgerState::kPresent, LedgerState::kLeft, LedgerState::kLost}) {
    const LedgerEntry entry = MakeLedgerEntry(state);
    ASSERT_OK_AND_ASSIGN(const LedgerEntry read,
                         ParseLedgerEntry(SerializeLedgerEntry(entry)));
    EXPECT_EQ(read, entry);
  }
}

TEST(LedgerEntryTest, KeepsNeitherTasksNorGauges) {
  LedgerEntry entry = MakeLedgerEntry(LedgerState::kPresent);
  entry.record.tasks.push_back({.id = "t"});
  entry.record.gauges["cpu"] = 0.5;
  ASSERT_OK_AND_ASSIGN(const LedgerEntry read,
                       ParseLedgerEntry(SerializeLedgerEntry(entry)));
  EXPECT_EQ(read, MakeLedgerEntry(LedgerState::kPresent));
}

TEST(LedgerEntryTest, ARecordThatCannotBeWrittenLeavesHowItWent) {
  LedgerEntry entry = MakeLedgerEntry(LedgerState::kLeft);
  entry.record.service = "\xFF";
  ASSERT_OK_AND_ASSIGN(const LedgerEntry read,
                       ParseLedgerEntry(SerializeLedgerEntry(entry)));
  EXPECT_EQ(read.state, LedgerState::kLeft);
  EXPECT_EQ(read.record.state, ReportedState::kLeaving);
}

TEST(LedgerEntryTest, NamesTheFieldThatIsWrong) {
  ExpectRefused(ParseLedgerEntry("{"), "ledger entry: not JSON");
  ExpectRefused(ParseLedgerEntry(R"({"v":1})"), "state: missing");
  ExpectRefused(ParseLedgerEntry(R"({"v":1,"state":"GONE"})"),
                "state: not one of PRESENT, LEFT, LOST");
  ExpectRefused(ParseLedgerEntry(R"({"v":1,"state":"LOST"})"),
                "czxid: missing");
  ExpectRefused(ParseLedgerEntry(R"({"v":1,"state":"LOST","czxid":1,
                                     "record":[]})"),
                "record: not an object");
  ExpectRefused(ParseLedgerEntry(R"({"v":1,"state":"LOST","czxid":1,
                                     "record":{"v":9}})"),
                "record: record version 9 is newer");
}

TEST(LedgerEntryTest, DeepNestingDoesNotExhaustTheStack) {
  constexpr size_t kDeep = 300'000;
  const std::string nested = std::string(kDeep, '[') + std::string(kDeep, ']');
  ExpectRefused(
      ParseLedgerEntry(absl::StrCat(
          R"({"v":1,"state":"LOST","czxid":1,"record":{"x":)", nested, "}}")),
      "record: nested too deeply");
}

TEST(MonitorRecordTest, WhatIsWrittenReadsBackEqual) {
  const MonitorRecord record{.id = "m-1",
                             .host = "mon-1",
                             .pid = 42,
                             .version = "1.2.3",
                             .grpc_addresses = {"10.0.0.1:7470", "[::1]:7470"},
                             .http_addresses = {"10.0.0.1:7471"},
                             .started_at = kNow};
  for (const MonitorRecord& each : {record, MonitorRecord{.id = "m"}}) {
    ASSERT_OK_AND_ASSIGN(const MonitorRecord read,
                         ParseMonitorRecord(SerializeMonitorRecord(each)));
    EXPECT_EQ(read, each);
  }
}

TEST(MonitorRecordTest, NamesTheFieldThatIsWrong) {
  ExpectRefused(ParseMonitorRecord(""), "monitor: the node is empty");
  ExpectRefused(ParseMonitorRecord(R"({"v":1})"), "id: missing");
  ExpectRefused(ParseMonitorRecord(R"({"v":1,"id":"m","pid":-1})"),
                "pid: not an integer >= 0");
  ExpectRefused(ParseMonitorRecord(R"({"v":1,"id":"m","grpc":"a:1"})"),
                "grpc: not an array");
  ExpectRefused(ParseMonitorRecord(R"({"v":1,"id":"m","grpc":["a:1",2]})"),
                "grpc[1]: not a string");
}

TEST(RequestRecordTest, WhatIsWrittenReadsBackEqual) {
  RequestRecord record{.fingerprint = "00ff", .at = kNow};
  ASSERT_OK_AND_ASSIGN(RequestRecord read,
                       ParseRequestRecord(SerializeRequestRecord(record)));
  EXPECT_EQ(read, record);
  record.answer = {.changes = {{.name = "web-01",
                                .hold_id = "h-1",
                                .epoch_before = 3,
                                .epoch = 4,
                                .released = {"h-0"}}},
                   .operation = "op-1",
                   .czxid = 7,
                   .version = 2,
                   .change_id = "c",
                   .holder = ReleasedHolder{.path = "/locks/a/n-lock-1",
                                            .sequence = -7,
                                            .session_id = INT64_MIN + 1,
                                            .created = kNow,
                                            .data = "a\xff\n",
                                            .data_size = 4096,
                                            .member = "web-01",
                                            .member_claimed = true,
                                            .role = "READ",
                                            .format = "KAZOO"}};
  ASSERT_OK_AND_ASSIGN(read,
                       ParseRequestRecord(SerializeRequestRecord(record)));
  EXPECT_EQ(read, record);
}

TEST(RequestRecordTest, WhatSomebodyElseWroteIsRefusedAndDoesNoHarm) {
  ExpectRefused(ParseRequestRecord(""), "request: the node is empty");
  ExpectRefused(ParseRequestRecord("garbage"), "request: not JSON");
  ExpectRefused(ParseRequestRecord("{}"), "v: missing");
  ExpectRefused(ParseRequestRecord(R"({"v":1,"answer":{}})"),
                "fingerprint: missing");
  ExpectRefused(ParseRequestRecord(R"({"v":1,"fingerprint":"x"})"),
                "answer: missing");
  ExpectRefused(ParseRequestRecord(
                    R"({"v":1,"fingerprint":"x","answer":{"changes":[5]}})"),
                "answer.changes[0]: not an object");
  ExpectRefused(ParseRequestRecord(
                    R"({"v":1,"fingerprint":"x","answer":{"operation":{}}})"),
                "answer.operation: not a string");
  ExpectRefused(
      ParseRequestRecord(R"({"v":1,"fingerprint":"x","answer":{"holder":{}}})"),
      "answer.holder.path: missing");
  ExpectRefused(ParseRequestRecord(R"({"v":1,"fingerprint":"x",
                             "answer":{"holder":{"path":"/a","data":"%"}}})"),
                "answer.holder.data: no base64");
}

}  // namespace
}  // namespace roster::model
