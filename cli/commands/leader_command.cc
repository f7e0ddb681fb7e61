#include "cli/commands/leader_command.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/coordination_flags.h"
#include "cli/print_items.h"
#include "cli/printer_leader.h"

namespace roster::cli {
namespace {

using roster::v1::Election;
using Stub = Client::CoordinationStub;

constexpr char kImmediate[] = "immediate";
constexpr char kWhenLeaderEnds[] = "when-leader-ends";

struct Flags {
  CallFlags call;
  std::string name;
  std::vector<std::string> preferred;
  std::string hand_back = kImmediate;
  std::string settle;
  std::optional<int64_t> expected_version;
  Format format = Format::kTable;
};

// A name, or what begins with "/": a path.
template <typename Request>
Request For(const Flags& flags) {
  Request request;
  request.set_cluster(flags.call.cluster);
  if (flags.name.starts_with("/"))
    request.set_path(flags.name);
  else
    request.set_name(flags.name);
  return request;
}

template <typename Request>
Request ToChange(const Flags& flags) {
  auto request = For<Request>(flags);
  request.set_reason(flags.call.reason);
  request.set_actor(Actor(flags.call.actor));
  request.set_request_id(RequestId(flags.call.request_id));
  request.set_validate_only(flags.call.dry_run);
  if (flags.expected_version)
    request.set_expected_version(*flags.expected_version);
  return request;
}

absl::Status List(Client& client, const Flags& flags, bool color) {
  roster::v1::ListElectionsRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_page_size(1000);
  std::vector<Election> elections;
  do {
    ROSTER_ASSIGN_OR_RETURN(auto page,
                            client.Call(&Stub::ListElections, request));
    for (Election& election : *page.mutable_elections())
      elections.push_back(std::move(election));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  const bool wide = flags.format == Format::kWide;
  const Listing<Election> listing = {
      .columns = ElectionColumns(wide),
      .row =
          [wide](const Election& election) {
            return ElectionRow(election, wide, absl::Now());
          },
      .name = [](const Election& election) { return election.name(); },
      .empty = "no elections"};
  return PrintItems(elections, listing, flags.format, color);
}

// The election with all of its candidates.
absl::StatusOr<Election> Fetch(Client& client, const Flags& flags) {
  const auto request = For<roster::v1::GetElectionRequest>(flags);
  std::optional<Election> election;
  ROSTER_RETURN_IF_ERROR(
      EachPage(client, &Stub::GetElection, request, [&](auto& page) {
        if (election)
          election->mutable_candidates()->MergeFrom(
              page.election().candidates());
        else
          election = std::move(*page.mutable_election());
        return true;
      }));
  return *std::move(election);
}

absl::Status Show(Client& client, const Flags& flags, bool color) {
  if (flags.name.empty()) return List(client, flags, color);
  ROSTER_ASSIGN_OR_RETURN(
      const auto answer,
      client.Call(&Stub::GetLeader, For<roster::v1::GetLeaderRequest>(flags)));
  const bool nobody = !answer.has_leader() && !answer.has_designation();
  absl::StatusOr<Election> election = absl::UnknownError("not asked for");
  if (answer.connected() && (nobody || IsTable(flags.format)))
    election = Fetch(client, flags);
  const bool missing = nobody && absl::IsNotFound(election.status());
  if (missing && IsTable(flags.format)) return election.status();
  if (answer.has_leader() || flags.format != Format::kName)
    ROSTER_RETURN_IF_ERROR(PrintOne(
        answer, answer.leader().name(),
        LeaderDetail(flags.name, answer, election.ok() ? &*election : nullptr,
                     absl::Now(), {.color = color}),
        flags.format));
  if (answer.has_leader()) return absl::OkStatus();
  if (missing) return election.status();
  return absl::NotFoundError(
      base::StrCat("nobody leads '", Visible(flags.name), "'"));
}

// Says so if the designation may have no effect. It stands all the same: it may
// come before the election and its candidates.
void Warn(Client& client, const Flags& flags,
          const roster::v1::Designation& designation) {
  const absl::StatusOr<Election> election = Fetch(client, flags);
  if (!election.ok() && !absl::IsNotFound(election.status())) return;
  for (const std::string& doubt : DesignationDoubts(
           flags.name, designation, election.ok() ? &*election : nullptr))
    Complain(base::StrCat("note: ", doubt));
}

std::string DryRun(const Flags& flags) {
  return flags.call.dry_run ? "dry run: nothing was changed\n" : "";
}

// The names of "web-01,web-02", or of several such lists.
absl::StatusOr<std::vector<std::string>> ParsePreferred(
    const std::vector<std::string>& lists) {
  std::vector<std::string> names;
  for (const std::string& list : lists) {
    for (const absl::string_view part : absl::StrSplit(list, ',')) {
      const absl::string_view name = absl::StripAsciiWhitespace(part);
      if (name.empty())
        return absl::InvalidArgumentError(
            base::StrCat("--preferred wants names with commas between, not '",
                         Visible(list), "'"));
      names.emplace_back(name);
    }
  }
  return names;
}

absl::Status Designate(Client& client, const Flags& flags, bool) {
  auto request = ToChange<roster::v1::DesignateLeaderRequest>(flags);
  ROSTER_ASSIGN_OR_RETURN(const std::vector<std::string> preferred,
                          ParsePreferred(flags.preferred));
  for (const std::string& leader : preferred) request.add_leaders(leader);
  request.set_hand_back(flags.hand_back == kWhenLeaderEnds
                            ? roster::v1::HAND_BACK_WHEN_LEADER_ENDS
                            : roster::v1::HAND_BACK_IMMEDIATE);
  if (!flags.settle.empty()) {
    ROSTER_ASSIGN_OR_RETURN(*request.mutable_settle(),
                            DurationFlag("--settle", flags.settle));
  }
  const auto response = client.Call(&Stub::DesignateLeader, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  ROSTER_RETURN_IF_ERROR(PrintOne(
      *response, flags.name,
      base::StrCat(DryRun(flags), "'", Visible(flags.name),
                   "' should be led by ",
                   Visible(DesignationText(response->designation())), "\n"),
      flags.format));
  Warn(client, flags, response->designation());
  return absl::OkStatus();
}

absl::Status Clear(Client& client, const Flags& flags, bool) {
  const auto request = ToChange<roster::v1::ClearDesignationRequest>(flags);
  const auto response = client.Call(&Stub::ClearDesignation, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  return PrintOne(
      *response, flags.name,
      base::StrCat(DryRun(flags),
                   flags.call.dry_run ? "nobody would be designated to lead '"
                                      : "nobody is designated to lead '",
                   Visible(flags.name), "' any more\n"),
      flags.format);
}

using Do = absl::Status (*)(Client&, const Flags&, bool color);

// A part of the command, with flags of its own.
struct Part {
  Command command;
  Do run;
};

Part MakePart(CLI::App* app, Flags& flags, Do run) {
  Part part{.run = run};
  part.command.app = app;
  CLI::Option* output = AddFormatOption(*app, flags.format, AllFormats());
  part.command.completers[output] = Words(AllFormats());
  return part;
}

void AddChangeFlags(Part& part, Flags& flags) {
  CLI::Option* name =
      part.command.app->add_option("NAME", flags.name, "The election")
          ->required()
          ->type_name("");
  part.command.completers[name] = ElectionNames();
  AddCallFlags(part.command, flags.call);
  AddRequestFlags(part.command, flags.call);
  part.command.app
      ->add_option("--expect-version", flags.expected_version,
                   "Only if its version is N; 0: there is none")
      ->type_name("N");
}

Part MakeDesignate(CLI::App& leader, Flags& flags) {
  Part part = MakePart(
      leader.add_subcommand("designate", "Say who should lead an election"),
      flags, &Designate);
  AddChangeFlags(part, flags);
  CLI::Option* preferred =
      part.command.app
          ->add_option("--preferred", flags.preferred,
                       "Candidates, the preferred one first")
          ->required()
          ->expected(1)
          ->allow_extra_args(false)
          ->take_all()
          ->type_name("NAME,...");
  const std::vector<std::string> policies = {kImmediate, kWhenLeaderEnds};
  CLI::Option* hand_back =
      part.command.app
          ->add_option("--hand-back", flags.hand_back,
                       "immediate (default) or when-leader-ends")
          ->check(CLI::IsMember(policies))
          ->type_name("WHEN");
  part.command.app
      ->add_option("--settle", flags.settle,
                   "With immediate: once it was back for so long")
      ->type_name("DURATION");
  part.command.completers[preferred] = MemberNames();
  part.command.completers[hand_back] = Words(policies);
  return part;
}

}  // namespace

Command AddLeaderCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Part show = MakePart(
      app.add_subcommand("leader", "Who leads an election, and who should"),
      *flags, &Show);
  Command command = show.command;
  CLI::App& leader = *command.app;
  leader.require_subcommand(0, 1);
  leader.footer(
      R"(Without NAME, all elections, as ZooKeeper shows them now. With NAME rosterd
answers from memory while ZooKeeper is away, and says how old the answer is.
Exits with 3 if nobody leads, or if there is no such election.

Examples:
  rosterctl leader
  rosterctl leader reporter
  rosterctl leader reporter -o name
  rosterctl leader designate reporter --preferred web-01,web-02 --reason OPS-7
  rosterctl leader designate reporter --preferred web-02 \
      --hand-back when-leader-ends --reason 'web-01 is slow'
  rosterctl leader clear reporter)");
  CLI::Option* name =
      leader.add_option("NAME", flags->name, "The election")->type_name("");
  CLI::Option* cluster =
      leader.add_option("--cluster", flags->call.cluster, "In this cluster")
          ->type_name("NAME");
  command.completers[name] = ElectionNames();
  command.completers[cluster] = ClusterNames();
  Part clear = MakePart(leader.add_subcommand("clear", "End a designation"),
                        *flags, &Clear);
  AddChangeFlags(clear, *flags);
  const std::vector<Part> parts = {MakeDesignate(leader, *flags), clear, show};
  for (const Part& part : parts)
    command.completers.insert(part.command.completers.begin(),
                              part.command.completers.end());
  command.run = [flags, parts](const Globals& globals) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    for (const Part& part : parts)
      if (part.command.app->parsed())
        return part.run(*client, *flags, UseColor(globals.no_color));
    return absl::InternalError("no part of the command was chosen");
  };
  return command;
}

}  // namespace roster::cli
