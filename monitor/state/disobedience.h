#pragma once

#include <string>

#include "monitor/state/cluster_view.h"

namespace roster::monitor {

// What must be known before `name` is taken offline: that the member is there
// and obeys no orders. Empty: nothing.
std::string DisobedienceNote(const ClusterView& view, const std::string& name);

}  // namespace roster::monitor
