// SerializeMemberRecord of model/member_record.h.

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/json_fields.h"
#include "model/member_record.h"
#include "model/record_limits.h"

namespace roster::model {
namespace {

absl::Status CheckText(std::string_view where, std::string_view text) {
  if (base::IsValidUtf8(text)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      base::StrCat("member record: ", where, ": not valid UTF-8"));
}

absl::Status CheckNumber(std::string_view where, double number) {
  if (std::isfinite(number)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      base::StrCat("member record: ", where, ": not a finite number"));
}

absl::Status CheckTask(const Task& task) {
  ROSTER_RETURN_IF_ERROR(CheckText("tasks: id", task.id));
  ROSTER_RETURN_IF_ERROR(CheckText("tasks: name", task.name));
  ROSTER_RETURN_IF_ERROR(CheckText("tasks: unit", task.unit));
  ROSTER_RETURN_IF_ERROR(CheckText("tasks: message", task.message));
  ROSTER_RETURN_IF_ERROR(CheckNumber("tasks: done", task.done));
  return CheckNumber("tasks: total", task.total.value_or(0));
}

// JSON has neither other encodings nor infinities.
absl::Status CheckWritable(const MemberRecord& record) {
  ROSTER_RETURN_IF_ERROR(CheckText("incarnation", record.incarnation));
  ROSTER_RETURN_IF_ERROR(CheckText("writer.host_id", record.writer.host_id));
  ROSTER_RETURN_IF_ERROR(
      CheckText("writer.pid_started", record.writer.pid_started));
  ROSTER_RETURN_IF_ERROR(CheckText("service", record.service));
  ROSTER_RETURN_IF_ERROR(CheckText("version", record.version));
  ROSTER_RETURN_IF_ERROR(CheckText("state_reason", record.state_reason));
  for (const auto* map : {&record.endpoints, &record.labels}) {
    const char* where = map == &record.labels ? "labels" : "endpoints";
    for (const auto& [key, value] : *map) {
      ROSTER_RETURN_IF_ERROR(CheckText(where, key));
      ROSTER_RETURN_IF_ERROR(CheckText(where, value));
    }
  }
  for (const auto& [key, value] : record.gauges) {
    ROSTER_RETURN_IF_ERROR(CheckText("gauges", key));
    ROSTER_RETURN_IF_ERROR(CheckNumber("gauges", value));
  }
  for (const Task& task : record.tasks) {
    ROSTER_RETURN_IF_ERROR(CheckTask(task));
  }
  return absl::OkStatus();
}

template <typename Map, typename ToJson>
void AddMap(OrderedJson& json, const char* key, const Map& map,
            ToJson to_json) {
  if (map.empty()) return;
  OrderedJson object = OrderedJson::object();
  for (const auto& [name, value] : map) object[name] = to_json(value);
  json[key] = std::move(object);
}

OrderedJson WriterJson(const Writer& writer) {
  OrderedJson json = OrderedJson::object();
  AddText(json, "host_id", writer.host_id);
  if (writer.pid != 0) json["pid"] = writer.pid;
  AddText(json, "pid_started", writer.pid_started);
  return json;
}

OrderedJson TaskJson(const Task& task) {
  OrderedJson json = {{"id", task.id}};
  AddText(json, "name", task.name);
  json["state"] = TaskStateName(task.state);
  json["done"] = NumberJson(task.done);
  if (task.total) json["total"] = NumberJson(*task.total);
  AddText(json, "unit", task.unit);
  json["stall_after_s"] = NumberJson(
      static_cast<double>(absl::ToInt64Milliseconds(task.stall_after)) / 1000);
  AddTime(json, "started_at", task.started_at);
  AddTime(json, "updated_at", task.updated_at);
  AddText(json, "message", task.message);
  return json;
}

OrderedJson RecordJson(const MemberRecord& record) {
  OrderedJson json = {{"v", kMemberRecordVersion}};
  AddText(json, "incarnation", record.incarnation);
  if (record.writer != Writer{}) json["writer"] = WriterJson(record.writer);
  AddText(json, "service", record.service);
  AddText(json, "version", record.version);
  json["state"] = ReportedStateName(record.state);
  AddText(json, "state_reason", record.state_reason);
  const auto as_is = [](const std::string& text) { return text; };
  AddMap(json, "endpoints", record.endpoints, as_is);
  AddMap(json, "labels", record.labels, as_is);
  AddTime(json, "started_at", record.started_at);
  AddTime(json, "updated_at", record.updated_at);
  if (record.applied_epoch) json["applied_epoch"] = *record.applied_epoch;
  AddMap(json, "gauges", record.gauges, NumberJson);
  for (const Task& task : record.tasks) json["tasks"].push_back(TaskJson(task));
  return json;
}

}  // namespace

absl::StatusOr<std::string> SerializeMemberRecord(const MemberRecord& record,
                                                  size_t max_bytes) {
  ROSTER_RETURN_IF_ERROR(CheckWritable(record));
  MemberRecord limited = record;
  ApplyRecordLimits(limited);
  std::string bytes = RecordJson(limited).dump();
  max_bytes = std::min(max_bytes, kHardMaxRecordBytes);
  if (bytes.size() > max_bytes) {
    return absl::InvalidArgumentError(base::StrCat(
        "member record: ", bytes.size(), " bytes are more than ", max_bytes));
  }
  return bytes;
}

}  // namespace roster::model
