#include "cli/commands/evict_command.h"

#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/print_items.h"
#include "cli/prompt.h"

namespace roster::cli {
namespace {

struct Flags {
  CallFlags call;
  std::string name;
  Format format = Format::kTable;
  bool force = false;
  bool yes = false;
};

template <typename Request>
Request RequestOf(const Flags& flags, const std::string& reason) {
  Request request;
  request.set_cluster(flags.call.cluster);
  request.set_name(flags.name);
  request.set_actor(Actor(flags.call.actor));
  request.set_reason(reason);
  request.set_request_id(RequestId(flags.call.request_id));
  request.set_validate_only(flags.call.dry_run);
  return request;
}

// "web-01 evicted", or what would be.
std::string Sentence(const Flags& flags, std::string_view done) {
  const std::string name = Visible(flags.name);
  return flags.call.dry_run ? base::StrCat("dry run: nothing was changed\n",
                                           name, " would be ", done, "\n")
                            : base::StrCat(name, " ", done, "\n");
}

absl::Status Evict(const Flags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  ROSTER_ASSIGN_OR_RETURN(const std::string reason,
                          ReasonOrAsk(flags.call.reason,
                                      "whoever misses the member reads it in "
                                      "the audit"));
  ROSTER_RETURN_IF_ERROR(
      Confirm(base::StrCat("remove ", flags.name,
                           " from the members, whatever it is doing"),
              flags.yes || flags.call.dry_run));
  auto request = RequestOf<roster::v1::EvictRequest>(flags, reason);
  request.set_force(flags.force);
  const auto response = client->Call(&Client::ControlStub::Evict, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  return PrintOne(*response, flags.name, Sentence(flags, "evicted"),
                  flags.format);
}

absl::Status Forget(const Flags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  ROSTER_RETURN_IF_ERROR(
      Confirm(base::StrCat("forget ", flags.name, " and what is known of it"),
              flags.yes || flags.call.dry_run));
  const auto request =
      RequestOf<roster::v1::ForgetRequest>(flags, flags.call.reason);
  const auto response = client->Call(&Client::ControlStub::Forget, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  return PrintOne(*response, flags.name, Sentence(flags, "forgotten"),
                  flags.format);
}

Command Add(CLI::App& app, const std::string& name, const std::string& help,
            const std::shared_ptr<Flags>& flags) {
  Command command;
  command.app = app.add_subcommand(name, help);
  CLI::Option* member =
      command.app->add_option("NAME", flags->name, "Name of the member")
          ->required()
          ->type_name("");
  AddCallFlags(command, flags->call);
  AddRequestFlags(command, flags->call);
  AddYesFlag(command, flags->yes);
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.completers[member] = MemberNames();
  command.completers[output] = Words(AllFormats());
  return command;
}

}  // namespace

Command AddEvictCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command =
      Add(app, "evict", "Remove a member that ignores its order", flags);
  command.app->add_flag("--force", flags->force,
                        "Even before the deadline of its hold; audited");
  command.app->footer(R"(The member must be held. It comes back held.

Examples:
  rosterctl evict web-01 --yes --reason 'hangs since the drain')");
  command.run = [flags](const Globals& globals) {
    return Evict(*flags, globals);
  };
  return command;
}

Command AddForgetCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command = Add(app, "forget", "Forget a member that is gone", flags);
  command.app->footer(R"(A member that lives is not forgotten.

Examples:
  rosterctl forget web-01 --yes --reason 'scrapped')");
  command.run = [flags](const Globals& globals) {
    return Forget(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
