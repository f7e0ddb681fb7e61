#pragma once

#include "absl/status/statusor.h"
#include "monitor/control/control_store.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// Commands that make a member go, or make it forgotten. Like order_commands.h.

absl::StatusOr<MemberResult> Evict(ControlStore& store,
                                   const MemberRequest& request);
absl::StatusOr<MemberResult> Forget(ControlStore& store,
                                    const MemberRequest& request);

}  // namespace roster::monitor
