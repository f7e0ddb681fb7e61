#include "cli/printer_control.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_detail.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Operation;

constexpr int kNameWidth = 63;
constexpr int kBarWidth = 10;

std::string Short(const std::string& name, std::string_view prefix) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

std::string Human(const google::protobuf::Duration& duration) {
  const absl::Duration value = ToDuration(duration);
  return value < absl::Seconds(1) ? absl::FormatDuration(value)
                                  : HumanDuration(value);
}

// When a hold's work must be done: "in 5m", "12s ago", "no limit".
std::string Deadline(const google::protobuf::Timestamp& deadline,
                     absl::Time now) {
  const absl::Time time = ToTime(deadline);
  if (time == absl::InfinitePast()) return "-";
  return time > now ? base::StrCat("in ", HumanDuration(time - now))
                    : base::StrCat(HumanDuration(now - time), " ago");
}

std::string Targets(const roster::v1::AuditEntry& entry, bool wide) {
  std::vector<std::string> names;
  for (const auto& target : entry.targets()) {
    std::string name = target.name();
    if (wide && target.epoch_after() != 0) {
      name += base::StrCat(" (", target.epoch_before(), "->",
                           target.epoch_after(), ")");
    }
    names.push_back(std::move(name));
    if (!wide && names.size() == 3 && entry.targets_size() > 3) {
      return base::StrCat(absl::StrJoin(names, ","), " and ",
                          entry.targets_size() - 3, " more");
    }
  }
  return absl::StrJoin(names, ",");
}

Color StepColor(roster::v1::OperationStep step) {
  switch (step) {
    case v1::OPERATION_STEP_DRAINING:
    case v1::OPERATION_STEP_RESTARTING:
    case v1::OPERATION_STEP_VERIFYING:
      return Color::kYellow;
    case v1::OPERATION_STEP_DONE:
      return Color::kGreen;
    case v1::OPERATION_STEP_FAILED:
      return Color::kRed;
    default:
      return Color::kDim;
  }
}

std::string Waiting(const Operation& operation) {
  return operation.problem().empty() ? operation.waiting()
                                     : operation.problem();
}

std::string BatchText(const roster::v1::Pacing& pacing) {
  if (pacing.batch_percent() > 0)
    return base::StrCat(pacing.batch_percent(), "% at a time");
  return base::StrCat(std::max(pacing.batch_size(), 1), " at a time");
}

}  // namespace

std::string OperationStateName(roster::v1::OperationState state) {
  if (state == v1::OPERATION_STATE_UNSPECIFIED) return "UNREADABLE";
  return Short(v1::OperationState_Name(state), "OPERATION_STATE_");
}

std::string OperationStepName(roster::v1::OperationStep step) {
  return Short(v1::OperationStep_Name(step), "OPERATION_STEP_");
}

std::string OperationKindName(roster::v1::OperationKind kind) {
  if (kind == v1::OPERATION_KIND_UNSPECIFIED) return "";
  return Short(v1::OperationKind_Name(kind), "OPERATION_KIND_");
}

Color OperationStateColor(roster::v1::OperationState state) {
  switch (state) {
    case v1::OPERATION_STATE_SUCCEEDED:
      return Color::kGreen;
    case v1::OPERATION_STATE_FAILED:
    case v1::OPERATION_STATE_UNSPECIFIED:
      return Color::kRed;
    case v1::OPERATION_STATE_PAUSED:
    case v1::OPERATION_STATE_SCHEDULED:
      return Color::kYellow;
    case v1::OPERATION_STATE_CANCELLED:
      return Color::kDim;
    default:
      return Color::kNone;
  }
}

