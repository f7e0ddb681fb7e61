#pragma once

#include <string>
#include <utility>
#include <vector>

#include "monitor/metrics/metric_names.h"
#include "prometheus/client_metric.h"
#include "prometheus/metric_family.h"

namespace roster::monitor {

// FamilyBuilder makes one prometheus::MetricFamily of gauges or counters from
// its row in the table of metrics.
class FamilyBuilder {
 public:
  using Labels = std::vector<prometheus::ClientMetric::Label>;

  explicit FamilyBuilder(const MetricSpec& spec) {
    family_.name = std::string(spec.name);
    family_.help = std::string(spec.help);
    family_.type = spec.kind == MetricKind::kCounter
                       ? prometheus::MetricType::Counter
                       : prometheus::MetricType::Gauge;
  }

  void Add(Labels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    // The family's type says which of the two is read.
    metric.counter.value = value;
    metric.gauge.value = value;
    family_.metric.push_back(std::move(metric));
  }

  prometheus::MetricFamily Build() && { return std::move(family_); }

 private:
  prometheus::MetricFamily family_;
};

}  // namespace roster::monitor
