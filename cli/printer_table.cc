#include "cli/printer_table.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/staleness.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Event;
using roster::v1::Member;
using roster::v1::MemberStatus;
using roster::v1::Task;

// A longer name is cut in tables, never in -o name, json and yaml.
constexpr int kNameWidth = 63;
constexpr int kBarWidth = 10;

template <typename Enum>
std::string ShortName(const std::string& name, std::string_view prefix,
                      Enum value) {
  if (name.empty()) return base::StrCat("#", static_cast<int>(value));
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

// done / total of all running tasks together, as the mean of their ratios:
// their units may differ.
std::string MeanProgress(const std::vector<const Task*>& tasks) {
  double sum = 0;
  int known = 0;
  for (const Task* task : tasks) {
    if (!task->has_progress_ratio()) continue;
    sum += task->progress_ratio();
    ++known;
  }
  return known == 0 ? "" : Percent(sum / known);
}

std::string Eta(const Task& task, absl::Time now) {
  if (task.state() != v1::TASK_STATE_RUNNING) return "-";
  if (task.stalled()) return "STALLED";
  if (!task.has_expected_end()) return "-";
  return HumanDuration(ToTime(task.expected_end()) - now);
}

std::string DoneOfTotal(const Task& task) {
  const std::string done = HumanAmount(task.done(), task.unit());
  if (!task.has_total()) return done;
  return base::StrCat(done, "/", HumanAmount(task.total(), task.unit()));
}

Color TaskColor(const Task& task) {
  if (task.stalled() || task.state() == v1::TASK_STATE_CANCELLED) {
    return Color::kYellow;
  }
  if (task.state() == v1::TASK_STATE_FAILED) return Color::kRed;
  if (task.state() == v1::TASK_STATE_SUCCEEDED) return Color::kGreen;
  return Color::kNone;
}

std::string StatusChange(const Event& event) {
  if (event.member().empty()) return "";
  const std::string now = StatusName(event.status());
  if (event.previous_status() == v1::MEMBER_STATUS_UNSPECIFIED ||
      event.previous_status() == event.status()) {
    return now;
  }
  return base::StrCat(StatusName(event.previous_status()), "->", now);
}

Color EventColor(const Event& event) {
  switch (event.type()) {
    case v1::EVENT_TYPE_LOST:
    case v1::EVENT_TYPE_TASK_FAILED:
    case v1::EVENT_TYPE_DRAIN_OVERDUE:
    case v1::EVENT_TYPE_GUARD_RAISED:
    case v1::EVENT_TYPE_ORDER_UNREADABLE:
      return Color::kRed;
    case v1::EVENT_TYPE_VIEW_STALE:
    case v1::EVENT_TYPE_TASK_STALLED:
    case v1::EVENT_TYPE_RECORD_UNREADABLE:
    case v1::EVENT_TYPE_HOLD_PLACED:
      return Color::kYellow;
    case v1::EVENT_TYPE_JOINED:
    case v1::EVENT_TYPE_TASK_SUCCEEDED:
      return Color::kGreen;
    default:
      return Color::kNone;
  }
}

std::string Count(const roster::v1::ClusterSummary& summary,
                  MemberStatus status) {
  for (const auto& count : summary.counts()) {
    if (count.status() == status) return base::StrCat(count.count());
  }
  return "0";
}

}  // namespace

std::string StatusName(MemberStatus status) {
  return ShortName(v1::MemberStatus_Name(status), "MEMBER_STATUS_", status);
}

std::string StateName(roster::v1::ReportedState state) {
  return ShortName(v1::ReportedState_Name(state), "REPORTED_STATE_", state);
}

std::string TaskStateName(roster::v1::TaskState state) {
  return ShortName(v1::TaskState_Name(state), "TASK_STATE_", state);
}

std::string EventTypeName(roster::v1::EventType type) {
  return ShortName(v1::EventType_Name(type), "EVENT_TYPE_", type);
}

std::string HoldModeName(roster::v1::HoldMode mode) {
  return ShortName(v1::HoldMode_Name(mode), "HOLD_MODE_", mode);
}

Color StatusColor(MemberStatus status) {
  switch (status) {
    case v1::MEMBER_STATUS_UP:
      return Color::kGreen;
    case v1::MEMBER_STATUS_LOST:
      return Color::kRed;
    case v1::MEMBER_STATUS_STARTING:
    case v1::MEMBER_STATUS_DEGRADED:
    case v1::MEMBER_STATUS_DRAINING:
      return Color::kYellow;
    case v1::MEMBER_STATUS_OFFLINE:
    case v1::MEMBER_STATUS_LEFT:
      return Color::kDim;
    default:
      return Color::kNone;
  }
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() == 0 && timestamp.nanos() == 0) {
    return absl::InfinitePast();
  }
  return absl::FromUnixSeconds(timestamp.seconds()) +
         absl::Nanoseconds(timestamp.nanos());
}

