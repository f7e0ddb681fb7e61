#include "monitor/metrics/metrics_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <sstream>
#include <thread>

#include "base/published.h"
#include "monitor/metrics/metric_names.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/metrics/promtool.h"
#include "tests/unit/metrics/views.h"

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A view in which every metric has something to show.
ClusterViewPtr FullView() {
  auto busy = MakeMember("busy");
  busy->record.gauges["queue_depth"] = 1;
  AddTask(*busy, {.id = "1", .name = "reindex", .done = 1, .total = 2},
          {.rate_per_second = 1, .expected_end = absl::FromUnixSeconds(9)});
  auto view = std::make_shared<ClusterView>(
      *MakeView({busy, MakeLostMember("gone"), MakeMember("idle")}));
  view->revision = 17;
  view->opaque_count = 1;
  view->counters = {.joins = 1,
                    .leaves = 2,
                    .losses = 3,
                    .replacements = 4,
                    .updates = 5,
                    .merged_updates = 6,
                    .unreadable_records = 7,
                    .dropped_orders = 8};
  return view;
}

// What operators want of it: two holds of three, a budget, an operation, and
// the guard is on.
ClusterViewPtr OrderedView() {
  auto drained = MakeMember("drained");
  drained->status = model::MemberStatus::kOffline;
  drained->order = model::Order{.epoch = 1, .holds = {{.id = "a"}}};
  auto stopped = MakeMember("stopped");
  stopped->present = false;
  stopped->czxid = 0;
  stopped->joined_at = absl::InfinitePast();
  stopped->status = model::MemberStatus::kOffline;
  stopped->order = model::Order{
      .epoch = 1,
      .holds = {{.id = "a"}, {.id = "b", .mode = model::HoldMode::kImmediate}}};
  auto view = std::make_shared<ClusterView>(
      *MakeView({drained, stopped, MakeMember("up")}));
  view->held_count = 2;
  view->overdue_count = 1;
  view->broken_order_count = 3;
  view->policy_problem = "policy: not JSON";
  view->budgets = std::make_shared<const std::vector<model::Budget>>(
      std::vector<model::Budget>{
          {.name = "all", .selector = "*", .limit = {.value = 2}}});
  auto stored = std::make_shared<StoredOperation>();
  stored->operation.state = model::OperationState::kPaused;
  auto broken = std::make_shared<StoredOperation>();
  broken->problem = "operation: not JSON";
  view->operations = std::make_shared<const OperationMap>(
      OperationMap{{"op-1", stored}, {"op-2", broken}});
  std::vector<MonitorInfo> monitors(2);
  monitors[0].id = "run-1";
  monitors[1].id = "run-2";
  view->monitors =
      std::make_shared<const std::vector<MonitorInfo>>(std::move(monitors));
  view->guard = GuardAlarm{.departures = 12, .members = 30};
  return view;
}

// `view` as the rosterd `run_id` shows it.
std::string RenderAs(ClusterViewPtr view, std::string run_id) {
  return MetricsPage(
             {}, {.views = [view] { return std::vector<ClusterViewPtr>{view}; },
                  .run_id = [run_id] { return run_id; }})
      .Render();
}

// One server that tells everything, and one that tells nothing.
ZooKeeperServersPtr Ensemble() {
  return std::make_shared<ZooKeeperServers>(
      ZooKeeperServers{{.address = "zk1:2181",
                        .state = ZooKeeperServerState::kServing,
                        .role = ZooKeeperRole::kLeader,
                        .version = "3.8.0",
                        .latency_min = absl::ZeroDuration(),
                        .latency_avg = absl::Milliseconds(1.5),
                        .latency_max = absl::Milliseconds(40),
                        .connections = 3,
                        .outstanding = 4,
                        .znodes = 5,
                        .data_bytes = 600,
                        .zxid = 0x700000002,
                        .asked_at = absl::FromUnixSeconds(3000)},
                       {.address = "[::1]:2181",
                        .state = ZooKeeperServerState::kRefused,
                        .problem = "refuses connections",
                        .asked_at = absl::FromUnixSeconds(3001)}});
}

MetricsSources SourcesOf(ClusterViewPtr view) {
  return {
      .views = [view] { return std::vector<ClusterViewPtr>{view}; },
      .zookeeper =
          [] {
            return ZooKeeperStats{"SUSPENDED", 3};
          },
      .zookeeper_servers = Ensemble,
      .streams =
          [] {
            return StreamStats{11, 12, 13};
          },
      .events = [] { return uint64_t{14}; },
      .run_id = {},
      .duty_failures =
          [] {
            return std::vector<DutyFailures>{{"default", "ledger", 15}};
          },
  };
}

