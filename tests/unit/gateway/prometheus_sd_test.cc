#include "monitor/gateway/prometheus_sd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "monitor/state/cluster_table.h"
#include "nlohmann/json.hpp"
#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PrometheusSdTest : public ::testing::Test {
 protected:
  PrometheusSdTest() { web_.table().ApplySynced(absl::Now()); }

  void Join(const std::string& name, const std::string& metrics,
            const std::string& more = "") {
    web_.Write(
        name, R"({"v":1,"state":"UP","service":"search","version":"1.2",)"
              R"("endpoints":{"metrics":")" +
                  metrics + R"("},"labels":{"zone":"a","x.y/z":"<b>"})" + more +
                  "}");
  }

  HttpResponse Ask(const std::string& query = "") {
    return PrometheusTargets({.query = query}, {web_.table().view()});
  }
  std::set<std::string> Targets(const std::string& query = "") {
    const HttpResponse response = Ask(query);
    EXPECT_EQ(response.status, 200) << response.body;
    std::set<std::string> targets;
    const json groups = json::parse(response.body, nullptr, false);
    for (const json& group : groups) targets.insert(group["targets"][0]);
    return targets;
  }

  EventLog events_{"log", 100};
  FedCluster web_{"web", events_};
};

TEST_F(PrometheusSdTest, ATargetHasTheLabelsOfItsMember) {
  Join("web-01", "10.0.0.7:9100");

  const json groups = json::parse(Ask().body);

  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0]["targets"], json({"10.0.0.7:9100"}));
  EXPECT_EQ(groups[0]["labels"], json({{"__meta_roster_cluster", "web"},
                                       {"__meta_roster_name", "web-01"},
                                       {"__meta_roster_service", "search"},
                                       {"__meta_roster_version", "1.2"},
                                       {"__meta_roster_status", "UP"},
                                       {"__meta_roster_endpoint", "metrics"},
                                       {"__meta_roster_label_zone", "a"},
                                       {"__meta_roster_label_x_y_z", "<b>"}}));
}

TEST_F(PrometheusSdTest, FiltersNarrow) {
  Join("web-01", "10.0.0.1:9100");
  web_.Write("db-01", R"({"v":1,"state":"UP","service":"db",)"
                      R"("endpoints":{"grpc":"10.0.0.2:50051"}})");

  EXPECT_THAT(Targets(), ElementsAre("10.0.0.1:9100"));
  EXPECT_THAT(Targets("endpoint=*"),
              ElementsAre("10.0.0.1:9100", "10.0.0.2:50051"));
  EXPECT_THAT(Targets("endpoint=grpc"), ElementsAre("10.0.0.2:50051"));
  EXPECT_THAT(Targets("endpoint=*&service=db"), ElementsAre("10.0.0.2:50051"));
  EXPECT_THAT(Targets("selector=zone%3Db"), IsEmpty());
  EXPECT_THAT(Targets("cluster=web"), ElementsAre("10.0.0.1:9100"));
  EXPECT_EQ(Ask("cluster=other").status, 404);
  EXPECT_EQ(Ask("sevice=db").status, 400);
  EXPECT_EQ(Ask("selector=%28").status, 400);
}

TEST_F(PrometheusSdTest, WhoIsGoneIsNoTarget) {
  Join("web-01", "10.0.0.1:9100");
  Join("web-02", "10.0.0.2:9100");
  web_.Gone("web-01");

  EXPECT_THAT(Targets("include_held=true"), ElementsAre("10.0.0.2:9100"));
}

TEST_F(PrometheusSdTest, WhoIsHeldIsNoTargetUnlessAskedFor) {
  Join("web-01", "10.0.0.1:9100", R"(,"applied_epoch":0)");
  web_.table().ApplyOrder(
      "web-01",
      R"({"v":1,"epoch":1,"desired":"OFFLINE","holds":[{"id":"h-1",)"
      R"("owner":"ops","mode":"DRAIN","reason":"r",)"
      R"("created_at":"2026-11-22T08:00:00Z"}]})",
      absl::Now());

  EXPECT_THAT(Targets(), IsEmpty());
  EXPECT_THAT(Targets("include_held=true"), ElementsAre("10.0.0.1:9100"));
}

TEST_F(PrometheusSdTest, F31_WhileVeryManyVanishedAtOnceNothingIsForgotten) {
  for (int i = 0; i < 20; ++i)
    Join("web-" + std::to_string(i), "10.0.0.1:9100");
  for (int i = 0; i < 15; ++i) web_.Gone("web-" + std::to_string(i));
  ASSERT_TRUE(web_.table().view()->guard);

  const HttpResponse response = Ask();
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("MASS_LOSS_GUARD"));
}

TEST_F(PrometheusSdTest, AddressesThatWouldSpoilTheListAreLeftOut) {
  Join("good", "[fe80::1]:9100");
  Join("path", "10.0.0.1:9100/metrics");
  Join("user", "a@10.0.0.1:9100");
  Join("portless", "10.0.0.1");
  Join("port", "10.0.0.1:99999");
  Join("bare", "::1:80");
  Join("url", "http://10.0.0.1:80");
  Join("empty", "");

  EXPECT_THAT(Targets(), ElementsAre("[fe80::1]:9100"));
}

TEST_F(PrometheusSdTest, BlindItSaysSoAndNeverAnEmptyList) {
  Join("web-01", "10.0.0.1:9100");
  web_.table().ApplyDisconnected("cut", absl::Now());

  HttpResponse response = Ask();
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("VIEW_STALE"));

  FedCluster fresh("web", events_);
  response = PrometheusTargets({}, {fresh.table().view()});
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("VIEW_NOT_SYNCED"));
}

}  // namespace
}  // namespace roster::monitor
