#include "cli/commands/progress_command.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/follow_members.h"
#include "cli/format.h"
#include "cli/live_table.h"
#include "cli/member_mirror.h"
#include "cli/printer_json.h"
#include "cli/printer_table.h"
#include "cli/staleness.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Member;
using roster::v1::Task;
using roster::v1::WatchMembersResponse;

struct Flags {
  std::string selector;
  std::string cluster;
  std::string sort;
  Format format = Format::kTable;
  bool all = false;
  bool watch = false;
};

// A task and whose it is; both outlive it.
struct Item {
  const Member* member;
  const Task* task;
};

// Work that is really going on, or all that is known.
bool IsSelected(const Member& member, const Task& task, const Flags& flags) {
  if (flags.all) return true;
  return member.present() && task.state() == v1::TASK_STATE_RUNNING;
}

void Select(const Member& member, const Flags& flags,
            std::vector<Item>& items) {
  for (const Task& task : member.tasks()) {
    if (IsSelected(member, task, flags)) items.push_back({&member, &task});
  }
}

// What --sort compares first: smaller comes first.
double SortKey(const Item& item, const std::string& sort) {
  const Task& task = *item.task;
  if (sort == "progress") {
    // The most advanced first; what is not known, last.
    return task.has_progress_ratio() ? -task.progress_ratio() : 1;
  }
  if (sort == "eta") {
    // The next to be done first; what never ends at this rate, last.
    const absl::Time end = task.has_expected_end() && !task.stalled() &&
                                   task.state() == v1::TASK_STATE_RUNNING
                               ? ToTime(task.expected_end())
                               : absl::InfiniteFuture();
    return absl::ToDoubleSeconds(end - absl::UnixEpoch());
  }
  return 0;
}

bool Before(const Item& a, const Item& b, const std::string& sort) {
  const double left = SortKey(a, sort);
  const double right = SortKey(b, sort);
  if (left != right) return left < right;
  if (a.member->name() != b.member->name()) {
    return a.member->name() < b.member->name();
  }
  return a.task->id() < b.task->id();
}

absl::Status PrintList(const std::vector<Item>& items, const Flags& flags,
                       bool color) {
  const bool wide = flags.format == Format::kWide;
  std::string out;
  std::vector<std::string> documents;
  Table table(ProgressColumns(wide));
  for (const auto& [member, task] : items) {
    if (flags.format == Format::kName) {
      out +=
          base::StrCat(Visible(member->name()), "/", Visible(task->id()), "\n");
    } else if (IsTable(flags.format)) {
      table.AddRow(ProgressRow(*member, *task, wide, absl::Now()));
    } else {
      documents.push_back(TaskToJsonLine(*member, *task));
    }
  }
  if (flags.format == Format::kName) return Print(out);
  if (flags.format == Format::kJson) return Print(JsonArray(documents));
  if (flags.format == Format::kYaml) {
    return Print(JsonToYaml(JsonArray(documents)));
  }
  if (items.empty()) {
    Complain(flags.all ? "no tasks" : "no running tasks; --all shows others");
    return absl::OkStatus();
  }
  return Print(table.Render({.color = color}));
}

absl::Status List(Client& client, const Flags& flags, bool color) {
  roster::v1::ListMembersRequest request;
  request.set_cluster(flags.cluster);
  request.set_selector(flags.selector);
  roster::v1::ViewInfo view;
  ROSTER_ASSIGN_OR_RETURN(const std::vector<Member> members,
                          client.ListAllMembers(request, &view));
  std::vector<Item> items;
  for (const Member& member : members) Select(member, flags, items);
  std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
    return Before(a, b, flags.sort);
  });
  WarnIfStale(view);
  return PrintList(items, flags, color);
}

// ProgressWatch prints the tasks in a stream of members.
class ProgressWatch {
 public:
  ProgressWatch(const Flags& flags, bool color)
      : flags_(flags),
        wide_(flags.format == Format::kWide),
        table_(ProgressColumns(wide_), IsTable(flags.format) && IsLive(), color,
               [this](size_t limit) { return Paint(limit); }) {}

  absl::Status Run(Client& client) {
    return FollowMembers(client, flags_.cluster, flags_.selector, table_,
                         [this](const auto& message) { return Take(message); });
  }

 private:
  using Shown = std::map<std::string, std::string>;  // task names, by id

  absl::Status Take(const WatchMembersResponse& message) {
    const MemberMirror::Changes changes = mirror_.Apply(message);
    if (changes.view) {
      table_.MakeWay();
      staleness_.Tell(mirror_.view());
    }
    if (!mirror_.complete()) return absl::OkStatus();
    if (table_.live()) {
      table_.Invalidate();
      return absl::OkStatus();
    }
    std::string documents;
    for (const std::string& name : changes.removed) {
      TakeTasks(Named(name), documents);
    }
    for (const std::string& name : changes.changed) {
      TakeTasks(mirror_.members().at(name), documents);
    }
    return IsTable(flags_.format) ? table_.Flush() : Print(documents);
  }

