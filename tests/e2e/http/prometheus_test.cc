// A real Prometheus that finds its targets at /sd/prometheus.

#include <memory>
#include <set>
#include <string>

#include "tests/e2e/http/fixture.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"

namespace roster::testing {
namespace {

using nlohmann::json;

class PrometheusTest : public HttpE2eTest {
 protected:
  void SetUp() override {
    HttpE2eTest::SetUp();
    const std::string port = std::to_string(PickFreePort());
    WriteFile(dir_.File("prometheus.yml"),
              "scrape_configs:\n"
              "  - job_name: members\n"
              "    scrape_interval: 1s\n"
              "    http_sd_configs:\n"
              "      - url: http://" +
                  rosterd_->http() +
                  "/sd/prometheus\n"
                  "        refresh_interval: 1s\n"
                  "    relabel_configs:\n"
                  "      - source_labels: [__meta_roster_name]\n"
                  "        target_label: member\n"
                  "      - source_labels: [__meta_roster_label_zone]\n"
                  "        target_label: zone\n");
    auto process = Subprocess::Start(
        {.argv = {"prometheus", "--config.file=" + dir_.File("prometheus.yml"),
                  "--storage.tsdb.path=" + dir_.File("data"),
                  "--web.listen-address=127.0.0.1:" + port,
                  "--log.level=warn"}});
    ASSERT_OK(process.status());
    prometheus_ = *std::move(process);
    client_ = std::make_unique<HttpClient>("127.0.0.1:" + port);
    EVENTUALLY(client_->Get("/-/ready").status == 200);
  }

  // Members that Prometheus scrapes, as "name/zone".
  std::set<std::string> Targets() {
    std::set<std::string> targets;
    // One connection, one answer: it may come in chunks otherwise.
    const HttpReply reply = client_->Get("/api/v1/targets?state=active");
    const json answer = reply.Json();
    if (!answer.is_object()) return {"unreadable: " + reply.body};
    for (const json& target : answer["data"]["activeTargets"]) {
      const json& labels = target["labels"];
      targets.insert(labels.value("member", "?") + "/" +
                     labels.value("zone", "?"));
    }
    return targets;
  }
  void JoinWithMetrics(const std::string& name, const std::string& zone) {
    // rosterd's own metrics serve as the member's: they are real.
    Join(name, json({{"v", 1},
                     {"state", "UP"},
                     {"endpoints", {{"metrics", rosterd_->http()}}},
                     {"labels", {{"zone", zone}}}})
                   .dump());
  }

  TempDir dir_{"roster-prometheus"};
  std::unique_ptr<Subprocess> prometheus_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(PrometheusTest, PicksUpWhoJoinsAndDropsWhoIsDrained) {
  using Set = std::set<std::string>;
  JoinWithMetrics("web-01", "a");
  EVENTUALLY(Targets() == (Set{"web-01/a"}));
  JoinWithMetrics("web-02", "b");
  EVENTUALLY(Targets() == (Set{"web-01/a", "web-02/b"}));
  // It really scrapes them.
  EVENTUALLY(client_->Get("/api/v1/query?query=sum(up)").body.find("\"2\"") !=
             std::string::npos);

  ASSERT_EQ(http_
                ->Change("POST", "/api/v1/members:take_offline",
                         {{"names", {"web-01"}}, {"reason", "kernel"}})
                .status,
            200);
  EVENTUALLY(Targets() == (Set{"web-02/b"}));

  ASSERT_EQ(http_
                ->Change("POST", "/api/v1/members:bring_online",
                         {{"names", {"web-01"}}, {"all_holds", true}})
                .status,
            200);
  EVENTUALLY(Targets() == (Set{"web-01/a", "web-02/b"}));
}

TEST_F(PrometheusTest, F57_NoLabelSpoilsTheListForTheOthers) {
  const std::string evil = "\"}\n{job=\\\"x\",<b>\xe2\x80\xae";
  Join("evil\"{}",
       json({{"v", 1},
             {"state", "UP"},
             {"service", evil},
             {"version", evil},
             {"endpoints", {{"metrics", rosterd_->http()}, {evil, evil}}},
             {"labels", {{"zone", evil}, {"a\"b{", "x"}}}})
           .dump());
  JoinWithMetrics("web-01", "a");

  // Both are found, with the text as it stands, and really scraped.
  EVENTUALLY(Targets().count("web-01/a") == 1 && Targets().size() == 2);
  EVENTUALLY(client_->Get("/api/v1/query?query=sum(up)").body.find("\"2\"") !=
             std::string::npos);
  bool found = false;
  for (const std::string& target : Targets())
    found = found || target.starts_with("evil\"{}/");
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace roster::testing
