#include "cli/printer_holds.h"

#include <string_view>

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_detail.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

constexpr int kNameWidth = 63;

// When a hold's work must be done: "in 5m", "12s ago", "no limit".
std::string Deadline(const google::protobuf::Timestamp& deadline,
                     absl::Time now) {
  const absl::Time time = ToTime(deadline);
  if (time == absl::InfinitePast()) return "-";
  return time > now ? base::StrCat("in ", HumanDuration(time - now))
                    : base::StrCat(HumanDuration(now - time), " ago");
}

// Nothing can be read of the order, and nothing was.
bool IsUnknown(const roster::v1::Desired& desired) {
  return !desired.problem().empty() && desired.epoch() == 0;
}

// What is wanted, and by which order. One that cannot be read wants nothing
// new: then this is what was last read.
void AddWanted(const roster::v1::Desired& desired, Fields& fields) {
  if (IsUnknown(desired)) {
    fields.Add("Wanted", "unknown", Color::kRed);
    fields.Add("Epoch", "unknown");
    return;
  }
  const bool held = !desired.holds().empty();
  const std::string_view note =
      desired.problem().empty() ? "" : ", as last read";
  fields.Add("Wanted", base::StrCat(held ? "OFFLINE" : "ONLINE", note),
             held ? Color::kYellow : Color::kGreen);
  fields.Add("Epoch", base::StrCat(desired.epoch(), note));
}

}  // namespace

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
  columns.push_back({.header = "NOTE", .max_width = 40});
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
  row.push_back({held.note(), Color::kYellow});
  return row;
}

std::vector<Column> OrderChangeColumns() {
  return {{.header = "NAME", .max_width = kNameWidth},
          {.header = "WANTED"},
          {.header = "EPOCH"},
          {.header = "HOLD", .max_width = 40},
          {.header = "DEADLINE"},
          {.header = "NOTE", .max_width = 200}};
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
  for (const std::string& note : change.notes()) notes.push_back(note);
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

std::string OrderDetail(const roster::v1::GetOrderResponse& order,
                        absl::Time now, const RenderOptions& options) {
  const roster::v1::Desired& desired = order.desired();
  Fields fields(options);
  fields.Add("Name", order.name());
  AddWanted(desired, fields);
  fields.AddTime("Changed", order.changed_at(), now);
  if (!desired.problem().empty())
    fields.Add(
        "Problem",
        base::StrCat("the order cannot be read now: ", desired.problem()),
        Color::kRed);
  if (!order.has_member()) {
    fields.Add("Member", "never seen");
    return fields.Take() + HoldSection(desired, now, options);
  }
  const roster::v1::Member& member = order.member();
  fields.Add("Status", StatusName(member.status()),
             StatusColor(member.status()));
  std::string obeys = "speaks no control";
  if (IsUnknown(desired)) {
    obeys = "unknown";
  } else if (member.has_applied_epoch()) {
    obeys = member.applied_epoch() >= desired.epoch()
                ? "yes"
                : base::StrCat("order ", member.applied_epoch(), " so far");
  }
  fields.Add("Obeys", obeys);
  if (member.drain_overdue()) fields.Add("Drain", "overdue", Color::kRed);
  fields.Add("Doing", Doing(member));
  return fields.Take() + HoldSection(desired, now, options);
}

}  // namespace roster::cli