std::vector<Column> HoldColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = kNameWidth},
      {.header = "STATUS"},
      {.header = "OWNER", .max_width = 24},
      {.header = "MODE"},
      {.header = "DEADLINE", .ticking = true},
      {.header = "EXPIRES", .ticking = true},
  };
  if (wide) {
    columns.push_back({.header = "ID", .max_width = 40});
    columns.push_back({.header = "TICKET", .max_width = 24});
    columns.push_back({.header = "TASKS"});
  }
  columns.push_back({.header = "REASON", .max_width = wide ? 200 : 30});
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> HoldRow(const roster::v1::MemberHold& held, bool wide,
                          absl::Time now) {
  const roster::v1::Hold& hold = held.hold();
  std::vector<Cell> row = {
      {held.member()},
      {held.overdue() ? base::StrCat(StatusName(held.status()), "!")
                      : StatusName(held.status()),
       held.overdue() ? Color::kRed : StatusColor(held.status())},
      {hold.owner()},
      {HoldModeName(hold.mode())},
      {Deadline(hold.deadline(), now),
       held.overdue() ? Color::kRed : Color::kNone},
      {Deadline(hold.expires_at(), now)},
  };
  if (wide) {
    row.push_back({hold.id()});
    row.push_back({hold.ticket()});
    row.push_back({base::StrCat(held.running_tasks())});
  }
  row.push_back({hold.reason()});
  row.push_back({Age(hold.created_at(), now)});
  return row;
}

std::vector<Column> OrderChangeColumns() {
  return {{.header = "NAME", .max_width = kNameWidth},
          {.header = "WANTED"},
          {.header = "EPOCH"},
          {.header = "HOLD", .max_width = 40},
          {.header = "DEADLINE"},
          {.header = "NOTE", .max_width = 60}};
}

std::vector<Cell> OrderChangeRow(const roster::v1::OrderChange& change,
                                 absl::Time now) {
  std::string deadline;
  std::vector<std::string> others;
  for (const auto& hold : change.holds()) {
    if (hold.id() == change.hold_id())
      deadline = Deadline(hold.deadline(), now);
    else
      others.push_back(hold.owner());
  }
  std::vector<std::string> notes;
  if (change.never_seen()) notes.push_back("never seen yet");
  if (!others.empty())
    notes.push_back(base::StrCat("also held by ", absl::StrJoin(others, ", ")));
  const std::string hold = change.hold_id().empty()
                               ? absl::StrJoin(change.released_hold_ids(), ",")
                               : change.hold_id();
  const bool held = change.holds_size() > 0;
  return {{change.name()},
          {held ? "OFFLINE" : "ONLINE", held ? Color::kYellow : Color::kGreen},
          {base::StrCat(change.epoch())},
          {hold},
          {deadline},
          {absl::StrJoin(notes, "; ")}};
}

std::string BudgetLimit(const roster::v1::Budget& budget) {
  if (budget.limit_case() == roster::v1::Budget::kMinAvailable)
    return base::StrCat("at least ", budget.min_available());
  return base::StrCat("at most ", budget.max_unavailable(), " away");
}

std::vector<Column> BudgetColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = kNameWidth},
      {.header = "LIMIT"},
      {.header = "MEMBERS"},
      {.header = "AVAILABLE"},
      {.header = "REQUIRED"},
      {.header = "ALLOWED"},
      {.header = "SELECTOR", .max_width = wide ? 200 : 40},
  };
  if (wide) columns.push_back({.header = "DESCRIPTION", .max_width = 100});
  return columns;
}

std::vector<Cell> BudgetRow(const roster::v1::BudgetReport& report, bool wide) {
  const bool broken = report.available() < report.required();
  std::vector<Cell> row = {
      {report.budget().name()},
      {BudgetLimit(report.budget())},
      {base::StrCat(report.expected())},
      {base::StrCat(report.available()), broken ? Color::kRed : Color::kNone},
      {base::StrCat(report.required())},
      {base::StrCat(report.allowed()),
       report.allowed() == 0 ? Color::kYellow : Color::kGreen},
      {report.budget().selector()},
  };
  if (wide) row.push_back({report.budget().description()});
  return row;
}

