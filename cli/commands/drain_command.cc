#include "cli/commands/drain_command.h"

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
#include "cli/order_flags.h"
#include "cli/print_items.h"
#include "cli/printer_budgets.h"
#include "cli/printer_holds.h"
#include "cli/printer_operations.h"
#include "cli/prompt.h"
#include "cli/wait_offline.h"

namespace roster::cli {
namespace {

using roster::v1::OrderChange;
using roster::v1::TakeOfflineRequest;
using roster::v1::TakeOfflineResponse;

struct Flags {
  roster::v1::HoldMode mode = roster::v1::HOLD_MODE_DRAIN;
  OrderFlags order;
  std::string owner;
  std::string expires;
  bool allow_absent = false;
};

absl::StatusOr<TakeOfflineRequest> RequestOf(const Flags& flags) {
  TakeOfflineRequest request;
  request.set_owner(flags.owner);
  request.set_mode(flags.mode);
  request.set_allow_absent(flags.allow_absent);
  if (!flags.expires.empty()) {
    ROSTER_ASSIGN_OR_RETURN(*request.mutable_expire_after(),
                            DurationFlag("--expires", flags.expires));
  }
  const PacingFlags& pacing = flags.order.pacing;
  if (pacing.given()) {
    if (pacing.batch_size.empty()) {
      return absl::InvalidArgumentError(
          "--min-healthy, --step-timeout and --failure-limit are for batches; "
          "say --batch-size too");
    }
    ROSTER_ASSIGN_OR_RETURN(*request.mutable_pacing(), pacing.Parse());
  }
  ROSTER_RETURN_IF_ERROR(SetOrder(flags.order, request));
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
  const OrderFlags& order = flags.order;
  if (order.yes || order.call.dry_run || !order.targets.many())
    return absl::OkStatus();
  request.set_validate_only(true);
  ROSTER_ASSIGN_OR_RETURN(
      const TakeOfflineResponse trial,
      client.Call(&Client::ControlStub::TakeOffline, request));
  if (trial.changes_size() + trial.operation().total() <= 1)
    return absl::OkStatus();
  return Confirm(Question(trial, order.force), /*yes=*/false);
}

absl::Status PrintAnswer(const TakeOfflineResponse& response,
                         const OrderFlags& flags, bool color) {
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
  if (response.has_operation() && flags.call.dry_run) {
    return Print(out + OperationPlan(response.operation(), response.budgets(),
                                     {.color = color}));
  }
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

absl::Status Run(const Flags& flags, const Globals& globals) {
  const bool color = UseColor(globals.no_color);
  ROSTER_ASSIGN_OR_RETURN(const WaitOptions wait,
                          flags.order.WaitOptionsFor(color));
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  ROSTER_ASSIGN_OR_RETURN(const TakeOfflineRequest request, RequestOf(flags));
  ROSTER_RETURN_IF_ERROR(ConfirmMany(*client, flags, request));
  const auto response =
      client->Call(&Client::ControlStub::TakeOffline, request);
  if (!response.ok())
    return ForRepeating(
        WithNearNames(response.status(), *client, flags.order.call.cluster,
                      flags.order.targets.names),
        request.request_id());
  ROSTER_RETURN_IF_ERROR(PrintAnswer(*response, flags.order, color));
  // Nobody watches work that is not waited for, unless told to.
  const bool asked_to = flags.order.wait || !flags.order.wait_timeout.empty();
  const bool drains = flags.mode == roster::v1::HOLD_MODE_DRAIN;
  if (!flags.order.Stays() || !(drains || asked_to)) return absl::OkStatus();
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
  if (flags->mode == roster::v1::HOLD_MODE_DRAIN) flags->order.deadline = "1h";
  AddOrderFlags(command, flags->order);
  command.app
      ->add_option("--owner", flags->owner, "Who owns the hold (who asks)")
      ->type_name("OWNER");
  command.app
      ->add_option("--expires", flags->expires,
                   "The hold ends by itself after this")
      ->type_name("DURATION");
  command.app->add_flag("--allow-absent", flags->allow_absent,
                        "Also names that were never seen");
  command.app->footer(footer);
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