std::string Age(const google::protobuf::Timestamp& timestamp, absl::Time now) {
  return HumanDuration(now - ToTime(timestamp));
}

std::string LocalTime(const google::protobuf::Timestamp& timestamp) {
  const absl::Time time = ToTime(timestamp);
  if (time == absl::InfinitePast()) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, absl::LocalTimeZone());
}

std::string JoinMap(
    const google::protobuf::Map<std::string, std::string>& map) {
  const std::map<std::string, std::string> sorted(map.begin(), map.end());
  return absl::StrJoin(sorted, ",", absl::PairFormatter("="));
}

std::string Doing(const Member& member) {
  std::vector<const Task*> running;
  bool stalled = false;
  for (const Task& task : member.tasks()) {
    if (task.state() != v1::TASK_STATE_RUNNING) continue;
    running.push_back(&task);
    stalled |= task.stalled();
  }
  if (!member.present() || running.empty()) return "";
  std::string doing = running.size() == 1
                          ? running[0]->name()
                          : base::StrCat(running.size(), " tasks");
  // A long name must not push away what matters.
  doing = Fit(Visible(doing), 16);
  const std::string progress = MeanProgress(running);
  if (!progress.empty()) doing += base::StrCat(" ", progress);
  if (stalled) doing += base::StrCat(" STALLED");
  return doing;
}

std::string Note(const Member& member) {
  std::vector<std::string> notes;
  for (const auto& hold : member.desired().holds()) {
    notes.push_back(base::StrCat("held by ", hold.owner(),
                                 hold.reason().empty() ? "" : ": ",
                                 hold.reason()));
  }
  if (member.drain_overdue()) notes.push_back("drain overdue");
  if (!member.desired().problem().empty()) {
    notes.push_back(base::StrCat("order: ", member.desired().problem()));
  }
  if (!member.state_reason().empty()) notes.push_back(member.state_reason());
  if (member.opaque()) {
    notes.push_back(base::StrCat("opaque: ", member.opaque_reason()));
  }
  if (!member.record_warning().empty()) {
    notes.push_back(base::StrCat("record: ", member.record_warning()));
  }
  return absl::StrJoin(notes, "; ");
}

std::vector<Column> MemberColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = kNameWidth},
      {.header = "STATUS", .stream_width = 8},
      {.header = "FOR", .stream_width = 6, .ticking = true},
      {.header = "SERVICE", .max_width = 20},
      {.header = "DOING", .max_width = 30, .stream_width = 12},
  };
  if (wide) {
    columns.push_back({.header = "VERSION", .max_width = 20});
    columns.push_back({.header = "SESSION", .max_width = 20});
    columns.push_back({.header = "LABELS", .max_width = 60});
    columns.push_back({.header = "ENDPOINTS", .max_width = 80});
    columns.push_back({.header = "NOTE", .max_width = 60});
  }
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> MemberRow(const Member& member, bool wide, absl::Time now) {
  const std::string doing = Doing(member);
  std::vector<Cell> row = {
      {member.name()},
      {StatusName(member.status()), StatusColor(member.status())},
      {Age(member.status_since(), now)},
      {member.service()},
      {doing, doing.ends_with("STALLED") ? Color::kYellow : Color::kNone},
  };
  if (wide) {
    row.push_back({member.version()});
    row.push_back({member.session_id()});
    row.push_back({JoinMap(member.labels())});
    row.push_back({JoinMap(member.endpoints())});
    row.push_back({Note(member)});
  }
  row.push_back({Age(member.joined_at(), now)});
  return row;
}

std::vector<Cell> RemovedMemberRow(std::string_view name, bool wide) {
  std::vector<Cell> row(MemberColumns(wide).size());
  row[0].text = std::string(name);
  row[1] = {"REMOVED", Color::kDim};
  return row;
}

std::string TaskName(const Task& task) {
  return task.name().empty() ? task.id() : task.name();
}

