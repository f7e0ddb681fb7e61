#pragma once

#include <functional>
#include <string>
#include <vector>

#include "monitor/state/cluster_view.h"
#include "prometheus/metric_family.h"

namespace roster::monitor {

// ControlCollector makes the metrics of what operators want of whole clusters:
// holds, operations, budgets, the mass-loss guard, the election. Like
// ClusterCollector it does so anew at each scrape, from immutable views.
//
// Budgets cost a look at each member for each of them.
//
// Thread-safety: thread-safe if `run_id` is.
class ControlCollector {
 public:
  // `run_id`: see MetricsSources; may be empty.
  explicit ControlCollector(std::function<std::string()> run_id);

  std::vector<prometheus::MetricFamily> Collect(
      const std::vector<ClusterViewPtr>& views) const;

 private:
  const std::function<std::string()> run_id_;
};

}  // namespace roster::monitor
