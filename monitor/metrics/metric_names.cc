#include "monitor/metrics/metric_names.h"

namespace roster::monitor {

std::string_view MetricKindName(MetricKind kind) {
  switch (kind) {
    case MetricKind::kGauge:
      return "gauge";
    case MetricKind::kCounter:
      return "counter";
    case MetricKind::kHistogram:
      return "histogram";
  }
  return "untyped";
}

}  // namespace roster::monitor
