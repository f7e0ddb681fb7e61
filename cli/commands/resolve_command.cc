#include "cli/commands/resolve_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/print_items.h"
#include "cli/printer_table.h"
#include "cli/staleness.h"

namespace roster::cli {
namespace {

using roster::v1::Member;

struct Flags {
  std::string service;
  std::string endpoint;
  std::string cluster;
  Format format = Format::kTable;
};

// As ServiceDirectory of coordination/ has it: who is there, works by his own
// word, and is not held.
bool Serves(const Member& member) {
  const bool works =
      member.reported_state() == roster::v1::REPORTED_STATE_UP ||
      member.reported_state() == roster::v1::REPORTED_STATE_DEGRADED;
  const bool free = member.status() == roster::v1::MEMBER_STATUS_UP ||
                    member.status() == roster::v1::MEMBER_STATUS_DEGRADED;
  return member.present() && works && free;
}

absl::StatusOr<std::vector<Member>> Instances(Client& client,
                                              const Flags& flags) {
  roster::v1::ListMembersRequest request;
  request.set_cluster(flags.cluster);
  request.set_selector(base::StrCat(
      "service=\"",
      absl::StrReplaceAll(flags.service, {{"\\", "\\\\"}, {"\"", "\\\""}}),
      "\""));
  roster::v1::ViewInfo view;
  ROSTER_ASSIGN_OR_RETURN(std::vector<Member> members,
                          client.ListAllMembers(request, &view));
  std::erase_if(members, [&](const Member& member) {
    return !Serves(member) || (!flags.endpoint.empty() &&
                               !member.endpoints().contains(flags.endpoint));
  });
  WarnIfStale(view);
  if (!members.empty()) return members;
  return absl::NotFoundError(base::StrCat(
      "no member works as '", Visible(flags.service), "'",
      flags.endpoint.empty()
          ? ""
          : base::StrCat(" with an endpoint '", Visible(flags.endpoint), "'"),
      "; 'rosterctl members' shows all"));
}

absl::Status Run(const Flags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  ROSTER_ASSIGN_OR_RETURN(const std::vector<Member> members,
                          Instances(*client, flags));
  // Just the addresses: for $(...).
  if (!flags.endpoint.empty() && flags.format == Format::kTable) {
    std::string out;
    for (const Member& member : members)
      out += Visible(member.endpoints().at(flags.endpoint)) + "\n";
    return Print(out);
  }
  Listing<Member> listing = {
      .columns = {{.header = "MEMBER", .max_width = 60},
                  {.header = "STATUS"},
                  {.header = "VERSION", .max_width = 30},
                  {.header = "ENDPOINTS",
                   .max_width = flags.format == Format::kWide ? 400 : 80}},
      .row =
          [](const Member& member) {
            return std::vector<Cell>{
                {member.name()},
                {StatusName(member.status()), StatusColor(member.status())},
                {member.version()},
                {JoinMap(member.endpoints())}};
          },
      .name = [](const Member& member) { return member.name(); },
      .empty = ""};
  if (flags.format == Format::kWide) {
    listing.columns.push_back({.header = "LABELS", .max_width = 400});
    listing.row = [row = std::move(listing.row)](const Member& member) {
      std::vector<Cell> cells = row(member);
      cells.push_back({JoinMap(member.labels())});
      return cells;
    };
  }
  return PrintItems(members, listing, flags.format, UseColor(globals.no_color));
}

}  // namespace

Command AddResolveCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app =
      app.add_subcommand("resolve", "Where a service can be reached now");
  command.app->footer(
      R"(Members that work as the service, UP or DEGRADED, and are not held by an
order. Exits with 3 if there is none.

Examples:
  rosterctl resolve search-indexer
  curl http://$(rosterctl resolve search -e http | shuf -n 1)/)");
  command.app->add_option("SERVICE", flags->service, "Its name")
      ->required()
      ->type_name("");
  command.app
      ->add_option("-e,--endpoint-name", flags->endpoint,
                   "Print just the addresses of this endpoint")
      ->type_name("NAME");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "In this cluster")
          ->type_name("NAME");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.completers[cluster] = ClusterNames();
  command.completers[output] = Words(AllFormats());
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
