#include "cli/printer_detail.h"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/printer_table.h"
#include "cli/staleness.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Member;

// Fields collects "Label:  value" lines with the values beneath one another.
class Fields {
 public:
  explicit Fields(const RenderOptions& options) : options_(options) {}

  // Server text; a line only if there is something to say.
  void Add(std::string_view label, std::string_view value,
           Color color = Color::kNone) {
    if (value.empty() || value == "-") return;
    Line(label, Colored(Visible(value), color, options_.color));
  }
  void AddTime(std::string_view label,
               const google::protobuf::Timestamp& timestamp, absl::Time now) {
    if (ToTime(timestamp) == absl::InfinitePast()) return;
    Line(label, base::StrCat(LocalTime(timestamp), " (", Age(timestamp, now),
                             " ago)"));
  }
  void AddMap(std::string_view label,
              const std::map<std::string, std::string>& map) {
    std::string_view once = label;  // only on the first line
    for (const auto& [key, value] : map) {
      Line(once, base::StrCat(Visible(key), " = ", Visible(value)));
      once = "";
    }
  }
  std::string Take() { return std::move(out_); }

 private:
  void Line(std::string_view label, std::string_view text) {
    constexpr size_t kLabelWidth = 13;
    std::string head = label.empty() ? std::string() : base::StrCat(label, ":");
    head.resize(kLabelWidth, ' ');
    out_ += base::StrCat(head, text, "\n");
  }

  const RenderOptions options_;
  std::string out_;
};

// A table, moved in under a heading.
std::string Section(std::string_view heading, const Table& table,
                    const RenderOptions& options) {
  std::string out = base::StrCat("\n", heading, ":\n");
  out += base::StrCat("  ", table.Header(options), "\n");
  for (size_t i = 0; i < table.row_count(); ++i) {
    out += base::StrCat("  ", table.Row(i, options), "\n");
  }
  return out;
}

std::string Tasks(const Member& member, absl::Time now,
                  const RenderOptions& options) {
  if (member.tasks().empty()) return "";
  std::vector<Column> columns = ProgressColumns(/*wide=*/true);
  columns.erase(columns.begin());  // the member's name
  Table table(std::move(columns));
  for (const auto& task : member.tasks()) {
    std::vector<Cell> row = ProgressRow(member, task, /*wide=*/true, now);
    row.erase(row.begin());
    table.AddRow(std::move(row));
  }
  return Section("Tasks", table, options);
}

std::string Holds(const Member& member, absl::Time now,
                  const RenderOptions& options) {
  if (member.desired().holds().empty()) return "";
  Table table({{.header = "ID", .max_width = 36},
               {.header = "OWNER", .max_width = 24},
               {.header = "MODE"},
               {.header = "DEADLINE"},
               {.header = "EXPIRES"},
               {.header = "TICKET", .max_width = 24},
               {.header = "REASON", .max_width = 60},
               {.header = "AGE"}});
  for (const auto& hold : member.desired().holds()) {
    table.AddRow({{hold.id()},
                  {hold.owner()},
                  {HoldModeName(hold.mode())},
                  {LocalTime(hold.deadline())},
                  {LocalTime(hold.expires_at())},
                  {hold.ticket()},
                  {hold.reason()},
                  {Age(hold.created_at(), now)}});
  }
  return Section("Held offline", table, options);
}

std::string Gauges(const Member& member, const RenderOptions& options) {
  if (member.gauges().empty()) return "";
  Table table({{.header = "NAME", .max_width = 63}, {.header = "VALUE"}});
  const std::map<std::string, double> sorted(member.gauges().begin(),
                                             member.gauges().end());
  for (const auto& [name, value] : sorted) {
    table.AddRow({{name}, {HumanGauge(name, value)}});
  }
  return Section("Gauges", table, options);
}

std::string Control(const Member& member) {
  if (!member.has_applied_epoch()) return "speaks no control";
  if (member.desired().epoch() == 0) return "never ordered";
  if (member.applied_epoch() >= member.desired().epoch()) {
    return base::StrCat("obeys order ", member.applied_epoch());
  }
  return base::StrCat("order ", member.desired().epoch(), ", obeys ",
                      member.applied_epoch(), " so far");
}