  static Member Named(const std::string& name) {
    Member member;
    member.set_name(name);
    return member;
  }

  // Shows the tasks of `member` that are new, changed, ended or gone.
  void TakeTasks(const Member& member, std::string& documents) {
    Shown before = std::move(shown_[member.name()]);
    Shown now;
    for (const Task& task : member.tasks()) {
      const bool selected = IsSelected(member, task, flags_);
      const bool ended =
          !selected && before.contains(task.id()) && member.present();
      if (!selected && !ended) continue;
      Show(member, task, documents);
      before.erase(task.id());
      if (selected) now[task.id()] = TaskName(task);
      if (ended) Forget(member.name(), task.id());
    }
    for (const auto& [id, name] : before) {
      std::vector<Cell> row(ProgressColumns(wide_).size());
      row[0].text = member.name();
      row[1].text = name;
      const bool departed =
          !member.present() && member.status() != v1::MEMBER_STATUS_UNSPECIFIED;
      row[2] = {departed ? StatusName(member.status()) : "GONE", Color::kDim};
      table_.StageRemoval(Key(member.name(), id), std::move(row));
      Forget(member.name(), id);
    }
    if (now.empty()) {
      shown_.erase(member.name());
    } else {
      shown_[member.name()] = std::move(now);
    }
  }

  void Show(const Member& member, const Task& task, std::string& documents) {
    const std::string key = Key(member.name(), task.id());
    if (IsTable(flags_.format)) {
      table_.Stage(key, ProgressRow(member, task, wide_, absl::Now()));
      return;
    }
    std::string document = TaskToJsonLine(member, task);
    std::string& known = documents_[key];
    if (known == document) return;
    known = document;
    if (flags_.format == Format::kJson) {
      documents += document + "\n";
    } else if (flags_.format == Format::kYaml) {
      documents += "---\n" + JsonToYaml(document);
    } else {
      documents +=
          base::StrCat(Visible(member.name()), "/", Visible(task.id()), "\n");
    }
  }

  void Forget(const std::string& name, const std::string& id) {
    documents_.erase(Key(name, id));
    table_.Forget(Key(name, id));
  }

  // Names of members contain no slash.
  static std::string Key(const std::string& name, const std::string& id) {
    return base::StrCat(name, "/", id);
  }

  LiveTable::Picture Paint(size_t limit) const {
    std::vector<Item> items;
    for (const auto& [name, member] : mirror_.members()) {
      Select(member, flags_, items);
    }
    const size_t shown = std::min(limit, items.size());
    std::partial_sort(items.begin(), items.begin() + shown, items.end(),
                      [&](const Item& a, const Item& b) {
                        return Before(a, b, flags_.sort);
                      });
    LiveTable::Picture picture = {.total = items.size()};
    for (size_t i = 0; i < shown; ++i) {
      picture.rows.push_back(
          ProgressRow(*items[i].member, *items[i].task, wide_, absl::Now()));
    }
    return picture;
  }

  const Flags& flags_;
  const bool wide_;
  MemberMirror mirror_;
  StalenessTeller staleness_;
  LiveTable table_;
  std::map<std::string, Shown> shown_;            // by member
  std::map<std::string, std::string> documents_;  // last ones, by key
};

}  // namespace

Command AddProgressCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app =
      app.add_subcommand("progress", "Show what members are working on");
  command.app->add_option("-l,--selector", flags->selector,
                          "Only members that match, as in zone=a,role!=db");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "Of this cluster")
          ->type_name("NAME");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  const std::vector<std::string> orders = {"name", "eta", "progress"};
  CLI::Option* sort =
      AddChoice(*command.app, "--sort", flags->sort, orders, "Order of rows");
  command.app->add_flag("-a,--all", flags->all,
                        "Also what has ended, or whose member is gone");
  command.app->add_flag("-w,--watch", flags->watch,
                        "Go on showing progress until Ctrl-C");
  command.app->footer(R"(Examples:
  rosterctl progress
  rosterctl progress --watch --sort eta
  rosterctl progress -l service=search-indexer -o wide
  rosterctl progress -o json | jq '.[] | select(.stalled)')");
  command.completers = {{cluster, ClusterNames()},
                        {output, Words(AllFormats())},
                        {sort, Words(orders)}};
  command.run = [flags](const Globals& globals) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    const bool color = UseColor(globals.no_color);
    if (!flags->watch) return List(*client, *flags, color);
    return ProgressWatch(*flags, color).Run(*client);
  };
  return command;
}

}  // namespace roster::cli