TEST(MetricsPageTest, PassesPromtool) {
  MetricsPage page({}, SourcesOf(FullView()));
  page.WatchPublishObserver()(absl::Microseconds(30));

  EXPECT_THAT(page.Render(), PassesPromtool());
}

TEST(MetricsPageTest, ShowsEveryMetricOfTheTableAndNoOther) {
  auto view = std::make_shared<ClusterView>(*FullView());
  OrderedView()->members.ForEach([&](const MemberPtr& member) {
    view->members = view->members.With(member);
  });
  view->budgets = OrderedView()->budgets;
  const MetricsPage page({}, SourcesOf(view));

  std::multiset<std::string> shown;
  std::istringstream lines(page.Render());
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("# TYPE ", 0) == 0) shown.insert(line.substr(7));

  std::multiset<std::string> listed;
  for (const MetricSpec* metric : kAllMetrics)
    listed.insert(std::string(metric->name) + " " +
                  std::string(MetricKindName(metric->kind)));
  EXPECT_EQ(shown, listed);
}

TEST(MetricsPageTest, ShowsEveryStatusAlsoWithNobodyInIt) {
  const std::string page = MetricsPage({}, SourcesOf(FullView())).Render();

  for (const auto& [status, count] :
       {std::pair("STARTING", 0), std::pair("UP", 2), std::pair("DEGRADED", 0),
        std::pair("DRAINING", 0), std::pair("OFFLINE", 0), std::pair("LOST", 1),
        std::pair("LEFT", 0)})
    EXPECT_THAT(page, HasSubstr("roster_members{cluster=\"default\",status=\"" +
                                std::string(status) + "\"} " +
                                std::to_string(count) + "\n"));
  EXPECT_THAT(page,
              HasSubstr("roster_members_present{cluster=\"default\"} 2\n"));
}

TEST(MetricsPageTest, ShowsCountersAndTheStateOfTheView) {
  const std::string page = MetricsPage({}, SourcesOf(FullView())).Render();

  const std::string cluster = "{cluster=\"default\"} ";
  for (const auto& [metric, value] :
       {std::pair("joins_total", "1"), std::pair("leaves_total", "2"),
        std::pair("losses_total", "3"), std::pair("replacements_total", "4"),
        std::pair("updates_total", "5"), std::pair("updates_merged_total", "6"),
        std::pair("records_unreadable_total", "7"),
        std::pair("orders_dropped_total", "8"),
        std::pair("members_opaque", "1"), std::pair("view_connected", "1"),
        std::pair("view_synced", "1"), std::pair("view_revision", "17"),
        std::pair("view_as_of_timestamp_seconds", "3000")})
    EXPECT_THAT(page,
                HasSubstr("\nroster_" + (metric + cluster) + value + "\n"));
}

TEST(MetricsPageTest, ShowsTheMonitorItself) {
  const std::string page = MetricsPage({}, SourcesOf(FullView())).Render();

  EXPECT_THAT(page, HasSubstr("roster_zookeeper_state{state=\"SUSPENDED\"} 1"));
  EXPECT_THAT(page, HasSubstr("roster_zookeeper_state{state=\"CONNECTED\"} 0"));
  EXPECT_THAT(page, HasSubstr("\nroster_zookeeper_sessions_total 3\n"));
  EXPECT_THAT(page, HasSubstr("\nroster_subscribers 11\n"));
  EXPECT_THAT(page, HasSubstr("\nroster_stream_resets_total 12\n"));
  EXPECT_THAT(page, HasSubstr("\nroster_stream_merged_total 13\n"));
  EXPECT_THAT(page, HasSubstr("\nroster_events_total 14\n"));
  EXPECT_THAT(page,
              HasSubstr("\nroster_duty_failures_total{cluster=\"default\","
                        "duty=\"ledger\"} 15\n"));
  EXPECT_THAT(page, HasSubstr("\nroster_build_info{version=\""));
}

