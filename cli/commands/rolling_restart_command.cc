#include "cli/commands/rolling_restart_command.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/print_items.h"
#include "cli/printer_control.h"
#include "cli/prompt.h"
#include "cli/wait_offline.h"

namespace roster::cli {
namespace {

using roster::v1::RollingRestartRequest;

struct Flags {
  CallFlags call;
  TargetFlags targets;
  PacingFlags pacing;
  std::string ticket;
  std::string deadline = "1h";
  std::string at;
  std::string wait_timeout;
  Format format = Format::kTable;
  bool wait = false;
  bool detach = false;
  bool yes = false;
  bool force = false;
};

absl::StatusOr<RollingRestartRequest> RequestOf(const Flags& flags) {
  ROSTER_RETURN_IF_ERROR(flags.targets.Check());
  RollingRestartRequest request;
  request.set_cluster(flags.call.cluster);
  for (const std::string& name : flags.targets.names) request.add_names(name);
  request.set_selector(flags.targets.Selector());
  request.set_actor(Actor(flags.call.actor));
  request.set_ticket(flags.ticket);
  ROSTER_ASSIGN_OR_RETURN(*request.mutable_pacing(), flags.pacing.Parse());
  ROSTER_ASSIGN_OR_RETURN(const auto deadline,
                          DurationFlag("--deadline", flags.deadline));
  if (deadline.seconds() != 0 || deadline.nanos() != 0)
    *request.mutable_drain_timeout() = deadline;
  if (!flags.at.empty()) {
    ROSTER_ASSIGN_OR_RETURN(const absl::Time at,
                            ParseMoment(flags.at, absl::Now()));
    *request.mutable_start_at() = ToTimestamp(at);
  }
  request.set_validate_only(flags.call.dry_run);
  request.set_force(flags.force);
  ROSTER_ASSIGN_OR_RETURN(*request.mutable_reason(),
                          ReasonOrAsk(flags.call.reason));
  request.set_request_id(RequestId(flags.call.request_id));
  return request;
}

absl::Status ConfirmMany(Client& client, const Flags& flags,
                         RollingRestartRequest request) {
  if (flags.yes || flags.call.dry_run || !flags.targets.many())
    return absl::OkStatus();
  request.set_validate_only(true);
  ROSTER_ASSIGN_OR_RETURN(
      const auto trial,
      client.Call(&Client::ControlStub::RollingRestart, request));
  return Confirm(base::StrCat("restart ", trial.operation().total(),
                              " members, one batch after the other"),
                 /*yes=*/false);
}

absl::Status Run(const Flags& flags, const Globals& globals) {
  const bool color = UseColor(globals.no_color);
  WaitOptions wait{.cluster = flags.call.cluster,
                   .quiet = !IsTable(flags.format),
                   .color = color};
  if (!flags.wait_timeout.empty()) {
    ROSTER_ASSIGN_OR_RETURN(wait.limit, ParseDuration(flags.wait_timeout));
  }
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  ROSTER_ASSIGN_OR_RETURN(const RollingRestartRequest request,
                          RequestOf(flags));
  ROSTER_RETURN_IF_ERROR(ConfirmMany(*client, flags, request));
  const auto response =
      client->Call(&Client::ControlStub::RollingRestart, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  std::string text = flags.call.dry_run ? "dry run: nothing was changed\n" : "";
  text += OperationDetail(response->operation(), absl::Now(), {.color = color});
  if (flags.call.dry_run)
    text += BudgetExplanations(response->budgets(), {.color = color});
  ROSTER_RETURN_IF_ERROR(
      PrintOne(*response, response->operation().id(), text, flags.format));
  const bool stays = flags.wait || !flags.wait_timeout.empty() ||
                     (IsTable(flags.format) && isatty(STDOUT_FILENO) == 1);
  if (flags.call.dry_run || flags.detach || !stays) return absl::OkStatus();
  return WaitOperation(*client, response->operation().id(), wait);
}

}  // namespace

Command AddRollingRestartCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app =
      app.add_subcommand("rolling-restart", "Restart members, batch by batch");
  AddTargetFlags(command, flags->targets);
  AddCallFlags(command, flags->call);
  command.app->add_option("--ticket", flags->ticket, "Reference, as in OPS-12")
      ->type_name("TEXT");
  AddPacingFlags(command, flags->pacing);
  command.app
      ->add_option("--deadline", flags->deadline,
                   "How long work may take (1h; 0: no limit)")
      ->type_name("DURATION");
  command.app
      ->add_option("--at", flags->at,
                   "Not before: 2026-11-22T08:00:00Z, 22:00, +2h")
      ->type_name("TIME");
  command.app->add_flag("--wait", flags->wait, "Watch until it has ended");
  command.app->add_flag("--detach", flags->detach,
                        "Do not watch, not even on a terminal");
  command.app
      ->add_option("--wait-timeout", flags->wait_timeout,
                   "Watch for so long at most, then exit with 7")
      ->type_name("DURATION");
  AddRequestFlags(command, flags->call);
  command.app->add_flag("-y,--yes", flags->yes, "Do not ask");
  command.app->add_flag("--force", flags->force,
                        "Even if a budget is broken by it; audited");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"(Each member is drained, ends, is started anew by its
own supervisor, and must be UP for --min-healthy before the next batch begins.
Ctrl-C ends the watching, never the restart.

Examples:
  rosterctl rolling-restart -l service=search --reason 'version 1.4.2'
  rosterctl rolling-restart --all --batch-size 10% --failure-limit 2 \
      --reason 'new certificates')");
  command.completers[output] = Words(AllFormats());
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
