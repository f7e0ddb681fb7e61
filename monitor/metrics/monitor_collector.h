#pragma once

#include <vector>

#include "monitor/metrics/metrics_sources.h"
#include "prometheus/collectable.h"

namespace roster::monitor {

// MonitorCollector exports what concerns the monitor as a whole: its
// duties, its ZooKeeper session, its subscribers, its history, and which build
// it is.
//
// Thread-safety: thread-safe if the sources are.
class MonitorCollector : public prometheus::Collectable {
 public:
  explicit MonitorCollector(MetricsSources sources);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const MetricsSources sources_;
};

}  // namespace roster::monitor
