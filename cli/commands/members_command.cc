#include "cli/commands/members_command.h"

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
using roster::v1::WatchMembersResponse;

struct Flags {
  std::string selector;
  std::string cluster;
  std::string sort;
  Format format = Format::kTable;
  bool watch = false;
};

// The order of --sort; by name where that says nothing.
bool Before(const std::string& sort, const Member& a, const Member& b) {
  const auto by = [&](const auto& left, const auto& right) {
    return left != right ? left < right : a.name() < b.name();
  };
  if (sort == "status") {
    return by(StatusName(a.status()), StatusName(b.status()));
  }
  if (sort == "service") return by(a.service(), b.service());
  // The youngest first: what has changed is what people look for.
  if (sort == "age") return by(ToTime(b.joined_at()), ToTime(a.joined_at()));
  return a.name() < b.name();
}

absl::Status PrintList(const std::vector<Member>& members, const Flags& flags,
                       bool color) {
  std::string out;
  std::vector<std::string> documents;
  Table table(MemberColumns(flags.format == Format::kWide));
  for (const Member& member : members) {
    if (flags.format == Format::kName) {
      out += base::StrCat(Visible(member.name()), "\n");
    } else if (IsTable(flags.format)) {
      table.AddRow(
          MemberRow(member, flags.format == Format::kWide, absl::Now()));
    } else {
      documents.push_back(ToJsonLine(member));
    }
  }
  if (flags.format == Format::kName) return Print(out);
  if (flags.format == Format::kJson) return Print(JsonArray(documents));
  if (flags.format == Format::kYaml) {
    return Print(JsonToYaml(JsonArray(documents)));
  }
  if (members.empty()) {
    Complain(flags.selector.empty()
                 ? "no members"
                 : base::StrCat("no members match '", flags.selector, "'"));
    return absl::OkStatus();
  }
  return Print(table.Render({.color = color}));
}

absl::Status List(Client& client, const Flags& flags, bool color) {
  roster::v1::ListMembersRequest request;
  request.set_cluster(flags.cluster);
  request.set_selector(flags.selector);
  roster::v1::ViewInfo view;
  ROSTER_ASSIGN_OR_RETURN(std::vector<Member> members,
                          client.ListAllMembers(request, &view));
  if (flags.sort != "name") {
    std::sort(
        members.begin(), members.end(),
        [&](const auto& a, const auto& b) { return Before(flags.sort, a, b); });
  }
  WarnIfStale(view);
  return PrintList(members, flags, color);
}

// MembersWatch prints what a stream of members tells.
class MembersWatch {
 public:
  MembersWatch(const Flags& flags, bool color)
      : flags_(flags),
        wide_(flags.format == Format::kWide),
        table_(MemberColumns(wide_), IsTable(flags.format) && IsLive(), color,
               [this](size_t limit) { return Paint(limit); }) {}

  absl::Status Run(Client& client) {
    return FollowMembers(client, flags_.cluster, flags_.selector, table_,
                         [this](const auto& message) { return Take(message); });
  }

 private:
  absl::Status Take(const WatchMembersResponse& message) {
    const MemberMirror::Changes changes = mirror_.Apply(message);
    if (changes.view) {
      table_.MakeWay();
      staleness_.Tell(mirror_.view());
    }
    switch (flags_.format) {
      case Format::kJson:
        return Print(ToJsonLine(message) + "\n");
      case Format::kYaml:
        return Print("---\n" + JsonToYaml(ToJsonLine(message)));
      case Format::kName: {
        std::string out;
        for (const std::string& name : changes.changed) {
          out += base::StrCat(Visible(name), "\n");
        }
        return Print(out);
      }
      default:
        return Show(changes);
    }
  }

  absl::Status Show(const MemberMirror::Changes& changes) {
    if (!mirror_.complete()) return absl::OkStatus();
    if (table_.live()) {
      table_.Invalidate();
      return absl::OkStatus();
    }
    const absl::Time now = absl::Now();
    for (const std::string& name : changes.removed) {
      table_.StageRemoval(name, RemovedMemberRow(name, wide_));
    }
    for (const std::string& name : changes.changed) {
      table_.Stage(name, MemberRow(mirror_.members().at(name), wide_, now));
    }
    return table_.Flush();
  }

  LiveTable::Picture Paint(size_t limit) const {
    std::vector<const Member*> members;
    for (const auto& [name, member] : mirror_.members()) {
      members.push_back(&member);
    }
    const size_t shown = std::min(limit, members.size());
    std::partial_sort(members.begin(), members.begin() + shown, members.end(),
                      [&](const Member* a, const Member* b) {
                        return Before(flags_.sort, *a, *b);
                      });
    LiveTable::Picture picture = {.total = members.size()};
    for (size_t i = 0; i < shown; ++i) {
      picture.rows.push_back(MemberRow(*members[i], wide_, absl::Now()));
    }
    return picture;
  }

  const Flags& flags_;
  const bool wide_;
  MemberMirror mirror_;
  StalenessTeller staleness_;
  LiveTable table_;
};

}  // namespace

Command AddMembersCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app = app.add_subcommand("members", "List the members of a cluster");
  command.app->add_option("-l,--selector", flags->selector,
                          "Only members that match, as in zone=a,role!=db");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "Of this cluster")
          ->type_name("NAME");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  const std::vector<std::string> orders = {"name", "status", "service", "age"};
  CLI::Option* sort =
      AddChoice(*command.app, "--sort", flags->sort, orders, "Order of rows");
  command.app->add_flag("-w,--watch", flags->watch,
                        "Go on showing changes until Ctrl-C");
  command.app->footer(R"(Examples:
  rosterctl members
  rosterctl members -l 'zone=a,status=UP' -o wide
  rosterctl members --watch
  rosterctl members -o json | jq -r '.[] | select(.present) | .name')");
  command.completers = {{cluster, ClusterNames()},
                        {output, Words(AllFormats())},
                        {sort, Words(orders)}};
  command.run = [flags](const Globals& globals) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    const bool color = UseColor(globals.no_color);
    if (!flags->watch) return List(*client, *flags, color);
    return MembersWatch(*flags, color).Run(*client);
  };
  return command;
}

}  // namespace roster::cli
