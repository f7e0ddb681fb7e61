#include "model/audit_entry.h"

#include <utility>

#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/actor_json.h"
#include "model/json_fields.h"

namespace roster::model {
namespace {

AuditTarget ReadTarget(FieldReader& fields) {
  AuditTarget target;
  fields.Read("name", target.name);
  if (target.name.empty()) fields.Fail("name", "missing");
  fields.Read("epoch_before", target.epoch_before);
  fields.Read("epoch_after", target.epoch_after);
  return target;
}

OrderedJson TargetsJson(const std::vector<AuditTarget>& targets) {
  OrderedJson array = OrderedJson::array();
  for (const AuditTarget& target : targets) {
    OrderedJson json = {{"name", base::ToValidUtf8(target.name)}};
    AddInteger(json, "epoch_before", target.epoch_before);
    AddInteger(json, "epoch_after", target.epoch_after);
    array.push_back(std::move(json));
  }
  return array;
}

}  // namespace

absl::StatusOr<AuditEntry> ParseAuditEntry(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseDocument("audit entry", bytes, kAuditVersion));
  absl::Status status;
  FieldReader fields(json, "audit entry", "", status);
  AuditEntry entry;
  fields.Read("at", entry.at);
  entry.actor = ReadActor(fields.Object("actor"));
  fields.Read("action", entry.action);
  if (entry.action.empty()) fields.Fail("action", "missing");
  fields.ReadArray("targets", [&](FieldReader& of_target) {
    entry.targets.push_back(ReadTarget(of_target));
  });
  fields.Read("reason", entry.reason);
  fields.Read("ticket", entry.ticket);
  fields.Require("result");
  fields.Read("result", entry.result);
  fields.Read("message", entry.message);
  fields.Read("forced", entry.forced);
  fields.Read("request_id", entry.request_id);
  fields.Read("monitor", entry.monitor);
  ROSTER_RETURN_IF_ERROR(status);
  return entry;
}

std::string SerializeAuditEntry(const AuditEntry& entry) {
  OrderedJson json = {{"v", kAuditVersion}};
  AddTime(json, "at", entry.at);
  json["actor"] = ActorJson(entry.actor);
  json["action"] = base::ToValidUtf8(entry.action);
  json["targets"] = TargetsJson(entry.targets);
  AddText(json, "reason", entry.reason);
  AddText(json, "ticket", entry.ticket);
  json["result"] = base::ToValidUtf8(entry.result);
  AddText(json, "message", entry.message);
  AddFlag(json, "forced", entry.forced);
  AddText(json, "request_id", entry.request_id);
  AddText(json, "monitor", entry.monitor);
  return json.dump();
}

}  // namespace roster::model
