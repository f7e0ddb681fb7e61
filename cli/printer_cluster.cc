#include "cli/printer_cluster.h"

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

constexpr int kNameWidth = 63;

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

std::string Human(const google::protobuf::Duration& duration) {
  const absl::Duration value = ToDuration(duration);
  return value < absl::Seconds(1) ? absl::FormatDuration(value)
                                  : HumanDuration(value);
}

}  // namespace

std::vector<Column> MonitorColumns(bool wide) {
  std::vector<Column> columns = {{.header = "HOST", .max_width = kNameWidth},
                                 {.header = "ID", .max_width = 36},
                                 {.header = "PID"},
                                 {.header = "ROLE"},
                                 {.header = "GRPC", .max_width = 60},
                                 {.header = "VERSION", .max_width = 20}};
  if (wide) {
    columns.push_back({.header = "HTTP", .max_width = 60});
  }
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> MonitorRow(const roster::v1::Monitor& monitor, bool wide,
                             absl::Time now) {
  std::string role = monitor.leader() ? "elected" : "stand-by";
  if (monitor.self()) role += " (answers)";
  std::vector<Cell> row = {
      {monitor.host()},
      {monitor.id()},
      {base::StrCat(monitor.pid())},
      {std::move(role), monitor.leader() ? Color::kGreen : Color::kNone},
      {absl::StrJoin(monitor.grpc_addresses(), ",")},
      {monitor.version()}};
  if (wide) {
    row.push_back({absl::StrJoin(monitor.http_addresses(), ",")});
  }
  row.push_back({Age(monitor.started_at(), now)});
  return row;
}

std::string PolicyDetail(const roster::v1::Policy& policy) {
  const auto& reporting = policy.reporting();
  const auto& guard = policy.guard();
  Fields fields({});
  fields.Add("Reporting",
             base::StrCat("each member at most every ",
                          Human(reporting.min_interval()), ", all together ",
                          HumanNumber(reporting.max_updates_per_second()),
                          "/s: every ", Human(reporting.interval()), " now"));
  if (guard.disabled()) {
    fields.Add("Guard", "disabled");
  } else {
    fields.Add("Guard", base::StrCat("on when ", guard.min_departures(),
                                     " members and ", Percent(guard.ratio()),
                                     " depart within ", Human(guard.window()),
                                     "; ends after ", Human(guard.hold_for()),
                                     " without further departures"));
  }
  return fields.Take();
}

}  // namespace roster::cli
