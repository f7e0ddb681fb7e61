#pragma once

#include <functional>
#include <vector>

#include "monitor/state/cluster_view.h"
#include "prometheus/collectable.h"

namespace roster::monitor {

// ClusterCollector makes the metrics of whole clusters anew at each scrape,
// from their immutable views: there are no gauges that somebody must remember
// to set, and all numbers of a cluster are of one revision.
//
// Thread-safety: thread-safe if `views` is.
class ClusterCollector : public prometheus::Collectable {
 public:
  explicit ClusterCollector(std::function<std::vector<ClusterViewPtr>()> views);

  std::vector<prometheus::MetricFamily> Collect() const override;
  // Of views at hand.
  std::vector<prometheus::MetricFamily> Collect(
      const std::vector<ClusterViewPtr>& views) const;

 private:
  const std::function<std::vector<ClusterViewPtr>()> views_;
};

}  // namespace roster::monitor