std::string BudgetExplanations(
    const google::protobuf::RepeatedPtrField<roster::v1::BudgetReport>& reports,
    const RenderOptions& options) {
  std::string out;
  for (const auto& report : reports) {
    out +=
        base::StrCat(Colored(report.satisfied() ? "allowed" : "refused",
                             report.satisfied() ? Color::kGreen : Color::kRed,
                             options.color),
                     "  ", Visible(report.explanation()), "\n");
  }
  return out;
}

std::string OperationProgress(const Operation& operation) {
  std::string out =
      base::StrCat(operation.done(), "/", operation.total(), " done");
  if (operation.failed() > 0)
    out += base::StrCat(", ", operation.failed(), " failed");
  if (operation.in_flight() > 0)
    out += base::StrCat(", ", operation.in_flight(), " under way");
  return out;
}

std::vector<Column> OperationColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "ID", .max_width = 40},
      {.header = "KIND"},
      {.header = "STATE"},
      {.header = "DONE"},
      {.header = "FAILED"},
      {.header = "ETA", .ticking = true},
  };
  if (wide) {
    columns.push_back({.header = "ACTOR", .max_width = 30});
    columns.push_back({.header = "TICKET", .max_width = 24});
    columns.push_back({.header = "REASON", .max_width = 60});
  }
  columns.push_back({.header = "WAITING", .max_width = wide ? 200 : 30});
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> OperationRow(const Operation& operation, bool wide,
                               absl::Time now) {
  std::vector<Cell> row = {
      {operation.id()},
      {OperationKindName(operation.kind())},
      {OperationStateName(operation.state()),
       OperationStateColor(operation.state())},
      {base::StrCat(operation.done(), "/", operation.total())},
      {base::StrCat(operation.failed()),
       operation.failed() > 0 ? Color::kRed : Color::kNone},
      {operation.has_expected_end()
           ? HumanDuration(ToTime(operation.expected_end()) - now)
           : "-"},
  };
  if (wide) {
    row.push_back({operation.actor()});
    row.push_back({operation.ticket()});
    row.push_back({operation.reason()});
  }
  row.push_back({Waiting(operation)});
  row.push_back({Age(operation.created_at(), now)});
  return row;
}

std::string OperationDetail(const Operation& operation, absl::Time now,
                            const RenderOptions& options) {
  Fields fields(options);
  fields.Add("Operation", operation.id());
  fields.Add("Kind", OperationKindName(operation.kind()));
  fields.Add("State", OperationStateName(operation.state()),
             OperationStateColor(operation.state()));
  fields.Add("Waiting", operation.waiting(), Color::kYellow);
  fields.Add("Problem", operation.problem(), Color::kRed);
  const double ratio =
      operation.total() > 0
          ? static_cast<double>(operation.done()) / operation.total()
          : 1;
  fields.Add("Progress", base::StrCat(Bar(ratio, kBarWidth), " ",
                                      OperationProgress(operation)));
  if (operation.has_expected_end()) {
    fields.Add("Ends in",
               HumanDuration(ToTime(operation.expected_end()) - now));
  }
  fields.Add("Pacing", BatchText(operation.pacing()));
  fields.Add("Actor", operation.actor());
  fields.Add("Reason", operation.reason());
  fields.Add("Ticket", operation.ticket());
  fields.Add("Selector", operation.selector());
  if (operation.force()) fields.Add("Forced", "yes", Color::kRed);
  fields.AddTime("Created", operation.created_at(), now);
  if (ToTime(operation.start_at()) > now)
    fields.Add("Starts", LocalTime(operation.start_at()));
  fields.AddTime("Started", operation.started_at(), now);
  fields.AddTime("Ended", operation.ended_at(), now);
  if (operation.members().empty()) return fields.Take();
  Table table({{.header = "NAME", .max_width = kNameWidth},
               {.header = "STEP"},
               {.header = "FOR"},
               {.header = "PROBLEM", .max_width = 80}});
  for (const auto& member : operation.members()) {
    table.AddRow({{member.name()},
                  {OperationStepName(member.step()), StepColor(member.step())},
                  {Age(member.since(), now)},
                  {member.problem()}});
  }
  return fields.Take() + Section("Members", table, options);
}