TEST(MetricsPageTest, ShowsEachZooKeeperServer) {
  const std::string page = MetricsPage({}, SourcesOf(FullView())).Render();

  const auto line = [](const std::string& metric, const std::string& labels) {
    return "\nroster_zookeeper_server_" + metric + "{server=" + labels + "\n";
  };
  for (const auto& [metric, value] :
       {std::pair("latency_min_seconds", "0"),
        std::pair("latency_avg_seconds", "0.0015"),
        std::pair("latency_max_seconds", "0.04"), std::pair("connections", "3"),
        std::pair("outstanding_requests", "4"), std::pair("znodes", "5"),
        std::pair("data_bytes", "600"), std::pair("epoch", "7"),
        std::pair("asked_timestamp_seconds", "3000")})
    EXPECT_THAT(page,
                HasSubstr(line(metric, std::string("\"zk1:2181\"} ") + value)));
  const std::string there = "\"zk1:2181\",", gone = "\"[::1]:2181\",";
  for (const std::string& labels :
       {there + "state=\"SERVING\"} 1", there + "state=\"REFUSED\"} 0",
        gone + "state=\"SERVING\"} 0", gone + "state=\"REFUSED\"} 1"})
    EXPECT_THAT(page, HasSubstr(line("state", labels)));
  EXPECT_THAT(page, HasSubstr(line("role", there + "role=\"LEADER\"} 1")));
  EXPECT_THAT(page, HasSubstr(line("role", there + "role=\"FOLLOWER\"} 0")));
  EXPECT_THAT(page, HasSubstr(line("role", gone + "role=\"LEADER\"} 0")));
  EXPECT_THAT(page, HasSubstr(line("info", there + "version=\"3.8.0\"} 1")));
  // What is not known is not there; least of all as 0.
  EXPECT_THAT(page, Not(HasSubstr("info{server=\"[::1]")));
  EXPECT_THAT(page, Not(HasSubstr("outstanding_requests{server=\"[::1]")));
  EXPECT_THAT(page, PassesPromtool());
}

TEST(MetricsPageTest, ServersThatNobodyAsksHaveNoSeries) {
  EXPECT_THAT(MetricsPage({}, {}).Render(),
              Not(HasSubstr("roster_zookeeper_server_")));
}

TEST(MetricsPageTest, ShowsWhatOperatorsWant) {
  const std::string page = RenderAs(OrderedView(), "run-1");

  for (const char* line : {
           "roster_members_held{cluster=\"default\",mode=\"DRAIN\"} 1",
           "roster_members_held{cluster=\"default\",mode=\"IMMEDIATE\"} 1",
           "roster_drains_overdue{cluster=\"default\"} 1",
           "roster_orders_unreadable{cluster=\"default\"} 3",
           "roster_settings_unreadable{cluster=\"default\",node=\"budgets\"} 0",
           "roster_settings_unreadable{cluster=\"default\",node=\"policy\"} 1",
           "roster_operations{cluster=\"default\",state=\"PAUSED\"} 1",
           "roster_operations{cluster=\"default\",state=\"RUNNING\"} 0",
           "roster_mass_loss_guard{cluster=\"default\"} 1",
           "roster_mass_loss_departures{cluster=\"default\"} 12",
           "roster_monitors{cluster=\"default\"} 2",
           "roster_leader{cluster=\"default\"} 1",
           "roster_member_held{cluster=\"default\",member=\"drained\"} 1",
           "roster_member_held{cluster=\"default\",member=\"stopped\"} 1",
       }) {
    EXPECT_THAT(page, HasSubstr("\n" + std::string(line) + "\n"));
  }
  EXPECT_THAT(page, Not(HasSubstr("roster_member_held{cluster=\"default\","
                                  "member=\"up\"}")));
  EXPECT_THAT(page, PassesPromtool());
}

TEST(MetricsPageTest, ShowsWhatABudgetAllows) {
  const std::string page = RenderAs(OrderedView(), "");

  const std::string labels = "{cluster=\"default\",budget=\"all\"} ";
  // The name that was never seen does not count.
  EXPECT_THAT(page, HasSubstr("roster_budget_expected_members" + labels + "2"));
  EXPECT_THAT(page,
              HasSubstr("roster_budget_available_members" + labels + "1"));
  EXPECT_THAT(page, HasSubstr("roster_budget_required_members" + labels + "0"));
  EXPECT_THAT(page,
              HasSubstr("roster_budget_allowed_disruptions" + labels + "1"));
}

TEST(MetricsPageTest, LeadsOnlyWhoIsElectedAndCanSeeIt) {
  const std::string leads = "roster_leader{cluster=\"default\"} 1\n";
  EXPECT_THAT(RenderAs(OrderedView(), "run-2"), Not(HasSubstr(leads)));
  EXPECT_THAT(RenderAs(OrderedView(), ""), Not(HasSubstr(leads)));
  auto blind = std::make_shared<ClusterView>(*OrderedView());
  blind->connected = false;
  EXPECT_THAT(RenderAs(blind, "run-1"), Not(HasSubstr(leads)));
}