std::vector<Column> ProgressColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = wide ? kNameWidth : 40},
      {.header = "TASK", .max_width = 24},
      {.header = "PROGRESS", .stream_width = 19},
      {.header = "DONE", .stream_width = 11},
      {.header = "RATE", .stream_width = 8},
      {.header = "ETA", .stream_width = 7, .ticking = true},
  };
  if (wide) {
    columns.push_back({.header = "STATE"});
    columns.push_back({.header = "UNIT", .max_width = 20});
    columns.push_back({.header = "ID", .max_width = 36});
    columns.push_back({.header = "MESSAGE", .max_width = 60});
  }
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> ProgressRow(const Member& member, const Task& task, bool wide,
                              absl::Time now) {
  const bool running = task.state() == v1::TASK_STATE_RUNNING;
  std::optional<double> ratio;
  if (task.has_progress_ratio()) ratio = task.progress_ratio();
  std::string progress = Bar(ratio, kBarWidth);
  if (!running) {
    progress = TaskStateName(task.state());
  } else if (ratio.has_value()) {
    const std::string percent = Percent(*ratio);  // "7%" to "100%"
    progress += std::string(5 - percent.size(), ' ') + percent;
  }
  // The mark stands here as well, because ETA ticks and this does not.
  if (task.stalled()) progress += base::StrCat(" !");
  std::vector<Cell> row = {
      {member.name()},
      {TaskName(task)},
      {std::move(progress), TaskColor(task)},
      {DoneOfTotal(task)},
      {running && task.has_rate_per_second()
           ? HumanRate(task.rate_per_second(), task.unit())
           : ""},
      {Eta(task, now), TaskColor(task)},
  };
  if (wide) {
    row.push_back({TaskStateName(task.state())});
    row.push_back({task.unit()});
    row.push_back({task.id()});
    row.push_back({task.message()});
  }
  row.push_back({Age(task.started_at(), now)});
  return row;
}

std::vector<Column> EventColumns(bool wide, bool cluster) {
  std::vector<Column> columns = {
      {.header = "TIME", .min_width = 19},
      {.header = "TYPE", .min_width = 14},
      {.header = "NAME", .max_width = kNameWidth, .min_width = 12},
      {.header = "STATUS", .min_width = 8},
  };
  if (wide) columns.push_back({.header = "SEQ", .min_width = 6});
  if (wide || cluster) {
    columns.push_back({.header = "CLUSTER", .max_width = 20, .min_width = 8});
  }
  if (wide) {
    columns.push_back({.header = "TASK", .max_width = 36, .min_width = 8});
  }
  columns.push_back({.header = "DETAIL", .max_width = wide ? 200 : 60});
  return columns;
}

std::vector<Cell> EventRow(const Event& event, bool wide, bool cluster) {
  std::string detail = event.detail();
  if (!event.task_id().empty() && !wide) {
    detail = base::StrCat(event.task_id(), detail.empty() ? "" : ": ", detail);
  }
  if (event.while_blind()) {
    detail += base::StrCat(detail.empty() ? "" : " ", "(found later)");
  }
  std::vector<Cell> row = {
      {LocalTime(event.at())},
      {EventTypeName(event.type()), EventColor(event)},
      // What it is about: a member, or a budget, an operation, a rosterd.
      {event.member().empty() ? event.subject() : event.member()},
      {StatusChange(event)},
  };
  if (wide) row.push_back({base::StrCat(event.sequence())});
  if (wide || cluster) row.push_back({event.cluster()});
  if (wide) row.push_back({event.task_id()});
  row.push_back({std::move(detail)});
  return row;
}

std::vector<Column> ClusterColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = kNameWidth},
      {.header = "MEMBERS"},
      {.header = "UP"},
      {.header = "LOST"},
      {.header = "TASKS"},
      {.header = "STALLED"},
      {.header = "VIEW", .ticking = true},
  };
  if (wide) {
    columns.push_back({.header = "PRESENT"});
    columns.push_back({.header = "OPAQUE"});
  }
  columns.push_back({.header = "PATH", .max_width = wide ? 120 : 40});
  return columns;
}

std::vector<Cell> ClusterRow(const roster::v1::ClusterSummary& summary,
                             bool wide, absl::Time now) {
  int64_t members = 0;
  for (const auto& count : summary.counts()) members += count.count();
  const std::string lost = Count(summary, v1::MEMBER_STATUS_LOST);
  const bool stale = !Staleness(summary.view(), now).empty();
  std::vector<Cell> row = {
      {summary.cluster()},
      {base::StrCat(members)},
      {Count(summary, v1::MEMBER_STATUS_UP)},
      {lost, lost == "0" ? Color::kNone : Color::kRed},
      {base::StrCat(summary.running_tasks())},
      {base::StrCat(summary.stalled_tasks()),
       summary.stalled_tasks() > 0 ? Color::kYellow : Color::kNone},
      {stale ? base::StrCat("STALE ", Age(summary.view().as_of(), now))
             : "live",
       stale ? Color::kYellow : Color::kGreen},
  };
  if (wide) {
    row.push_back({base::StrCat(summary.present())});
    row.push_back({base::StrCat(summary.opaque())});
  }
  row.push_back({summary.members_path()});
  return row;
}

}  // namespace roster::cli
