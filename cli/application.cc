#include "cli/application.h"

#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/error_details.h"
#include "base/strings.h"
#include "base/version.h"
#include "cli/commands/audit_command.h"
#include "cli/commands/barrier_command.h"
#include "cli/commands/budget_command.h"
#include "cli/commands/clusters_command.h"
#include "cli/commands/completion_command.h"
#include "cli/commands/config_command.h"
#include "cli/commands/drain_command.h"
#include "cli/commands/events_command.h"
#include "cli/commands/evict_command.h"
#include "cli/commands/holds_command.h"
#include "cli/commands/leader_command.h"
#include "cli/commands/lock_command.h"
#include "cli/commands/member_command.h"
#include "cli/commands/members_command.h"
#include "cli/commands/monitors_command.h"
#include "cli/commands/online_command.h"
#include "cli/commands/operations_command.h"
#include "cli/commands/policy_command.h"
#include "cli/commands/progress_command.h"
#include "cli/commands/queue_command.h"
#include "cli/commands/resolve_command.h"
#include "cli/commands/rolling_restart_command.h"
#include "cli/commands/status_command.h"
#include "cli/commands/version_command.h"
#include "cli/completion.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/usage.h"

namespace roster::cli {
namespace {

constexpr int kUsageError = 2;

constexpr char kFooter[] = R"(Examples:
  rosterctl status                 # is everything well?
  rosterctl members                # which machines work
  rosterctl progress --watch       # what they are doing, live
  rosterctl events --follow        # what happens
  rosterctl drain web-01           # take a machine offline when it is done
  rosterctl online web-01          # and let it work again

Exit codes: 0 done, 1 error, 2 wrong usage, 3 not found, 4 conflict,
5 rosterd not available, 6 not allowed, 7 no answer in time, 8 refused by a
budget, 130 Ctrl-C.)";

// What the flags can do about a budget: where it would allow nobody however
// long one waits, only one thing.
std::string_view BudgetRemedy(const base::ErrorDetails& details) {
  for (const auto& [key, fields] : details.metadata)
    if (key == "remedy" && absl::StrContains(fields, "pacing"))
      return "wait until members are back, take fewer, go batch by batch with "
             "--batch-size, or override it with --force, which is audited";
  return "--force overrides it, and is audited";
}

// What it is, then what else stands in the way, then what helps.
void ComplainOf(const absl::Status& status) {
  const base::ErrorDetails details = base::DetailsOf(status);
  std::vector<std::string> lines = {std::string(status.message())};
  // One line for each budget.
  if (details.reason == kBudgetExceeded)
    lines = absl::StrSplit(status.message(), '\n');
  for (const std::string& line : lines) Complain(line);
  for (const base::PreconditionViolation& violation : details.preconditions) {
    if (!absl::StrContains(status.message(), violation.description))
      Complain(violation.description);
  }
  if (details.reason == kBudgetExceeded) Complain(BudgetRemedy(details));
}

}  // namespace

Application::Application()
    : app_("See, watch and control the members of a cluster") {
  app_.name("rosterctl");
  app_.fallthrough();  // global flags may follow the command
  app_.require_subcommand(1);
  app_.get_formatter()->column_width(34);
  app_.set_help_flag("-h,--help", "Show this help");
  app_.set_version_flag(
      "--version", base::StrCat("rosterctl ", kVersion, " (", kRevision, ")"),
      "Show the version of rosterctl");
  endpoint_ = app_.add_option("--endpoint", globals_.endpoint,
                              "Where rosterd listens (127.0.0.1:7470)")
                  ->envname("ROSTER_ENDPOINT")
                  ->type_name("HOST:PORT");
  app_.add_option("--timeout", globals_.timeout,
                  "How long to wait for each answer (10s)")
      ->type_name("DURATION");
  const auto pem = [this](const char* flag, std::string& file,
                          const char* variable, const char* help) {
    app_.add_option(flag, file, help)->envname(variable)->type_name("FILE");
  };
  app_.add_flag("--tls", globals_.tls.on, "Use TLS; implied by the flags below")
      ->envname("ROSTER_TLS");
  pem("--tls-ca", globals_.tls.ca, "ROSTER_TLS_CA",
      "PEM: who signed rosterd's certificate");
  pem("--tls-certificate", globals_.tls.certificate, "ROSTER_TLS_CERTIFICATE",
      "PEM: who you are, if rosterd asks");
  pem("--tls-key", globals_.tls.key, "ROSTER_TLS_KEY", "PEM: its private key");
  app_.add_option("--tls-server-name", globals_.tls.server_name,
                  "The name in rosterd's certificate")
      ->envname("ROSTER_TLS_SERVER_NAME")
      ->type_name("NAME");
  app_.add_flag("--no-color", globals_.no_color,
                "No colours, even on a terminal");
  app_.footer(kFooter);
  commands_ = {AddMembersCommand(app_),        AddMemberCommand(app_),
               AddProgressCommand(app_),       AddEventsCommand(app_),
               AddStatusCommand(app_),         AddClustersCommand(app_),
               AddMonitorsCommand(app_),       AddDrainCommand(app_),
               AddOfflineCommand(app_),        AddOnlineCommand(app_),
               AddHoldsCommand(app_),          AddOrderCommand(app_),
               AddRollingRestartCommand(app_), AddOperationsCommand(app_),
               AddOperationCommand(app_),      AddBudgetCommand(app_),
               AddEvictCommand(app_),          AddForgetCommand(app_),
               AddAuditCommand(app_),          AddPolicyCommand(app_),
               AddGuardCommand(app_),          AddConfigCommand(app_),
               AddLeaderCommand(app_),         AddLockCommand(app_),
               AddQueueCommand(app_),          AddBarrierCommand(app_),
               AddResolveCommand(app_),        AddVersionCommand(app_),
               AddCompletionCommand(app_)};
  commands_.push_back(AddHelpCommand());
  for (const Command& command : commands_) {
    for (CLI::App* below : command.app->get_subcommands(nullptr)) {
      KeepOwnExamples(*below);
    }
  }
}