TEST(MetricsPageTest, ANameNeverSeenHasNoTimeOfJoining) {
  const std::string page = RenderAs(OrderedView(), "");

  EXPECT_THAT(page, HasSubstr("roster_member_status{cluster=\"default\","
                              "member=\"stopped\",status=\"OFFLINE\"} 1"));
  EXPECT_THAT(page, Not(HasSubstr("joined_timestamp_seconds{cluster="
                                  "\"default\",member=\"stopped\"}")));
}

TEST(MetricsPageTest, SaysNothingOfAViewThatWasNeverTrue) {
  auto view = std::make_shared<ClusterView>();
  view->cluster = "default";

  const std::string page = MetricsPage({}, SourcesOf(view)).Render();

  EXPECT_THAT(page, Not(HasSubstr("\nroster_view_as_of_timestamp_seconds{")));
  EXPECT_THAT(page, HasSubstr("roster_view_synced{cluster=\"default\"} 0\n"));
  EXPECT_THAT(page, PassesPromtool());
}

TEST(MetricsPageTest, CountsDurationsInBuckets) {
  MetricsPage page({}, {});

  page.WatchPublishObserver()(absl::Microseconds(70));
  page.WatchPublishObserver()(absl::Seconds(10));
  page.WatchPublishObserver()(-absl::Seconds(1));  // the clock was set back
  page.StreamWriteObserver()(absl::Milliseconds(2));

  const std::string text = page.Render();
  const std::string publish = "\nroster_watch_publish_seconds_";
  EXPECT_THAT(text, HasSubstr(publish + "bucket{le=\"1e-05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(publish + "bucket{le=\"0.0001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(publish + "bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(publish + "sum 10.00007\n"));
  EXPECT_THAT(text, HasSubstr("\nroster_stream_write_seconds_count 1\n"));
}

TEST(MetricsPageTest, ShowsTheProcess) {
  const std::string page = MetricsPage({}, {}).Render();

  auto value_of = [&](const std::string& name) {
    const size_t at = page.find("\n" + name + " ");
    return at == std::string::npos
               ? -1
               : std::stod(page.substr(at + name.size() + 2));
  };
  EXPECT_GT(value_of("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value_of("process_virtual_memory_bytes"),
            value_of("process_resident_memory_bytes"));
  EXPECT_GE(value_of("process_open_fds"), 3);
  EXPECT_GE(value_of("process_max_fds"), value_of("process_open_fds"));
  EXPECT_GE(value_of("process_threads"), 1);
  EXPECT_GE(value_of("process_cpu_seconds_total"), 0);
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  EXPECT_NEAR(value_of("process_start_time_seconds"), now, 600);
}

TEST(MetricsPageTest, ShowsEachClusterOfSeveral) {
  auto other = MakeMember("b");
  other->cluster = "other";
  const std::vector<ClusterViewPtr> views = {MakeView({MakeMember("a")}),
                                             MakeView({other}, "other")};
  const std::string page =
      MetricsPage({}, {.views = [&] { return views; }}).Render();

  EXPECT_THAT(page, HasSubstr("{cluster=\"default\",member=\"a\""));
  EXPECT_THAT(page, HasSubstr("{cluster=\"other\",member=\"b\""));
  EXPECT_THAT(page, PassesPromtool());
}

TEST(MetricsPageTest, F56_StaysWholeWhileMembersChurn) {
  base::Published<ClusterView> published(MakeView({}));
  MetricsPage page({}, {.views = [&] {
                     return std::vector<ClusterViewPtr>{published.Get()};
                   }});
  std::atomic<bool> stop{false};
  std::atomic<int> changes{0};
  std::thread churn([&] {
    const auto observe = page.WatchPublishObserver();
    // Joins and leaves; the view knows how many are up.
    for (int i = 0; !stop; ++i, ++changes) {
      auto view = std::make_shared<ClusterView>(*published.Get());
      const std::string name = "m-" + std::to_string(i % 2000);
      view->members = view->members.Find(name) != nullptr
                          ? view->members.Without(name)
                          : view->members.With(MakeMember(name));
      view->count_by_status[1] = view->members.size();
      published.Publish(std::move(view));
      observe(absl::Microseconds(i % 1000));
    }
  });

  std::string text;
  for (int scrape = 0; scrape < 50 || changes < 10'000; ++scrape) {
    text = page.Render();
    // One revision per page: the count and the series agree.
    size_t series = 0;
    const std::string row = "\nroster_member_status{";
    for (size_t at = text.find(row); at != std::string::npos;
         at = text.find(row, at + 1))
      ++series;
    ASSERT_THAT(text,
                HasSubstr("status=\"UP\"} " + std::to_string(series) + "\n"));
  }
  stop = true;
  churn.join();
  EXPECT_THAT(text, PassesPromtool());
}

}  // namespace
}  // namespace roster::monitor
