// Holds docs/schema and the codecs together, for what rosterd writes: whoever
// reads or writes it in another language has only the schema.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "model/audit_entry.h"
#include "model/budget.h"
#include "model/ledger_entry.h"
#include "model/operation.h"
#include "model/order.h"
#include "model/policy.h"
#include "nlohmann/json.hpp"
#include "tests/support/json_schema.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::FindSchemaViolation;
using ::testing::Not;
using Json = nlohmann::json;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'795'334'405);

Json Schema(const std::string& name) {
  std::ifstream file(
      absl::StrCat(ROSTER_SCHEMA_FOLDER, "/", name, ".schema.json"));
  return Json::parse(file);
}

std::set<std::string> Keys(const Json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

// Each with no field at its default, so that all are written.
std::string FullOrder() {
  return SerializeOrder({.epoch = 12,
                         .holds = {{.id = "h-1",
                                    .owner = "ops",
                                    .mode = HoldMode::kImmediate,
                                    .reason = "kernel",
                                    .ticket = "OPS-1",
                                    .created_at = kNow,
                                    .deadline = kNow,
                                    .expires_at = kNow,
                                    .restart = true}},
                         .forgotten_czxid = 7});
}

std::string FullBudgets() {
  return SerializeBudgets(
      {{.name = "a",
        .selector = "service=web",
        .kind = Budget::Kind::kMinAvailable,
        .limit = {.value = 80, .percent = true},
        .description = "two of each"},
       {.name = "b", .selector = "*", .limit = {.value = 0}}});
}

std::string FullPolicy() {
  return SerializePolicy({.guard = {.released_at = kNow}});
}

std::string FullOperation() {
  Operation operation{.id = "op-1",
                      .kind = OperationKind::kRollingRestart,
                      .actor = {"ops", true, "10.0.0.1:9"},
                      .owner = "op-1",
                      .reason = "r",
                      .ticket = "t",
                      .selector = "*",
                      .pacing = {.batch_percent = 10},
                      .drain_timeout = absl::Hours(1),
                      .deadline = kNow,
                      .expire_after = absl::Hours(1),
                      .expires_at = kNow,
                      .force = true,
                      .created_at = kNow,
                      .start_at = kNow,
                      .started_at = kNow,
                      .ended_at = kNow,
                      .waiting = "w",
                      .problem = "p"};
  operation.members = {{.name = "web-01",
                        .step = OperationStep::kDone,
                        .since = kNow,
                        .czxid = 7,
                        .incarnation = "i",
                        .problem = "p"},
                       {.name = "web-02"}};
  return SerializeOperation(operation);
}

std::string FullLedgerEntry() {
  return SerializeLedgerEntry({.state = LedgerState::kLost,
                               .czxid = 7,
                               .joined_at = kNow,
                               .since = kNow,
                               .record = {}});
}

std::string FullAuditEntry() {
  return SerializeAuditEntry({.at = kNow,
                              .actor = {"ops", true, "10.0.0.1:9"},
                              .action = "TakeOffline",
                              .targets = {{"web-01", 1, 2}},
                              .reason = "r",
                              .ticket = "t",
                              .result = "OK",
                              .message = "m",
                              .forced = true,
                              .request_id = "r-1",
                              .monitor = "m-1"});
}

struct Format {
  std::string name;
  std::string full;
  std::function<absl::Status(std::string_view)> parse;
};

std::vector<Format> Formats() {
  return {
      {"order", FullOrder(),
       [](std::string_view bytes) { return ParseOrder(bytes).status(); }},
      {"budgets", FullBudgets(),
       [](std::string_view bytes) { return ParseBudgets(bytes).status(); }},
      {"policy", FullPolicy(),
       [](std::string_view bytes) { return ParsePolicy(bytes).status(); }},
      {"operation", FullOperation(),
       [](std::string_view bytes) { return ParseOperation(bytes).status(); }},
      {"ledger", FullLedgerEntry(),
       [](std::string_view bytes) { return ParseLedgerEntry(bytes).status(); }},
      {"audit", FullAuditEntry(),
       [](std::string_view bytes) { return ParseAuditEntry(bytes).status(); }}};
}

TEST(StoredSchemaTest, WhatIsWrittenIsWhatTheSchemaSays) {
  for (const Format& format : Formats()) {
    SCOPED_TRACE(format.name);
    const Json schema = Schema(format.name);
    const Json written = Json::parse(format.full);
    EXPECT_EQ(FindSchemaViolation(schema, written), "");
    EXPECT_EQ(Keys(schema["properties"]), Keys(written));
    for (const auto& [name, field] : schema["properties"].items())
      EXPECT_FALSE(field["description"].get<std::string>().empty()) << name;
  }
}

TEST(StoredSchemaTest, ItsExamplesAreRead) {
  for (const Format& format : Formats()) {
    const Json schema = Schema(format.name);
    ASSERT_FALSE(schema["examples"].empty()) << format.name;
    for (const Json& example : schema["examples"]) {
      EXPECT_EQ(FindSchemaViolation(schema, example), "") << example;
      EXPECT_OK(format.parse(example.dump())) << example;
    }
  }
}

// Of each field, what it may not be, and that it may be missing, is the same
// for both: the schema neither promises nor forbids what the codec does not.
TEST(StoredSchemaTest, WhatTheSchemaRefusesTheCodecRefusesToo) {
  const Json wrong[] = {-1, true, "x", Json::array({1}), 1e300};
  for (const Format& format : Formats()) {
    const Json schema = Schema(format.name);
    const Json written = Json::parse(format.full);
    for (const auto& [name, value] : written.items()) {
      Json without = written;
      without.erase(name);
      if (!FindSchemaViolation(schema, without).empty())
        EXPECT_THAT(format.parse(without.dump()), Not(roster::testing::IsOk()))
            << format.name << ": " << name << " is required";
      for (const Json& other : wrong) {
        Json changed = written;
        changed[name] = other;
        if (FindSchemaViolation(schema, changed).empty()) continue;
        // Texts of other types, too: nothing is read as what it is not.
        EXPECT_THAT(format.parse(changed.dump()), Not(roster::testing::IsOk()))
            << format.name << ": " << name << " as " << other;
      }
    }
  }
}

}  // namespace
}  // namespace roster::model
