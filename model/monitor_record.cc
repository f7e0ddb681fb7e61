#include "model/monitor_record.h"

#include <utility>

#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/json_fields.h"

namespace roster::model {
namespace {

OrderedJson ToJson(const std::vector<std::string>& addresses) {
  OrderedJson array = OrderedJson::array();
  for (const std::string& address : addresses) {
    array.push_back(base::ToValidUtf8(address));
  }
  return array;
}

}  // namespace

absl::StatusOr<MonitorRecord> ParseMonitorRecord(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(
      const Json json, ParseDocument("monitor", bytes, kMonitorRecordVersion));
  absl::Status status;
  FieldReader fields(json, "monitor", "", status);
  MonitorRecord record;
  fields.Read("id", record.id);
  if (record.id.empty()) fields.Fail("id", "missing");
  fields.Read("host", record.host);
  fields.Read("pid", record.pid);
  fields.Read("version", record.version);
  fields.Read("grpc", record.grpc_addresses);
  fields.Read("http", record.http_addresses);
  fields.Read("started_at", record.started_at);
  ROSTER_RETURN_IF_ERROR(status);
  return record;
}

std::string SerializeMonitorRecord(const MonitorRecord& record) {
  OrderedJson json = {{"v", kMonitorRecordVersion},
                      {"id", base::ToValidUtf8(record.id)}};
  AddText(json, "host", record.host);
  AddInteger(json, "pid", record.pid);
  AddText(json, "version", record.version);
  json["grpc"] = ToJson(record.grpc_addresses);
  json["http"] = ToJson(record.http_addresses);
  AddTime(json, "started_at", record.started_at);
  return json.dump();
}

}  // namespace roster::model
