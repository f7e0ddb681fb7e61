#include "cli/commands/member_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/format.h"
#include "cli/nearest.h"
#include "cli/printer_detail.h"
#include "cli/printer_json.h"
#include "cli/staleness.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

constexpr size_t kMaxSuggestions = 3;

struct Flags {
  std::string name;
  std::string cluster;
  Format format = Format::kTable;
};

// The server's "no such member", with the names that may have been meant.
absl::Status WithSuggestions(const absl::Status& not_found, Client& client,
                             const Flags& flags) {
  roster::v1::ListMembersRequest request;
  request.set_cluster(flags.cluster);
  auto members = client.ListAllMembers(request, nullptr);
  // It is the cluster that does not exist, or rosterd has gone.
  if (!members.ok()) return not_found;
  std::vector<std::string> names;
  for (const auto& member : *members) names.push_back(member.name());
  const std::vector<std::string> near =
      Nearest(flags.name, names, kMaxSuggestions);
  return absl::NotFoundError(base::StrCat(
      "there is no member '", Visible(flags.name), "'",
      flags.cluster.empty() ? "" : " in cluster " + Visible(flags.cluster),
      near.empty() ? "; 'rosterctl members' lists them" : DidYouMean(near)));
}

absl::Status Show(Client& client, const Flags& flags, bool color) {
  roster::v1::GetMemberRequest request;
  request.set_cluster(flags.cluster);
  request.set_name(flags.name);
  const auto response = client.Call(&Client::Stub::GetMember, request);
  if (absl::IsNotFound(response.status())) {
    return WithSuggestions(response.status(), client, flags);
  }
  ROSTER_RETURN_IF_ERROR(response.status());
  WarnIfStale(response->view());
  const roster::v1::Member& member = response->member();
  switch (flags.format) {
    case Format::kJson:
      return Print(ToJson(member) + "\n");
    case Format::kYaml:
      return Print(JsonToYaml(ToJsonLine(member)));
    case Format::kName:
      return Print(Visible(member.name()) + "\n");
    default:
      return Print(MemberDetail(member, absl::Now(), {.color = color}));
  }
}

}  // namespace

Command AddMemberCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app =
      app.add_subcommand("member", "Show everything about one member");
  CLI::Option* name =
      command.app->add_option("NAME", flags->name, "Name of the member")
          ->required()
          ->type_name("");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "Of this cluster")
          ->type_name("NAME");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"(Examples:
  rosterctl member web-01
  rosterctl member web-01 -o json | jq .tasks)");
  command.completers = {{name, MemberNames()},
                        {cluster, ClusterNames()},
                        {output, Words(AllFormats())}};
  command.run = [flags](const Globals& globals) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    return Show(*client, *flags, UseColor(globals.no_color));
  };
  return command;
}

}  // namespace roster::cli
