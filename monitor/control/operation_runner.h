#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "monitor/control/control_store.h"

namespace roster::monitor {

// Takes the next step of every operation of `view` that has one to take: each
// in one transaction with the holds that it places and ends, so that each step
// is taken once whichever rosterd is killed when. For the elected rosterd.
// Returns the first error; the other operations go on.
absl::Status RunOperations(ControlStore& store, const std::string& leader_node,
                           const ClusterView& view, absl::Time deadline);

}  // namespace roster::monitor
