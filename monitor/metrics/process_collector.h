#pragma once

#include <vector>

#include "prometheus/collectable.h"

namespace roster::monitor {

// ProcessCollector exports process_* of this process from /proc/self, by the
// names and meanings of Prometheus's own client libraries; prometheus-cpp has
// none. What cannot be read is left out.
//
// Thread-safety: thread-safe.
class ProcessCollector : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace roster::monitor
