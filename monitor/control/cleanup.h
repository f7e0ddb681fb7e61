#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "monitor/control/control_store.h"

namespace roster::monitor {

// How much of what is past is kept.
inline constexpr size_t kMaxAuditEntries = 10'000;
inline constexpr absl::Duration kRequestAge = absl::Hours(24);
inline constexpr absl::Duration kEndedOperationAge = absl::Hours(24 * 7);
inline constexpr size_t kMaxEndedOperations = 200;
inline constexpr absl::Duration kIdleOrderAge = absl::Hours(24);

// Deletes audit entries beyond the newest kMaxAuditEntries, answers of requests
// older than kRequestAge, operations that ended long ago, and orders without
// holds that were not changed for kIdleOrderAge and whose member nobody knows
// any more. For the elected rosterd.
absl::Status CleanUp(ControlStore& store, const std::string& leader_node,
                     const ClusterView& view, absl::Time deadline);

}  // namespace roster::monitor
