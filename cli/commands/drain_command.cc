#include "cli/commands/drain_command.h"

#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/format.h"
#include "cli/print_items.h"
#include "cli/printer_control.h"
#include "cli/prompt.h"
#include "cli/wait_offline.h"

namespace roster::cli {
namespace {

using roster::v1::OrderChange;
using roster::v1::TakeOfflineRequest;
using roster::v1::TakeOfflineResponse;

struct Flags {
  roster::v1::HoldMode mode = roster::v1::HOLD_MODE_DRAIN;
  CallFlags call;
  TargetFlags targets;
  PacingFlags pacing;
  std::string owner;
  std::string ticket;
  std::string deadline;
  std::string expires;
  std::string at;
  std::string wait_timeout;
  Format format = Format::kTable;
  bool wait = false;
  bool detach = false;
  bool yes = false;
  bool force = false;
  bool allow_absent = false;
};

absl::Status SetTerms(const Flags& flags, TakeOfflineRequest& request) {
  if (!flags.deadline.empty()) {
    ROSTER_ASSIGN_OR_RETURN(const auto deadline,
                            DurationFlag("--deadline", flags.deadline));
    // 0 is how people write "none".
    if (deadline.seconds() != 0 || deadline.nanos() != 0)
      *request.mutable_drain_timeout() = deadline;
  }
  if (!flags.expires.empty()) {
    ROSTER_ASSIGN_OR_RETURN(*request.mutable_expire_after(),
                            DurationFlag("--expires", flags.expires));
  }
  if (!flags.at.empty()) {
    ROSTER_ASSIGN_OR_RETURN(const absl::Time at,
                            ParseMoment(flags.at, absl::Now()));
    *request.mutable_start_at() = ToTimestamp(at);
  }
  if (!flags.pacing.given()) return absl::OkStatus();
  if (flags.pacing.batch_size.empty()) {
    return absl::InvalidArgumentError(
        "--min-healthy, --step-timeout and --failure-limit are for batches; "
        "say --batch-size too");
  }
  ROSTER_ASSIGN_OR_RETURN(*request.mutable_pacing(), flags.pacing.Parse());
  return absl::OkStatus();
}

absl::StatusOr<TakeOfflineRequest> RequestOf(const Flags& flags) {
  ROSTER_RETURN_IF_ERROR(flags.targets.Check());
  TakeOfflineRequest request;
  request.set_cluster(flags.call.cluster);
  for (const std::string& name : flags.targets.names) request.add_names(name);
  request.set_selector(flags.targets.Selector());
  request.set_owner(flags.owner);
  request.set_actor(Actor(flags.call.actor));
  request.set_ticket(flags.ticket);
  request.set_mode(flags.mode);
  request.set_validate_only(flags.call.dry_run);
  request.set_force(flags.force);
  request.set_allow_absent(flags.allow_absent);
  ROSTER_RETURN_IF_ERROR(SetTerms(flags, request));
  ROSTER_ASSIGN_OR_RETURN(*request.mutable_reason(),
                          ReasonOrAsk(flags.call.reason));
  request.set_request_id(RequestId(flags.call.request_id));
  return request;
}

// "take 12 members offline: web-01, web-02, ... and 9 more".
std::string Question(const TakeOfflineResponse& trial, bool force) {
  constexpr int kNamed = 5;
  std::vector<std::string> names;
  for (const auto& change : trial.changes()) names.push_back(change.name());
  for (const auto& member : trial.operation().members())
    names.push_back(member.name());
  const size_t all = names.size();
  if (all > kNamed) names.resize(kNamed);
  return base::StrCat(
      "take ", all, " members offline", force ? ", whatever budgets say" : "",
      ": ", absl::StrJoin(names, ", "), all > names.size() ? ", ..." : "");
}

// Whoever may mean many members is told first how many they are.
absl::Status ConfirmMany(Client& client, const Flags& flags,
                         TakeOfflineRequest request) {
  if (flags.yes || flags.call.dry_run || !flags.targets.many())
    return absl::OkStatus();
  request.set_validate_only(true);
  ROSTER_ASSIGN_OR_RETURN(
      const TakeOfflineResponse trial,
      client.Call(&Client::ControlStub::TakeOffline, request));
  if (trial.changes_size() + trial.operation().total() <= 1)
    return absl::OkStatus();
  return Confirm(Question(trial, flags.force), /*yes=*/false);
}

absl::Status PrintAnswer(const TakeOfflineResponse& response,
                         const Flags& flags, bool color) {
  if (!IsTable(flags.format)) {
    std::string names;
    for (const OrderChange& change : response.changes())
      names += base::StrCat(names.empty() ? "" : "\n", change.name());
    if (response.has_operation()) names = response.operation().id();
    // PrintOne() makes names visible, line by line here.
    if (flags.format != Format::kName)
      return PrintOne(response, names, "", flags.format);
    return Print(names + "\n");
  }
  std::string out;
  if (flags.call.dry_run) out = "dry run: nothing was changed\n";
  if (response.has_operation()) {
    out += OperationDetail(response.operation(), absl::Now(), {.color = color});
  } else {
    Table table(OrderChangeColumns());
    for (const OrderChange& change : response.changes())
      table.AddRow(OrderChangeRow(change, absl::Now()));
    out += table.Render({.color = color});
  }
  if (flags.call.dry_run)
    out += BudgetExplanations(response.budgets(), {.color = color});
  return Print(out);
}

// Whether the command stays: as told, or else where somebody is looking at a
// drain.
bool Waits(const Flags& flags) {
  if (flags.call.dry_run || flags.detach) return false;
  if (flags.wait || !flags.wait_timeout.empty()) return true;
  return flags.mode == roster::v1::HOLD_MODE_DRAIN && IsTable(flags.format) &&
         isatty(STDOUT_FILENO) == 1;
}

absl::StatusOr<WaitOptions> WaitOptionsOf(const Flags& flags, bool color) {
  WaitOptions options{.cluster = flags.call.cluster,
                      .quiet = !IsTable(flags.format),
                      .color = color};
  if (!flags.wait_timeout.empty()) {
    ROSTER_ASSIGN_OR_RETURN(options.limit, ParseDuration(flags.wait_timeout));
  }
  return options;
}

absl::Status Run(const Flags& flags, const Globals& globals) {
  const bool color = UseColor(globals.no_color);
  ROSTER_ASSIGN_OR_RETURN(const WaitOptions wait, WaitOptionsOf(flags, color));
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  ROSTER_ASSIGN_OR_RETURN(const TakeOfflineRequest request, RequestOf(flags));
  ROSTER_RETURN_IF_ERROR(ConfirmMany(*client, flags, request));
  const auto response =
      client->Call(&Client::ControlStub::TakeOffline, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  ROSTER_RETURN_IF_ERROR(PrintAnswer(*response, flags, color));
  if (!Waits(flags)) return absl::OkStatus();
  if (response->has_operation())
    return WaitOperation(*client, response->operation().id(), wait);
  std::map<std::string, int64_t> orders;
  for (const OrderChange& change : response->changes())
    orders[change.name()] = change.epoch();
  return WaitOffline(*client, orders, wait);
}

Command Add(CLI::App& app, const std::string& name, const std::string& help,
            const std::string& footer, const std::shared_ptr<Flags>& flags) {
  Command command;
  command.app = app.add_subcommand(name, help);
  AddTargetFlags(command, flags->targets);
  AddCallFlags(command, flags->call);
  command.app->add_option("--ticket", flags->ticket, "Reference, as in OPS-12")
      ->type_name("TEXT");
  command.app
      ->add_option("--owner", flags->owner, "Who owns the hold (who asks)")
      ->type_name("OWNER");
  if (flags->mode == roster::v1::HOLD_MODE_DRAIN) {
    flags->deadline = "1h";
    command.app
        ->add_option("--deadline", flags->deadline,
                     "How long work may take (1h; 0: no limit)")
        ->type_name("DURATION");
  }
  command.app
      ->add_option("--expires", flags->expires,
                   "The hold ends by itself after this")
      ->type_name("DURATION");
  command.app
      ->add_option("--at", flags->at,
                   "Not before: 2026-11-22T08:00:00Z, 22:00, +2h")
      ->type_name("TIME");
  AddPacingFlags(command, flags->pacing);
  command.app->add_flag("--wait", flags->wait, "Watch until all are offline");
  command.app->add_flag("--detach", flags->detach,
                        "Do not watch, not even on a terminal");
  command.app
      ->add_option("--wait-timeout", flags->wait_timeout,
                   "Watch for so long at most, then exit with 7")
      ->type_name("DURATION");
  AddRequestFlags(command, flags->call);
  command.app->add_flag("-y,--yes", flags->yes,
                        "Do not ask, also for many members");
  command.app->add_flag("--force", flags->force,
                        "Even if a budget is broken by it; audited");
  command.app->add_flag("--allow-absent", flags->allow_absent,
                        "Also names that were never seen");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(footer);
  command.completers[output] = Words(AllFormats());
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace

Command AddDrainCommand(CLI::App& app) {
  return Add(app, "drain", "Take members offline when their work is done",
             R"(Ctrl-C ends the watching, never the drain.

Examples:
  rosterctl drain web-01 --reason 'kernel upgrade'
  rosterctl drain -l zone=a --batch-size 10% --reason 'new switches'
  rosterctl drain web-01 --deadline 10m --expires 2h --ticket OPS-12
  rosterctl drain --all --dry-run --reason 'may we?')",
             std::make_shared<Flags>());
}

Command AddOfflineCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  flags->mode = roster::v1::HOLD_MODE_IMMEDIATE;
  return Add(app, "offline", "Take members offline at once",
             R"(Running work is not waited for; 'rosterctl drain' does that.

Examples:
  rosterctl offline web-01 --reason 'disk is failing'
  rosterctl offline web-99 --allow-absent --reason 'not ready yet')",
             flags);
}

}  // namespace roster::cli
