#include "cli/commands/audit_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/audit_actions.h"
#include "cli/nearest.h"
#include "cli/print_items.h"
#include "cli/printer_audit.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::AuditEntry;

struct Flags {
  std::string cluster;
  std::string target;
  std::string actor;
  std::string action;
  int count = 50;
  Format format = Format::kTable;
};

// The action that `typed` names, in any letter case; "" for "".
absl::StatusOr<std::string> ParseAction(const std::string& typed) {
  if (typed.empty()) return "";
  const std::vector<std::string>& actions = AuditActions();
  for (const std::string& action : actions) {
    if (absl::EqualsIgnoreCase(action, typed)) return action;
  }
  const std::vector<std::string> near = Nearest(typed, actions, /*limit=*/2);
  return absl::InvalidArgumentError(base::StrCat(
      "there is no action '", Visible(typed), "'",
      near.empty() ? "; the actions are " + absl::StrJoin(actions, ", ")
                   : DidYouMean(near)));
}

absl::Status Run(const Flags& flags, const Globals& globals) {
  if (flags.count < 1)
    return absl::InvalidArgumentError("-n wants a number above 0");
  ROSTER_ASSIGN_OR_RETURN(const std::string action, ParseAction(flags.action));
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  roster::v1::ListAuditRequest request;
  request.set_cluster(flags.cluster);
  request.set_target(flags.target);
  request.set_actor(flags.actor);
  request.set_action(action);
  request.set_page_size(flags.count);
  std::vector<AuditEntry> entries;
  do {
    ROSTER_ASSIGN_OR_RETURN(
        auto page, client->Call(&Client::ControlStub::ListAudit, request));
    for (AuditEntry& entry : *page.mutable_entries())
      entries.push_back(std::move(entry));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() &&
           entries.size() < static_cast<size_t>(flags.count));
  entries.resize(std::min(entries.size(), static_cast<size_t>(flags.count)));
  const bool wide = flags.format == Format::kWide;
  const Listing<AuditEntry> listing = {
      .columns = AuditColumns(wide),
      .row = [wide](const auto& entry) { return AuditRow(entry, wide); },
      .name =
          [](const auto& entry) { return std::to_string(entry.sequence()); },
      .empty = "no entries"};
  return PrintItems(entries, listing, flags.format, UseColor(globals.no_color));
}

}  // namespace

Command AddAuditCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app = app.add_subcommand("audit", "Show who ordered what");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "In this cluster")
          ->type_name("NAME");
  CLI::Option* target =
      command.app
          ->add_option("--target", flags->target,
                       "What was done to this member, budget, ...")
          ->type_name("NAME");
  command.app->add_option("--actor", flags->actor, "What this one did")
      ->type_name("ACTOR");
  CLI::Option* action = command.app
                            ->add_option("--action", flags->action,
                                         "Only this, as in TakeOffline")
                            ->type_name("ACTION");
  command.app->add_option("-n,--count", flags->count, "The newest so many (50)")
      ->type_name("NUMBER");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"(The newest come first. Refusals are in it too.

Examples:
  rosterctl audit
  rosterctl audit --target web-01 -o wide
  rosterctl audit -n 1000 -o json | jq '.[] | select(.forced)'

Actions:)" + WrappedWords(AuditActions()));
  command.completers = {{cluster, ClusterNames()},
                        {target, MemberNames()},
                        {action, Words(AuditActions())},
                        {output, Words(AllFormats())}};
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
