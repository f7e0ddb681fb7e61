#include "cli/commands/rolling_restart_command.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/order_flags.h"
#include "cli/print_items.h"
#include "cli/printer_operations.h"
#include "cli/prompt.h"
#include "cli/wait_offline.h"

namespace roster::cli {
namespace {

using roster::v1::RollingRestartRequest;

absl::Status ConfirmMany(Client& client, const OrderFlags& flags,
                         RollingRestartRequest request) {
  if (flags.yes || flags.call.dry_run || !flags.targets.many())
    return absl::OkStatus();
  request.set_validate_only(true);
  ROSTER_ASSIGN_OR_RETURN(
      const auto trial,
      client.Call(&Client::ControlStub::RollingRestart, request));
  if (trial.operation().total() <= 1) return absl::OkStatus();
  return Confirm(base::StrCat("restart ", trial.operation().total(),
                              " members, one batch after the other"),
                 /*yes=*/false);
}

absl::Status Run(const OrderFlags& flags, const Globals& globals) {
  const bool color = UseColor(globals.no_color);
  ROSTER_ASSIGN_OR_RETURN(const WaitOptions wait, flags.WaitOptionsFor(color));
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  RollingRestartRequest request;
  ROSTER_ASSIGN_OR_RETURN(*request.mutable_pacing(), flags.pacing.Parse());
  ROSTER_RETURN_IF_ERROR(SetOrder(flags, request));
  ROSTER_RETURN_IF_ERROR(ConfirmMany(*client, flags, request));
  const auto response =
      client->Call(&Client::ControlStub::RollingRestart, request);
  if (!response.ok())
    return ForRepeating(WithNearNames(response.status(), *client,
                                      flags.call.cluster, flags.targets.names),
                        request.request_id());
  const roster::v1::Operation& operation = response->operation();
  const std::string text =
      flags.call.dry_run
          ? base::StrCat(
                "dry run: nothing was changed\n",
                OperationPlan(operation, response->budgets(), {.color = color}))
          : OperationDetail(operation, absl::Now(), {.color = color});
  ROSTER_RETURN_IF_ERROR(
      PrintOne(*response, operation.id(), text, flags.format));
  if (!flags.Stays()) return absl::OkStatus();
  return WaitOperation(*client, operation.id(), wait);
}

}  // namespace

Command AddRollingRestartCommand(CLI::App& app) {
  const auto flags = std::make_shared<OrderFlags>();
  flags->deadline = "1h";
  Command command;
  command.app =
      app.add_subcommand("rolling-restart", "Restart members, batch by batch");
  AddOrderFlags(command, *flags);
  command.app->footer(R"(Each member is drained, ends, is started anew by its
own supervisor, and must be UP for --min-healthy before the next batch begins.
Ctrl-C ends the watching, never the restart.

Examples:
  rosterctl rolling-restart -l service=search --reason 'version 1.4.2'
  rosterctl rolling-restart --all --batch-size 10% --failure-limit 2 \
      --reason 'new certificates')");
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
