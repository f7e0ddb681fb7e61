#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "monitor/metrics/member_series.h"
#include "monitor/metrics/metrics_sources.h"

namespace roster::monitor {

// Prometheus 3 refuses a page without exactly a known type.
inline constexpr std::string_view kMetricsContentType =
    "text/plain; version=0.0.4; charset=utf-8";

struct MetricsOptions {
  MemberSeriesOptions member_series;
};

// MetricsPage is everything that /metrics shows, in the text format 0.0.4.
// Whole clusters, the monitor and the process go through prometheus-cpp
// (Collectable, Registry, TextSerializer); single members are written straight
// as text, see member_series.h. All numbers of a cluster on one page are of
// one revision.
//
// Thread-safety: thread-safe. The observers cost about 20 ns.
// Lifetime: the observers must not be called after the page is gone.
class MetricsPage {
 public:
  using DurationObserver = std::function<void(absl::Duration)>;

  MetricsPage(MetricsOptions options, MetricsSources sources);
  ~MetricsPage();

  MetricsPage(const MetricsPage&) = delete;
  MetricsPage& operator=(const MetricsPage&) = delete;

  std::string Render() const;

  // For the hot paths: data read out of ZooKeeper until the view is published,
  // and from there to the write into a stream.
  DurationObserver WatchPublishObserver();
  DurationObserver StreamWriteObserver();

 private:
  struct Rep;

  const MetricsOptions options_;
  const MetricsSources sources_;
  const std::unique_ptr<Rep> rep_;
};

}  // namespace roster::monitor
