#include "cli/commands/online_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/print_items.h"
#include "cli/printer_holds.h"
#include "cli/prompt.h"

namespace roster::cli {
namespace {

using roster::v1::BringOnlineRequest;
using roster::v1::BringOnlineResponse;
using roster::v1::OrderChange;

struct Flags {
  CallFlags call;
  TargetFlags targets;
  std::string owner;
  std::vector<std::string> holds;
  Format format = Format::kTable;
  bool all_holds = false;
  bool yes = false;
};

absl::StatusOr<BringOnlineRequest> RequestOf(const Flags& flags) {
  ROSTER_RETURN_IF_ERROR(flags.targets.Check());
  BringOnlineRequest request;
  request.set_cluster(flags.call.cluster);
  for (const std::string& name : flags.targets.names) request.add_names(name);
  request.set_selector(flags.targets.Selector());
  request.set_owner(flags.owner);
  for (const std::string& id : flags.holds) request.add_hold_ids(id);
  request.set_all_holds(flags.all_holds);
  request.set_actor(Actor(flags.call.actor));
  request.set_reason(flags.call.reason);
  request.set_request_id(RequestId(flags.call.request_id));
  request.set_validate_only(flags.call.dry_run);
  return request;
}

// Whoever may mean many members is told first how many they are.
absl::Status ConfirmMany(Client& client, const Flags& flags,
                         BringOnlineRequest request) {
  if (flags.yes || flags.call.dry_run || !flags.targets.many())
    return absl::OkStatus();
  request.set_validate_only(true);
  ROSTER_ASSIGN_OR_RETURN(
      const BringOnlineResponse trial,
      client.Call(&Client::ControlStub::BringOnline, request));
  if (trial.changes_size() <= 1) return absl::OkStatus();
  return Confirm(base::StrCat("end ",
                              flags.all_holds ? "every hold, whoever owns it,"
                                              : "the holds",
                              " on ", trial.changes_size(), " members"),
                 /*yes=*/false);
}

absl::Status Run(const Flags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  ROSTER_ASSIGN_OR_RETURN(const BringOnlineRequest request, RequestOf(flags));
  ROSTER_RETURN_IF_ERROR(ConfirmMany(*client, flags, request));
  const auto response =
      client->Call(&Client::ControlStub::BringOnline, request);
  if (!response.ok())
    return ForRepeating(WithNearNames(response.status(), *client,
                                      flags.call.cluster, flags.targets.names),
                        request.request_id());
  const bool color = UseColor(globals.no_color);
  if (!IsTable(flags.format) && flags.format != Format::kName)
    return PrintOne(*response, "", "", flags.format);
  if (flags.call.dry_run && IsTable(flags.format))
    ROSTER_RETURN_IF_ERROR(Print("dry run: nothing was changed\n"));
  const Listing<OrderChange> listing = {
      .columns = OrderChangeColumns(),
      .row =
          [](const auto& change) {
            return OrderChangeRow(change, absl::Now());
          },
      .name = [](const auto& change) { return change.name(); },
      .empty = "no such hold; 'rosterctl holds' shows whose there are"};
  return PrintItems(response->changes(), listing, flags.format, color);
}

}  // namespace

Command AddOnlineCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app = app.add_subcommand("online", "End holds: members may work");
  AddTargetFlags(command, flags->targets);
  AddCallFlags(command, flags->call);
  command.app
      ->add_option("--owner", flags->owner, "The hold of this owner (who asks)")
      ->type_name("OWNER");
  CLI::Option* hold = command.app
                          ->add_option("--hold", flags->holds,
                                       "This hold, whoever owns it; repeatable")
                          ->type_name("ID")
                          ->expected(1)
                          ->allow_extra_args(false)
                          ->take_all();
  command.app->add_flag("--all-holds", flags->all_holds,
                        "Every hold, whoever owns it");
  AddRequestFlags(command, flags->call);
  AddYesFlag(command, flags->yes);
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(
      R"(A member is online again when its last hold has ended.

Examples:
  rosterctl online web-01
  rosterctl online -l zone=a --owner ops
  rosterctl online web-01 --all-holds --reason 'all is well')");
  command.completers[hold] = HoldIds();
  command.completers[output] = Words(AllFormats());
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
