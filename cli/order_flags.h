#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "cli/command.h"
#include "cli/control_flags.h"
#include "cli/format.h"
#include "cli/prompt.h"
#include "cli/wait_offline.h"

namespace roster::cli {

// Flags of the commands that order members offline: drain, offline,
// rolling-restart.
struct OrderFlags {
  CallFlags call;
  TargetFlags targets;
  PacingFlags pacing;
  std::string ticket;
  std::string deadline;  // of the work; "0": none
  std::string at;
  std::string wait_timeout;
  Format format = Format::kTable;
  bool wait = false;
  bool detach = false;
  bool yes = false;
  bool force = false;

  // Whether the command stays until it is done: as told, or else where somebody
  // is looking at a table.
  bool Stays() const;
  absl::StatusOr<WaitOptions> WaitOptionsFor(bool color) const;
};

// NAME..., -l, --all, --cluster, --as, --reason, --ticket, --deadline (unless
// it is empty), --at, batches, --wait, --detach, --wait-timeout, --dry-run,
// --request-id, --yes, --force, -o.
void AddOrderFlags(Command& command, OrderFlags& flags);

// Sets what the requests have in common. Asks for the reason, so it comes last.
template <typename Request>
absl::Status SetOrder(const OrderFlags& flags, Request& request) {
  ROSTER_RETURN_IF_ERROR(flags.targets.Check());
  request.set_cluster(flags.call.cluster);
  for (const std::string& name : flags.targets.names) request.add_names(name);
  request.set_selector(flags.targets.Selector());
  request.set_actor(Actor(flags.call.actor));
  request.set_ticket(flags.ticket);
  if (!flags.deadline.empty()) {
    ROSTER_ASSIGN_OR_RETURN(const auto deadline,
                            DurationFlag("--deadline", flags.deadline));
    // 0 is how people write "none".
    if (deadline.seconds() != 0 || deadline.nanos() != 0)
      *request.mutable_drain_timeout() = deadline;
  }
  if (!flags.at.empty()) {
    ROSTER_ASSIGN_OR_RETURN(const absl::Time at,
                            ParseMoment(flags.at, absl::Now()));
    *request.mutable_start_at() = ToTimestamp(at);
  }
  request.set_validate_only(flags.call.dry_run);
  request.set_force(flags.force);
  ROSTER_ASSIGN_OR_RETURN(
      *request.mutable_reason(),
      ReasonOrAsk(flags.call.reason,
                  "whoever finds the members offline reads it"));
  request.set_request_id(RequestId(flags.call.request_id));
  return absl::OkStatus();
}

}  // namespace roster::cli
