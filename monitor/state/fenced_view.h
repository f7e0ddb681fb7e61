#pragma once

#include <cstdint>

#include "monitor/state/cluster_view.h"

namespace roster::monitor {

// A view that is known to hold every order up to a point in time.
struct FencedView {
  ClusterViewPtr view;
  // Version of the admission node; the view has all orders and budgets that
  // were written with it or before. -1: the node does not exist.
  int32_t admission_version = -1;
};

}  // namespace roster::monitor