int Application::Run(const std::vector<std::string>& arguments) {
  // CLI11 takes the words last first.
  std::vector<std::string> words(arguments.rbegin(), arguments.rend());
  try {
    app_.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return Usage(error);
  }
  for (const std::string& mistake : {ForgottenValue(app_), StrayWord(app_)}) {
    if (mistake.empty()) continue;
    Complain(mistake);
    return kUsageError;
  }
  const absl::Status status = Chosen()->run(globals_);
  if (absl::IsCancelled(status)) return 128 + Interrupt::Signal();
  if (!status.ok()) ComplainOf(status);
  return ExitCode(status);
}

const Command* Application::Chosen() const {
  const auto chosen = std::find_if(
      commands_.begin(), commands_.end(),
      [](const Command& command) { return command.app->parsed(); });
  return chosen == commands_.end() ? nullptr : &*chosen;
}

Command Application::AddHelpCommand() {
  const auto words = std::make_shared<std::vector<std::string>>();
  Command command;
  command.app = app_.add_subcommand("help", "Show the help on a command");
  CLI::Option* name =
      command.app->add_option("COMMAND", *words, "Of this; without it: of all")
          ->type_name("");
  command.app->footer(R"(Examples:
  rosterctl help drain
  rosterctl help budget set)");
  std::vector<std::string> names;
  for (const Command& other : commands_) {
    names.push_back(other.app->get_name());
  }
  command.completers = {{name, Words(std::move(names))}};
  command.run = [this, words](const Globals&) { return ShowHelp(*words); };
  return command;
}

absl::Status Application::ShowHelp(const std::vector<std::string>& words) {
  const CLI::App* command = &app_;
  for (const std::string& word : words) {
    const auto below = command->get_subcommands(
        [&](const CLI::App* app) { return app->get_name() == word; });
    if (below.empty()) {
      return absl::InvalidArgumentError(
          WithHelp(NoSuchCommand(*command, word), *command));
    }
    command = below.front();
  }
  return Print(Help(*command));
}

std::string Application::Help(const CLI::App& command) const {
  std::string text = command.get_formatter()->make_help(
      &command, FullName(command), CLI::AppFormatMode::Normal);
  if (&command == &app_) return text;
  if (text.ends_with("\n\n")) text.pop_back();  // nothing below the flags
  return base::StrCat(text,
                      "\nFlags of every command: see 'rosterctl --help'\n");
}

int Application::Usage(const CLI::ParseError& error) {
  if (error.get_name() == "CallForVersion") {
    return ExitCode(Print(base::StrCat(error.what(), "\n")));
  }
  if (error.get_name() == "CallForHelp") {
    return ExitCode(Print(Help(InnermostCommand(app_))));
  }
  Complain(ExplainUsage(app_, error));
  return kUsageError;
}

std::string Application::Complete(const std::vector<std::string>& words) {
  // The environment counts as when the command is run.
  if (const char* endpoint = getenv("ROSTER_ENDPOINT");
      endpoint != nullptr && *endpoint != '\0') {
    globals_.endpoint = endpoint;
  }
  std::map<const CLI::Option*, Completer> completers;
  for (const Command& command : commands_) {
    completers.insert(command.completers.begin(), command.completers.end());
  }
  return CompleteWords(app_, words, completers, *endpoint_, globals_);
}

}  // namespace roster::cli