std::vector<Column> AuditColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "TIME"},   {.header = "ACTOR", .max_width = 30},
      {.header = "ACTION"}, {.header = "TARGET", .max_width = wide ? 200 : 30},
      {.header = "RESULT"},
  };
  if (wide) {
    columns.push_back({.header = "SEQ"});
    columns.push_back({.header = "PEER", .max_width = 40});
    columns.push_back({.header = "TICKET", .max_width = 24});
    columns.push_back({.header = "REQUEST", .max_width = 64});
  }
  columns.push_back({.header = "REASON", .max_width = wide ? 200 : 40});
  return columns;
}

std::vector<Cell> AuditRow(const roster::v1::AuditEntry& entry, bool wide) {
  std::string actor = entry.actor();
  // Whoever the connection proved stands bare; a claim is marked.
  if (!entry.authenticated() && !entry.peer().empty()) actor += " (claimed)";
  std::string result = entry.result();
  if (entry.forced()) result += " FORCED";
  std::string reason = entry.reason();
  if (!entry.message().empty()) {
    reason += base::StrCat(reason.empty() ? "" : " - ", entry.message());
  }
  std::vector<Cell> row = {
      {LocalTime(entry.at())},
      {std::move(actor)},
      {entry.action()},
      {Targets(entry, wide)},
      {std::move(result), entry.result() != "OK" ? Color::kYellow
                          : entry.forced()       ? Color::kRed
                                                 : Color::kNone},
  };
  if (wide) {
    row.push_back({base::StrCat(entry.sequence())});
    row.push_back({entry.peer()});
    row.push_back({entry.ticket()});
    row.push_back({entry.request_id()});
  }
  row.push_back({std::move(reason)});
  return row;
}

std::vector<Column> MonitorColumns(bool wide) {
  std::vector<Column> columns = {{.header = "HOST", .max_width = kNameWidth},
                                 {.header = "PID"},
                                 {.header = "ROLE"},
                                 {.header = "GRPC", .max_width = 60},
                                 {.header = "VERSION", .max_width = 20}};
  if (wide) {
    columns.push_back({.header = "ID", .max_width = 64});
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
      {base::StrCat(monitor.pid())},
      {std::move(role), monitor.leader() ? Color::kGreen : Color::kNone},
      {absl::StrJoin(monitor.grpc_addresses(), ",")},
      {monitor.version()}};
  if (wide) {
    row.push_back({monitor.id()});
    row.push_back({absl::StrJoin(monitor.http_addresses(), ",")});
  }
  row.push_back({Age(monitor.started_at(), now)});
  return row;
}

std::string OrderDetail(const roster::v1::GetOrderResponse& order,
                        absl::Time now, const RenderOptions& options) {
  const roster::v1::Desired& desired = order.desired();
  Fields fields(options);
  fields.Add("Name", order.name());
  const bool held = !desired.holds().empty();
  fields.Add("Wanted", held ? "OFFLINE" : "ONLINE",
             held ? Color::kYellow : Color::kGreen);
  fields.Add("Epoch", base::StrCat(desired.epoch()));
  fields.AddTime("Changed", order.changed_at(), now);
  fields.Add("Problem", desired.problem(), Color::kRed);
  if (!order.has_member()) {
    fields.Add("Member", "never seen");
    return fields.Take() + HoldSection(desired, now, options);
  }
  const roster::v1::Member& member = order.member();
  fields.Add("Status", StatusName(member.status()),
             StatusColor(member.status()));
  std::string obeys = "speaks no control";
  if (member.has_applied_epoch()) {
    obeys = member.applied_epoch() >= desired.epoch()
                ? "yes"
                : base::StrCat("order ", member.applied_epoch(), " so far");
  }
  fields.Add("Obeys", obeys);
  if (member.drain_overdue()) fields.Add("Drain", "overdue", Color::kRed);
  fields.Add("Doing", Doing(member));
  return fields.Take() + HoldSection(desired, now, options);
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
