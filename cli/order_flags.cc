#include "cli/order_flags.h"

#include <unistd.h>

#include "cli/text.h"

namespace roster::cli {

bool OrderFlags::Stays() const {
  if (call.dry_run || detach) return false;
  return wait || !wait_timeout.empty() ||
         (IsTable(format) && isatty(STDOUT_FILENO) == 1);
}

absl::StatusOr<WaitOptions> OrderFlags::WaitOptionsFor(bool color) const {
  WaitOptions options{
      .cluster = call.cluster, .quiet = !IsTable(format), .color = color};
  if (!wait_timeout.empty()) {
    ROSTER_ASSIGN_OR_RETURN(options.limit, ParseDuration(wait_timeout));
  }
  return options;
}

void AddOrderFlags(Command& command, OrderFlags& flags) {
  CLI::App& app = *command.app;
  AddTargetFlags(command, flags.targets);
  AddCallFlags(command, flags.call);
  app.add_option("--ticket", flags.ticket, "Reference, as in OPS-12")
      ->type_name("TEXT");
  if (!flags.deadline.empty()) {
    app.add_option("--deadline", flags.deadline,
                   "How long work may take (1h; 0: no limit)")
        ->type_name("DURATION");
  }
  app.add_option("--at", flags.at,
                 "Not before: 2026-11-22T08:00:00Z, 22:00, +2h")
      ->type_name("TIME");
  AddPacingFlags(command, flags.pacing);
  app.add_flag("--wait", flags.wait, "Watch until it is done");
  app.add_flag("--detach", flags.detach,
               "Do not watch, not even on a terminal");
  app.add_option("--wait-timeout", flags.wait_timeout,
                 "Watch for so long at most, then exit with 7")
      ->type_name("DURATION");
  AddRequestFlags(command, flags.call);
  AddYesFlag(command, flags.yes);
  app.add_flag("--force", flags.force,
               "Even if a budget is broken by it; audited");
  CLI::Option* output = AddFormatOption(app, flags.format, AllFormats());
  command.completers[output] = Words(AllFormats());
}

}  // namespace roster::cli
