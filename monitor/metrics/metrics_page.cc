#include "monitor/metrics/metrics_page.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include "monitor/metrics/cluster_collector.h"
#include "monitor/metrics/control_collector.h"
#include "monitor/metrics/ensemble_collector.h"
#include "monitor/metrics/metric_names.h"
#include "monitor/metrics/monitor_collector.h"
#include "monitor/metrics/process_collector.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace roster::monitor {
namespace {

using Families = std::vector<prometheus::MetricFamily>;

prometheus::Histogram& AddHistogram(prometheus::Registry& registry,
                                    const MetricSpec& spec) {
  // From what one update costs to what a person would notice.
  const prometheus::Histogram::BucketBoundaries bounds = {
      10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3,
      5e-3,  10e-3, 25e-3, 50e-3,  100e-3, 250e-3, 1.0,  5.0};
  return prometheus::BuildHistogram()
      .Name(std::string(spec.name))
      .Help(std::string(spec.help))
      .Register(registry)
      .Add({}, bounds);
}

MetricsPage::DurationObserver ObserverOf(prometheus::Histogram& histogram) {
  return [&histogram](absl::Duration duration) {
    // A clock that was set back must not make the sum fall.
    histogram.Observe(std::max(0.0, absl::ToDoubleSeconds(duration)));
  };
}

void Append(Families more, Families& families) {
  families.insert(families.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

}  // namespace

struct MetricsPage::Rep {
  explicit Rep(const MetricsSources& sources)
      : clusters(sources.views), control(sources.run_id), monitor(sources) {}

  prometheus::Registry registry;
  prometheus::Histogram& watch_publish =
      AddHistogram(registry, metric::kWatchPublish);
  prometheus::Histogram& stream_write =
      AddHistogram(registry, metric::kStreamWrite);
  ClusterCollector clusters;
  ControlCollector control;
  MonitorCollector monitor;
  ProcessCollector process;
};

MetricsPage::MetricsPage(MetricsOptions options, MetricsSources sources)
    : options_(std::move(options)),
      sources_(std::move(sources)),
      rep_(std::make_unique<Rep>(sources_)) {}

MetricsPage::~MetricsPage() = default;

std::string MetricsPage::Render() const {
  // Once, so that sums over members and counts of clusters agree.
  const std::vector<ClusterViewPtr> views =
      sources_.views ? sources_.views() : std::vector<ClusterViewPtr>();
  Families families = rep_->clusters.Collect(views);
  Append(rep_->control.Collect(views), families);
  Append(rep_->monitor.Collect(), families);
  if (sources_.zookeeper_servers)
    Append(CollectEnsemble(*sources_.zookeeper_servers()), families);
  Append(rep_->registry.Collect(), families);
  Append(rep_->process.Collect(), families);

  std::ostringstream bounded;
  prometheus::TextSerializer().Serialize(bounded, families);
  std::string page = RenderMemberSeries(views, options_.member_series);
  page += bounded.str();
  return page;
}

MetricsPage::DurationObserver MetricsPage::WatchPublishObserver() {
  return ObserverOf(rep_->watch_publish);
}

MetricsPage::DurationObserver MetricsPage::StreamWriteObserver() {
  return ObserverOf(rep_->stream_write);
}

}  // namespace roster::monitor
