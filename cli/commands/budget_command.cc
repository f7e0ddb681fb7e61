#include "cli/commands/budget_command.h"

#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/print_items.h"
#include "cli/printer_budgets.h"
#include "cli/prompt.h"
#include "cli/staleness.h"

namespace roster::cli {
namespace {

using roster::v1::BudgetReport;

struct Flags {
  CallFlags call;
  TargetFlags targets;  // explain
  std::string name;
  std::string selector;
  std::string min_available;
  std::string max_unavailable;
  std::string description;
  Format format = Format::kTable;
  bool yes = false;
  const CLI::App* list = nullptr;
  const CLI::App* set = nullptr;
  const CLI::App* remove = nullptr;
  const CLI::App* explain = nullptr;
};

absl::Status List(Client& client, const Flags& flags, bool color) {
  roster::v1::ListBudgetsRequest request;
  request.set_cluster(flags.call.cluster);
  ROSTER_ASSIGN_OR_RETURN(
      const auto response,
      client.Call(&Client::ControlStub::ListBudgets, request));
  WarnIfStale(client, flags.call.cluster);
  if (!response.problem().empty()) {
    Complain(base::StrCat("the stored budgets cannot be read, those read ",
                          "before are shown: ", response.problem()));
  }
  const bool wide = flags.format == Format::kWide;
  const Listing<BudgetReport> listing = {
      .columns = BudgetColumns(wide),
      .row = [wide](const auto& report) { return BudgetRow(report, wide); },
      .name = [](const auto& report) { return report.budget().name(); },
      .empty = "no budgets"};
  return PrintItems(response.budgets(), listing, flags.format, color);
}

absl::Status Set(Client& client, const Flags& flags, bool color) {
  roster::v1::SetBudgetRequest request;
  request.set_cluster(flags.call.cluster);
  roster::v1::Budget& budget = *request.mutable_budget();
  budget.set_name(flags.name);
  budget.set_selector(flags.selector);
  budget.set_description(flags.description);
  if (flags.min_available.empty() == flags.max_unavailable.empty()) {
    return absl::InvalidArgumentError(
        "say --min-available or --max-unavailable, one of them");
  }
  if (!flags.min_available.empty())
    budget.set_min_available(flags.min_available);
  else
    budget.set_max_unavailable(flags.max_unavailable);
  request.set_actor(Actor(flags.call.actor));
  request.set_reason(flags.call.reason);
  request.set_request_id(RequestId(flags.call.request_id));
  request.set_validate_only(flags.call.dry_run);
  const auto response = client.Call(&Client::ControlStub::SetBudget, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  Table table(BudgetColumns(/*wide=*/false));
  table.AddRow(BudgetRow(response->budget(), /*wide=*/false));
  ROSTER_RETURN_IF_ERROR(PrintOne(
      *response, flags.name,
      base::StrCat(flags.call.dry_run ? "dry run: nothing was changed\n" : "",
                   table.Render({.color = color})),
      flags.format));
  for (const std::string& doubt : BudgetDoubts(response->budget()))
    Complain(base::StrCat("note: ", doubt));
  return absl::OkStatus();
}

absl::Status Delete(Client& client, const Flags& flags) {
  ROSTER_RETURN_IF_ERROR(
      Confirm(base::StrCat("delete budget '", flags.name, "'"),
              flags.yes || flags.call.dry_run));
  roster::v1::DeleteBudgetRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_name(flags.name);
  request.set_actor(Actor(flags.call.actor));
  request.set_reason(flags.call.reason);
  request.set_request_id(RequestId(flags.call.request_id));
  request.set_validate_only(flags.call.dry_run);
  const auto response =
      client.Call(&Client::ControlStub::DeleteBudget, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  return PrintOne(
      *response, flags.name,
      base::StrCat(flags.call.dry_run ? "dry run: nothing was changed\n" : "",
                   "budget '", Visible(flags.name),
                   flags.call.dry_run ? "' would be deleted\n" : "' deleted\n"),
      flags.format);
}

absl::Status Explain(Client& client, const Flags& flags, bool color) {
  roster::v1::ExplainBudgetsRequest request;
  request.set_cluster(flags.call.cluster);
  for (const std::string& name : flags.targets.names) request.add_names(name);
  request.set_selector(flags.targets.Selector());
  ROSTER_ASSIGN_OR_RETURN(
      const auto response,
      client.Call(&Client::ControlStub::ExplainBudgets, request));
  WarnIfStale(client, flags.call.cluster);
  if (IsTable(flags.format) && response.budgets().empty()) {
    Complain("no budget counts any of these members");
    return absl::OkStatus();
  }
  return PrintOne(response, response.allowed() ? "allowed" : "refused",
                  BudgetExplanations(response.budgets(), {.color = color}),
                  flags.format);
}

absl::Status Run(const Flags& flags, const Globals& globals) {
  const bool color = UseColor(globals.no_color);
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  if (flags.set->parsed()) return Set(*client, flags, color);
  if (flags.remove->parsed()) return Delete(*client, flags);
  if (flags.explain->parsed()) return Explain(*client, flags, color);
  return List(*client, flags, color);
}

// A part of the command, with flags of its own.
Command Part(CLI::App& budget, const std::string& name,
             const std::string& help) {
  Command part;
  part.app = budget.add_subcommand(name, help);
  return part;
}

void AddOutput(Command& part, Flags& flags) {
  CLI::Option* output = AddFormatOption(*part.app, flags.format, AllFormats());
  part.completers[output] = Words(AllFormats());
}

Command SetPart(CLI::App& budget, Flags& flags) {
  Command part = Part(budget, "set", "Create or replace a budget");
  CLI::Option* name = part.app->add_option("NAME", flags.name, "Its name")
                          ->required()
                          ->type_name("");
  part.app
      ->add_option("-l,--selector", flags.selector,
                   "The members it counts; '*': all")
      ->required();
  part.app
      ->add_option("--min-available", flags.min_available,
                   "So many must be available, as in 3 or 80%")
      ->type_name("N|P%");
  part.app
      ->add_option("--max-unavailable", flags.max_unavailable,
                   "So many may be away, as in 1 or 10%")
      ->type_name("N|P%");
  part.app->add_option("--description", flags.description, "For people")
      ->type_name("TEXT");
  AddCallFlags(part, flags.call);
  AddRequestFlags(part, flags.call);
  AddOutput(part, flags);
  part.completers[name] = BudgetNames();
  return part;
}

Command DeletePart(CLI::App& budget, Flags& flags) {
  Command part = Part(budget, "delete", "Delete a budget");
  CLI::Option* name = part.app->add_option("NAME", flags.name, "Its name")
                          ->required()
                          ->type_name("");
  AddCallFlags(part, flags.call);
  AddRequestFlags(part, flags.call);
  AddYesFlag(part, flags.yes);
  AddOutput(part, flags);
  part.completers[name] = BudgetNames();
  return part;
}

Command ListPart(CLI::App& budget, Flags& flags) {
  Command part = Part(budget, "list", "List budgets and what each allows now");
  CLI::Option* cluster =
      part.app->add_option("--cluster", flags.call.cluster, "In this cluster")
          ->type_name("NAME");
  AddOutput(part, flags);
  part.completers[cluster] = ClusterNames();
  return part;
}

Command ExplainPart(CLI::App& budget, Flags& flags) {
  Command part =
      Part(budget, "explain", "What budgets say to taking members offline");
  AddTargetFlags(part, flags.targets);
  CLI::Option* cluster =
      part.app->add_option("--cluster", flags.call.cluster, "In this cluster")
          ->type_name("NAME");
  AddOutput(part, flags);
  part.completers[cluster] = ClusterNames();
  return part;
}

}  // namespace

Command AddBudgetCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app =
      app.add_subcommand("budget", "How many members must stay available");
  command.app->require_subcommand(1);
  command.app->footer(R"(Examples:
  rosterctl budget list
  rosterctl budget set search -l service=search --min-available 80%
  rosterctl budget explain web-01 web-02
  rosterctl budget delete search)");
  const Command parts[] = {
      ListPart(*command.app, *flags), SetPart(*command.app, *flags),
      DeletePart(*command.app, *flags), ExplainPart(*command.app, *flags)};
  flags->list = parts[0].app;
  flags->set = parts[1].app;
  flags->remove = parts[2].app;
  flags->explain = parts[3].app;
  for (const Command& part : parts)
    command.completers.insert(part.completers.begin(), part.completers.end());
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