std::string Process(const Member& member) {
  if (member.writer().pid() == 0) return "";
  return base::StrCat("pid ", member.writer().pid(), " on host ",
                      member.writer().host_id());
}

std::map<std::string, std::string> Sorted(
    const google::protobuf::Map<std::string, std::string>& map) {
  return {map.begin(), map.end()};
}

}  // namespace

std::string MemberDetail(const Member& member, absl::Time now,
                         const RenderOptions& options) {
  Fields fields(options);
  fields.Add("Name", member.name());
  fields.Add("Cluster", member.cluster());
  fields.Add("Status", StatusName(member.status()),
             StatusColor(member.status()));
  fields.AddTime("Since", member.status_since(), now);
  fields.Add("Present", member.present() ? "yes" : "no");
  fields.Add("Says", member.reported_state() == v1::REPORTED_STATE_UNSPECIFIED
                         ? "nothing"
                         : StateName(member.reported_state()));
  fields.Add("Reason", member.state_reason());
  if (member.opaque()) {
    fields.Add("Opaque", member.opaque_reason(), Color::kYellow);
  }
  fields.Add("Record", member.record_warning(), Color::kYellow);
  fields.Add("Control", Control(member));
  fields.Add("Order", member.desired().problem(), Color::kYellow);
  fields.Add("Service", member.service());
  fields.Add("Version", member.version());
  fields.AddMap("Endpoints", Sorted(member.endpoints()));
  fields.AddMap("Labels", Sorted(member.labels()));
  fields.Add("Incarnation", member.incarnation());
  fields.Add("Process", Process(member));
  fields.AddTime("Started", member.started_at(), now);
  fields.AddTime("Joined", member.joined_at(), now);
  fields.AddTime("Written", member.written_at(), now);
  fields.AddTime("Departed", member.departed_at(), now);
  fields.Add("Session", member.session_id());
  fields.Add("Znode",
             base::StrCat("czxid ", member.czxid(), ", mzxid ", member.mzxid(),
                          ", version ", member.data_version(), ", ",
                          member.record_bytes(), " bytes"));
  return base::StrCat(fields.Take(), Holds(member, now, options),
                      Tasks(member, now, options), Gauges(member, options));
}

std::string ServerReport(const roster::v1::GetSummaryResponse& response,
                         const std::string& endpoint) {
  return base::StrCat("rosterd ", Visible(response.server_version()), " at ",
                      Visible(endpoint), "\n", "ZooKeeper ",
                      Visible(response.zookeeper_state()), " (",
                      Visible(response.zookeeper_servers()), ")\n");
}

std::string ClusterReport(const roster::v1::ClusterSummary& summary,
                          absl::Time now, const RenderOptions& options) {
  const std::string stale = Staleness(summary.view(), now);
  int64_t members = 0;
  std::vector<std::string> counts;
  for (const auto& count : summary.counts()) {
    members += count.count();
    if (count.count() == 0) continue;
    counts.push_back(
        Colored(base::StrCat(count.count(), " ", StatusName(count.status())),
                StatusColor(count.status()), options.color));
  }
  std::string out = base::StrCat("\ncluster ", Visible(summary.cluster()), " (",
                                 Visible(summary.members_path()), ")\n");
  out += base::StrCat(
      "  view     ",
      stale.empty() ? Colored("live", Color::kGreen, options.color)
                    : base::StrCat(Colored("STALE", Color::kRed, options.color),
                                   ", ", stale),
      "\n");
  out += base::StrCat("  members  ", members, counts.empty() ? "" : ": ",
                      absl::StrJoin(counts, ", "), "\n");
  out += base::StrCat("  present  ", summary.present());
  if (summary.opaque() > 0) {
    out += base::StrCat(", ", summary.opaque(), " opaque");
  }
  out += base::StrCat("\n  tasks    ", summary.running_tasks(), " running");
  if (summary.stalled_tasks() > 0) {
    out += base::StrCat(
        ", ", Colored(base::StrCat(summary.stalled_tasks(), " stalled"),
                      Color::kYellow, options.color));
  }
  return out + "\n";
}

}  // namespace roster::cli
