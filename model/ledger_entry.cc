#include "model/ledger_entry.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "model/json_fields.h"

namespace roster::model {
namespace {

constexpr LedgerState kAllStates[] = {LedgerState::kPresent, LedgerState::kLeft,
                                      LedgerState::kLost};

// Whether there are arrays or objects more than `levels` deep.
bool IsDeeperThan(const Json& json, int levels) {
  if (!json.is_structured()) return false;
  if (levels == 0) return true;
  return std::any_of(json.begin(), json.end(), [levels](const Json& inner) {
    return IsDeeperThan(inner, levels - 1);
  });
}

void ReadRecord(FieldReader& fields, MemberRecord& out) {
  const Json* json = fields.Find("record");
  if (json == nullptr) return;
  if (!json->is_object()) return fields.Fail("record", "not an object");
  // nlohmann's writer is recursive, and the stack is not endless.
  constexpr int kLevels = 8;
  if (IsDeeperThan(*json, kLevels)) {
    return fields.Fail("record", "nested too deeply");
  }
  // Written by rosterd from a record that it had understood, so what is
  // lenient in reading a member's own words does no harm.
  ParsedRecord parsed = ParseMemberRecord(json->dump());
  if (parsed.opaque()) return fields.Fail("record", parsed.opaque_reason);
  out = std::move(parsed.record);
  out.tasks.clear();
  out.gauges.clear();
}

OrderedJson RecordJson(const MemberRecord& record) {
  MemberRecord kept = record;
  kept.tasks.clear();
  kept.gauges.clear();
  const auto bytes = SerializeMemberRecord(kept, kHardMaxRecordBytes);
  if (bytes.ok()) return OrderedJson::parse(*bytes);
  // It cannot be written as a whole. How it went still matters.
  return {{"v", kMemberRecordVersion},
          {"state", ReportedStateName(record.state)}};
}

}  // namespace

std::string_view LedgerStateName(LedgerState state) {
  switch (state) {
    case LedgerState::kPresent:
      return "PRESENT";
    case LedgerState::kLeft:
      return "LEFT";
    case LedgerState::kLost:
      return "LOST";
  }
  return "UNKNOWN";
}

absl::StatusOr<LedgerEntry> ParseLedgerEntry(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseDocument("ledger entry", bytes, kLedgerVersion));
  absl::Status status;
  FieldReader fields(json, "ledger entry", "", status);
  LedgerEntry entry;
  fields.Require("state");
  fields.ReadEnum("state", kAllStates, LedgerStateName, entry.state);
  fields.Require("czxid");
  fields.Read("czxid", entry.czxid);
  fields.Read("joined_at", entry.joined_at);
  fields.Read("since", entry.since);
  ReadRecord(fields, entry.record);
  ROSTER_RETURN_IF_ERROR(status);
  return entry;
}

std::string SerializeLedgerEntry(const LedgerEntry& entry) {
  OrderedJson json = {{"v", kLedgerVersion},
                      {"state", LedgerStateName(entry.state)},
                      {"czxid", entry.czxid}};
  AddTime(json, "joined_at", entry.joined_at);
  AddTime(json, "since", entry.since);
  json["record"] = RecordJson(entry.record);
  return json.dump();
}

}  // namespace roster::model
