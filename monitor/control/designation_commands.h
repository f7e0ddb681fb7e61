#pragma once

#include "absl/status/statusor.h"
#include "monitor/control/control_store.h"
#include "monitor/control/leader_values.h"

namespace roster::monitor {

// Says who should lead an election, or ends that. A designation that cannot be
// read is replaced, and counts as one of version 0. Like order_commands.h.
// Errors:
//   Aborted, DESIGNATION_VERSION_MISMATCH  it has another version
//   NotFound, DESIGNATION_NOT_FOUND        nothing to end
//   InvalidArgument                        what is wrong with the request
absl::StatusOr<DesignateResult> ChangeDesignation(
    ControlStore& store, const DesignateRequest& request);

// The election that `target` means, below `root` (ClusterPaths::elections) or
// elsewhere. InvalidArgument as of PathOf().
absl::StatusOr<ElectionId> ElectionOf(const CoordinationTarget& target,
                                      const std::string& root);
// What the election is called in the names of designations: its name, or its
// path.
const std::string& KeyOf(const ElectionId& election);

}  // namespace roster::monitor
