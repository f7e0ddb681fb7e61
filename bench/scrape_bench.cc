// How long rendering /metrics takes with 10,000 members of 6 series each and
// more, beside what prometheus-cpp's own serializer needs for the same number
// of samples. The bar is 30 ms.
#include <benchmark/benchmark.h>

#include <memory>
#include <sstream>
#include <string>

#include "monitor/metrics/metrics_page.h"
#include "prometheus/histogram.h"
#include "prometheus/text_serializer.h"

namespace roster::monitor {
namespace {

MemberPtr MakeMember(int number, int gauges, int tasks) {
  auto member = std::make_shared<Member>();
  member->cluster = "default";
  member->name = "web-" + std::to_string(number) + ".example.net";
  member->czxid = 1 + number;
  member->present = true;
  member->joined_at = absl::FromUnixMillis(1'763'800'000'123 + number);
  member->record.service = "search-indexer";
  member->record.version = "1.4.2";
  member->record.labels["zone"] = "a";
  for (int i = 0; i < gauges; ++i)
    member->record.gauges["gauge_" + std::to_string(i)] = number * 0.37 + i;
  for (int i = 0; i < tasks; ++i) {
    member->record.tasks.push_back({.id = "t-" + std::to_string(i),
                                    .name = "reindex-" + std::to_string(i),
                                    .done = 1000.0 * number,
                                    .total = 1e7});
    member->progress.push_back(
        {.rate_per_second = 123.456,
         .expected_end = absl::FromUnixMillis(1'763'900'000'456)});
  }
  return member;
}

ClusterViewPtr MakeView(int members, int gauges, int tasks, int budgets) {
  auto view = std::make_shared<ClusterView>();
  view->cluster = "default";
  std::vector<model::Budget> made;
  for (int i = 0; i < budgets; ++i)
    made.push_back({.name = "budget-" + std::to_string(i),
                    .selector = "zone=a,service=search-indexer",
                    .limit = {.value = 10, .percent = true}});
  view->budgets =
      std::make_shared<const std::vector<model::Budget>>(std::move(made));
  for (int i = 0; i < members; ++i)
    view->members = view->members.With(MakeMember(i, gauges, tasks));
  return view;
}

// Arguments: members, gauges each, tasks each, budgets that match them all.
void BM_RenderPage(benchmark::State& state) {
  const ClusterViewPtr view =
      MakeView(state.range(0), state.range(1), state.range(2), state.range(3));
  MetricsOptions options;
  options.member_series.max_members = state.range(0);
  const MetricsPage page(
      options, {.views = [&] { return std::vector<ClusterViewPtr>{view}; }});
  size_t bytes = 0;
  for (auto _ : state) bytes = page.Render().size();
  state.counters["page_bytes"] = static_cast<double>(bytes);
}
BENCHMARK(BM_RenderPage)
    ->Args({10'000, 3, 0, 0})
    ->Args({10'000, 3, 0, 10})
    ->Args({10'000, 3, 1, 10})
    ->Args({20'000, 5, 2, 10})
    ->Unit(benchmark::kMillisecond);

// The floor to compare with: 10,000 members of 6 series.
void BM_PrometheusCppSerializer(benchmark::State& state) {
  for (auto _ : state) {
    std::vector<prometheus::MetricFamily> families(6);
    for (size_t f = 0; f < families.size(); ++f) {
      families[f].name = "roster_member_" + std::to_string(f);
      families[f].type = prometheus::MetricType::Gauge;
      for (int i = 0; i < 10'000; ++i) {
        prometheus::ClientMetric metric;
        metric.label = {{"cluster", "default"},
                        {"member", "web-" + std::to_string(i) + ".example.net"},
                        {"gauge", "gauge_1"}};
        metric.gauge.value = i * 0.37;
        families[f].metric.push_back(std::move(metric));
      }
    }
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    benchmark::DoNotOptimize(out.str());
  }
}
BENCHMARK(BM_PrometheusCppSerializer)->Unit(benchmark::kMillisecond);

void BM_ObserveDuration(benchmark::State& state) {
  MetricsPage page({}, {});
  const auto observe = page.WatchPublishObserver();
  for (auto _ : state) observe(absl::Microseconds(70));
}
BENCHMARK(BM_ObserveDuration);

}  // namespace
}  // namespace roster::monitor
