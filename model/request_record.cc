#include "model/request_record.h"

#include <utility>

#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/json_fields.h"

namespace roster::model {
namespace {

ChangedOrder ReadChange(FieldReader& fields) {
  ChangedOrder change;
  fields.Require("name");
  fields.Read("name", change.name);
  fields.Read("hold_id", change.hold_id);
  fields.Read("epoch_before", change.epoch_before);
  fields.Read("epoch", change.epoch);
  fields.Read("released", change.released);
  return change;
}

OrderedJson ToJson(const ChangedOrder& change) {
  OrderedJson json = {{"name", base::ToValidUtf8(change.name)}};
  AddText(json, "hold_id", change.hold_id);
  AddInteger(json, "epoch_before", change.epoch_before);
  AddInteger(json, "epoch", change.epoch);
  if (change.released.empty()) return json;
  OrderedJson released = OrderedJson::array();
  for (const std::string& id : change.released)
    released.push_back(base::ToValidUtf8(id));
  json["released"] = std::move(released);
  return json;
}

}  // namespace

absl::StatusOr<RequestRecord> ParseRequestRecord(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseDocument("request", bytes, kRequestVersion));
  absl::Status status;
  FieldReader fields(json, "request", "", status);
  RequestRecord record;
  fields.Require("fingerprint");
  fields.Read("fingerprint", record.fingerprint);
  fields.Read("at", record.at);
  fields.Require("answer");
  FieldReader answer = fields.Object("answer");
  answer.ReadArray("changes", [&](FieldReader& of_change) {
    record.answer.changes.push_back(ReadChange(of_change));
  });
  answer.Read("operation", record.answer.operation);
  answer.Read("czxid", record.answer.czxid);
  answer.Read("version", record.answer.version);
  answer.Read("change_id", record.answer.change_id);
  ROSTER_RETURN_IF_ERROR(status);
  return record;
}

std::string SerializeRequestRecord(const RequestRecord& record) {
  OrderedJson answer = OrderedJson::object();
  if (!record.answer.changes.empty()) {
    OrderedJson changes = OrderedJson::array();
    for (const ChangedOrder& change : record.answer.changes)
      changes.push_back(ToJson(change));
    answer["changes"] = std::move(changes);
  }
  AddText(answer, "operation", record.answer.operation);
  AddInteger(answer, "czxid", record.answer.czxid);
  AddInteger(answer, "version", record.answer.version);
  AddText(answer, "change_id", record.answer.change_id);
  OrderedJson json = {{"v", kRequestVersion},
                      {"fingerprint", record.fingerprint}};
  AddTime(json, "at", record.at);
  json["answer"] = std::move(answer);
  return json.dump();
}

}  // namespace roster::model
