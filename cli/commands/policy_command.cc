#include "cli/commands/policy_command.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/print_items.h"
#include "cli/printer_cluster.h"
#include "cli/prompt.h"
#include "cli/staleness.h"

namespace roster::cli {
namespace {

struct Flags {
  CallFlags call;
  std::string min_interval;
  std::string window;
  std::string hold_for;
  std::string guard;
  std::string ratio;
  std::optional<double> max_updates;
  std::optional<int> departures;
  Format format = Format::kTable;
  const CLI::App* set = nullptr;
};

// A share, "30%" or "0.3".
absl::StatusOr<double> ParseRatio(const std::string& text) {
  double ratio = 0;
  const bool percent = text.ends_with("%");
  if (!absl::SimpleAtod(text.substr(0, text.size() - (percent ? 1 : 0)),
                        &ratio)) {
    return absl::InvalidArgumentError(
        base::StrCat("--guard-ratio wants a share such as 30% or 0.3, not '",
                     Visible(text), "'"));
  }
  return percent ? ratio / 100 : ratio;
}

// What was not named stays as it is.
absl::Status Edit(const Flags& flags, roster::v1::Policy& policy) {
  auto& reporting = *policy.mutable_reporting();
  auto& guard = *policy.mutable_guard();
  if (!flags.min_interval.empty()) {
    ROSTER_ASSIGN_OR_RETURN(*reporting.mutable_min_interval(),
                            DurationFlag("--min-interval", flags.min_interval));
  }
  if (flags.max_updates)
    reporting.set_max_updates_per_second(*flags.max_updates);
  if (!flags.guard.empty()) guard.set_disabled(flags.guard == "off");
  if (flags.departures) guard.set_min_departures(*flags.departures);
  if (!flags.ratio.empty()) {
    ROSTER_ASSIGN_OR_RETURN(const double ratio, ParseRatio(flags.ratio));
    guard.set_ratio(ratio);
  }
  if (!flags.window.empty()) {
    ROSTER_ASSIGN_OR_RETURN(*guard.mutable_window(),
                            DurationFlag("--guard-window", flags.window));
  }
  if (!flags.hold_for.empty()) {
    ROSTER_ASSIGN_OR_RETURN(*guard.mutable_hold_for(),
                            DurationFlag("--guard-hold-for", flags.hold_for));
  }
  return absl::OkStatus();
}

bool NothingNamed(const Flags& flags) {
  return flags.min_interval.empty() && !flags.max_updates &&
         flags.guard.empty() && !flags.departures && flags.ratio.empty() &&
         flags.window.empty() && flags.hold_for.empty();
}

absl::Status Run(const Flags& flags, const Globals& globals) {
  if (flags.set->parsed() && NothingNamed(flags))
    return absl::InvalidArgumentError(
        "what should be set? see 'rosterctl policy set --help'");
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  roster::v1::GetPolicyRequest get;
  get.set_cluster(flags.call.cluster);
  ROSTER_ASSIGN_OR_RETURN(const auto current,
                          client->Call(&Client::ControlStub::GetPolicy, get));
  if (!flags.set->parsed()) {
    WarnIfStale(*client, flags.call.cluster);
    if (!current.problem().empty()) {
      Complain(base::StrCat("the stored policy cannot be read, the one read ",
                            "before is shown: ", current.problem()));
    }
    return PrintOne(current.policy(), "policy", PolicyDetail(current.policy()),
                    flags.format);
  }
  roster::v1::SetPolicyRequest request;
  request.set_cluster(flags.call.cluster);
  *request.mutable_policy() = current.policy();
  ROSTER_RETURN_IF_ERROR(Edit(flags, *request.mutable_policy()));
  request.set_actor(Actor(flags.call.actor));
  request.set_reason(flags.call.reason);
  ROSTER_ASSIGN_OR_RETURN(
      const auto response,
      client->Call(&Client::ControlStub::SetPolicy, request));
  return PrintOne(response.policy(), "policy", PolicyDetail(response.policy()),
                  flags.format);
}

void AddSetFlags(Command& set, Flags& flags) {
  AddCallFlags(set, flags.call);
  set.app
      ->add_option("--min-interval", flags.min_interval,
                   "A member writes at most this often")
      ->type_name("DURATION");
  set.app
      ->add_option("--max-updates", flags.max_updates,
                   "All members together, each second")
      ->type_name("NUMBER");
  CLI::Option* guard =
      set.app
          ->add_option("--guard", flags.guard, "The mass-loss guard: on, off")
          ->check(CLI::IsMember({"on", "off"}).description(""))
          ->type_name("WORD");
  set.app
      ->add_option("--guard-departures", flags.departures,
                   "It needs so many departures at least")
      ->type_name("NUMBER");
  set.app
      ->add_option("--guard-ratio", flags.ratio,
                   "And this share of the members, as in 30%")
      ->type_name("P%");
  set.app->add_option("--guard-window", flags.window, "Within this time")
      ->type_name("DURATION");
  set.app
      ->add_option("--guard-hold-for", flags.hold_for,
                   "It ends so long after the last departure")
      ->type_name("DURATION");
  set.completers[guard] = Words({"on", "off"});
}

struct GuardFlags {
  CallFlags call;
  Format format = Format::kTable;
  bool yes = false;
};

absl::Status ReleaseGuard(const GuardFlags& guard, const Globals& globals) {
  const CallFlags& flags = guard.call;
  ROSTER_RETURN_IF_ERROR(
      Confirm("end the mass-loss guard: what waits for it goes on", guard.yes));
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  roster::v1::ReleaseGuardRequest request;
  request.set_cluster(flags.cluster);
  request.set_actor(Actor(flags.actor));
  request.set_reason(flags.reason);
  ROSTER_ASSIGN_OR_RETURN(
      const auto response,
      client->Call(&Client::ControlStub::ReleaseGuard, request));
  return PrintOne(response, "guard", "the mass-loss guard is off\n",
                  guard.format);
}

}  // namespace

Command AddPolicyCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app = app.add_subcommand(
      "policy", "How members report, and the mass-loss guard");
  command.app->require_subcommand(1);
  command.app->footer(R"(Examples:
  rosterctl policy get
  rosterctl policy set --max-updates 5000
  rosterctl policy set --guard off --reason 'moving the data centre')");
  Command get;
  get.app = command.app->add_subcommand("get", "Show the policy");
  CLI::Option* cluster =
      get.app->add_option("--cluster", flags->call.cluster, "Of this cluster")
          ->type_name("NAME");
  get.completers[cluster] = ClusterNames();
  Command set;
  set.app = command.app->add_subcommand("set", "Change what is named");
  AddSetFlags(set, *flags);
  flags->set = set.app;
  for (Command* part : {&get, &set}) {
    CLI::Option* output =
        AddFormatOption(*part->app, flags->format, AllFormats());
    part->completers[output] = Words(AllFormats());
    command.completers.insert(part->completers.begin(), part->completers.end());
  }
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

Command AddGuardCommand(CLI::App& app) {
  const auto flags = std::make_shared<GuardFlags>();
  Command command;
  command.app = app.add_subcommand("guard", "The mass-loss guard");
  command.app->require_subcommand(1);
  command.app->footer(R"('rosterctl status' shows whether it is on, and why.

Examples:
  rosterctl guard release --yes --reason 'that rack is gone for good')");
  Command release;
  release.app =
      command.app->add_subcommand("release", "End it before its time");
  AddCallFlags(release, flags->call);
  AddYesFlag(release, flags->yes);
  CLI::Option* output =
      AddFormatOption(*release.app, flags->format, AllFormats());
  release.completers[output] = Words(AllFormats());
  command.completers = release.completers;
  command.run = [flags](const Globals& globals) {
    return ReleaseGuard(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
