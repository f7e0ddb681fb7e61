#include "cli/printer_detail.h"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_cluster.h"
#include "cli/printer_table.h"
#include "cli/staleness.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Member;

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
  if (member.desired().epoch() == 0)
    return member.desired().problem().empty() ? "never ordered"
                                              : "order unknown";
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

// "3, 1 overdue"; empty when nothing is held.
std::string HeldText(const roster::v1::ClusterSummary& summary,
                     const RenderOptions& options) {
  const int64_t broken = summary.broken_orders();
  if (summary.held() == 0 && broken == 0) return "";
  std::vector<std::string> parts = {base::StrCat(summary.held())};
  if (summary.overdue() > 0) {
    parts.push_back(Colored(base::StrCat(summary.overdue(), " overdue"),
                            Color::kRed, options.color));
  }
  if (broken > 0) {
    parts.push_back(
        Colored(base::StrCat(broken, broken == 1 ? " order" : " orders",
                             " cannot be read (as last read until mended)"),
                Color::kRed, options.color));
  }
  return absl::StrJoin(parts, ", ");
}

// Who does the duties: "elected: web-01, pid 42, at 10.0.0.7:7470 (its id)".
std::string Elected(const roster::v1::ClusterSummary& summary,
                    const roster::v1::Monitor& elected,
                    const RenderOptions& options) {
  if (summary.leader_id().empty()) {
    // A rosterd that answers and is not there was kept from it.
    const bool kept_out = summary.monitors() == 0 &&
                          summary.view().connected() && summary.view().synced();
    return base::StrCat(
        Colored("none is elected", Color::kYellow, options.color),
        kept_out ? base::StrCat("; ", kWhyNoMonitor) : std::string());
  }
  const std::string id = Visible(summary.leader_id());
  if (elected.id() != summary.leader_id() || elected.host().empty())
    return base::StrCat("elected: ", id);
  return base::StrCat(
      "elected: ", Visible(elected.host()), ", pid ", elected.pid(),
      elected.grpc_addresses().empty()
          ? std::string()
          : base::StrCat(", at ", Visible(elected.grpc_addresses(0))),
      " (", id, ")");
}

}  // namespace

std::string HoldSection(const roster::v1::Desired& desired, absl::Time now,
                        const RenderOptions& options) {
  if (desired.holds().empty()) return "";
  Table table({{.header = "ID", .max_width = 36},
               {.header = "OWNER", .max_width = 24},
               {.header = "MODE"},
               {.header = "DEADLINE"},
               {.header = "EXPIRES"},
               {.header = "TICKET", .max_width = 24},
               {.header = "REASON", .max_width = 60},
               {.header = "AGE"}});
  for (const auto& hold : desired.holds()) {
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
  if (member.drain_overdue()) fields.Add("Drain", "overdue", Color::kRed);
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
  return base::StrCat(fields.Take(),
                      HoldSection(member.desired(), now, options),
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
                          absl::Time now, const RenderOptions& options,
                          const roster::v1::Monitor& elected) {
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
  out += "\n";
  if (const std::string held = HeldText(summary, options); !held.empty()) {
    out += base::StrCat("  held     ", held, "\n");
  }
  if (const int active = summary.active_operations(); active > 0) {
    out += base::StrCat("  running  ", active,
                        active == 1 ? " operation" : " operations", "\n");
  }
  out += base::StrCat("  monitors ", summary.monitors(), ", ",
                      Elected(summary, elected, options), "\n");
  if (summary.has_guard()) {
    out += base::StrCat(
        "  guard    ",
        Colored(base::StrCat("ON, ", GuardText(summary.guard(), now)),
                Color::kRed, options.color),
        "\n");
  }
  for (const auto& [what, problem] :
       {std::pair("budgets", summary.budgets_problem()),
        std::pair("policy", summary.policy_problem())}) {
    if (problem.empty()) continue;
    out += base::StrCat(
        "  ", what, Colored(" cannot be read: ", Color::kRed, options.color),
        Visible(problem), "\n");
  }
  return out;
}

std::string GuardText(const roster::v1::GuardAlarm& guard, absl::Time now) {
  std::string cause;
  switch (guard.cause()) {
    case v1::MASS_LOSS_CAUSE_SESSIONS_EXPIRED:
      cause = "sessions expired";
      break;
    case v1::MASS_LOSS_CAUSE_CLEAN_LEAVE:
      cause = "they said goodbye";
      break;
    case v1::MASS_LOSS_CAUSE_FOUND_MISSING:
      cause = "found missing after this rosterd could not see";
      break;
    default:
      cause = "cause unknown";
  }
  return base::StrCat(guard.departures(), " of ", guard.members(),
                      " members went (", cause, ", ", guard.sessions(),
                      " sessions) ", Age(guard.since(), now), " ago; ends in ",
                      HumanDuration(ToTime(guard.ends_at()) - now));
}

}  // namespace roster::cli
