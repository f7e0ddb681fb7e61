#include "model/request_record.h"

#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
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

ReleasedHolder ReadHolder(FieldReader fields) {
  ReleasedHolder holder;
  fields.Require("path");
  fields.Read("path", holder.path);
  fields.Read("sequence", holder.sequence, INT64_MIN);
  fields.Read("session_id", holder.session_id, INT64_MIN);
  fields.Read("created", holder.created);
  std::string data;
  fields.Read("data", data);
  if (!absl::Base64Unescape(data, &holder.data))
    fields.Fail("data", "no base64");
  fields.Read("data_size", holder.data_size);
  fields.Read("member", holder.member);
  fields.Read("member_claimed", holder.member_claimed);
  fields.Read("role", holder.role);
  fields.Read("format", holder.format);
  return holder;
}

OrderedJson ToJson(const ReleasedHolder& holder) {
  OrderedJson json = {{"path", base::ToValidUtf8(holder.path)}};
  AddInteger(json, "sequence", holder.sequence);
  AddInteger(json, "session_id", holder.session_id);
  AddTime(json, "created", holder.created);
  AddText(json, "data", absl::Base64Escape(holder.data));
  AddInteger(json, "data_size", holder.data_size);
  AddText(json, "member", holder.member);
  AddFlag(json, "member_claimed", holder.member_claimed);
  AddText(json, "role", holder.role);
  AddText(json, "format", holder.format);
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
  if (answer.Find("holder") != nullptr)
    record.answer.holder = ReadHolder(answer.Object("holder"));
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
  if (record.answer.holder) answer["holder"] = ToJson(*record.answer.holder);
  OrderedJson json = {{"v", kRequestVersion},
                      {"fingerprint", record.fingerprint}};
  AddTime(json, "at", record.at);
  json["answer"] = std::move(answer);
  return json.dump();
}

}  // namespace roster::model
