// HTTP with many clients, and much that changes.

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/e2e/http/fixture.h"
#include "tests/support/subprocess.h"

namespace roster::testing {
namespace {

using nlohmann::json;

class HttpLoadTest : public HttpE2eTest {
 protected:
  // A thousand sockets are as many descriptors.
  static void SetUpTestSuite() {
    rlimit limit{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8192);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }

  // Of rosterd: how many files it has open, and how much memory it uses.
  int Descriptors() {
    const auto listed = RunCommand(
        {"ls", "/proc/" + std::to_string(rosterd_->process().pid()) + "/fd"});
    if (!listed.ok()) return -1;
    return static_cast<int>(
        std::count(listed->out.begin(), listed->out.end(), '\n'));
  }
  long ResidentKib() {
    std::ifstream status("/proc/" + std::to_string(rosterd_->process().pid()) +
                         "/status");
    std::string word;
    while (status >> word)
      if (word == "VmRSS:" && status >> word) return std::atol(word.c_str());
    return -1;
  }
  static std::string Member(const std::string& service) {
    return json({{"v", 1},
                 {"state", "UP"},
                 {"service", service},
                 {"endpoints", {{"metrics", "10.0.0.1:9100"}}}})
        .dump();
  }
};

TEST_F(HttpLoadTest, F50_AThousandAtOnceAllSeeTheSame) {
  for (int i = 0; i < 20; ++i) Join("m" + std::to_string(i));
  std::vector<std::unique_ptr<SseReader>> watches;
  for (int i = 0; i < 1'000; ++i)  // all have asked before one is read
    watches.push_back(std::make_unique<SseReader>(*http_, "/api/v1/watch"));
  for (const auto& watch : watches) {
    ASSERT_EQ(watch->status(), 200);
    std::set<std::string> seen;
    SseEvent event = watch->Next();
    for (; event.event != "synced"; event = watch->Next()) {
      ASSERT_NE(event.event, "");
      if (event.event == "member") seen.insert(event.Json()["name"]);
    }
    ASSERT_EQ(seen.size(), 20u);
  }
  EXPECT_EQ(http_->Get("/api/v1/members/m1").status, 200);

  Join("late");

  for (const auto& watch : watches)
    ASSERT_EQ(watch->Until("member", "\"late\"").event, "member");
  EXPECT_EQ(http_->Get("/api/v1/members/late").status, 200);
}

TEST_F(HttpLoadTest, F51_StreamsThatComeAndGoLeaveNothingBehind) {
  Join("web-01");
  EXPECT_EQ(http_->Get("/api/v1/members").status, 200);
  const int before = Descriptors();
  for (int i = 0; i < 1'000; ++i) {
    SseReader watch(*http_, "/api/v1/watch");
    if (i % 3 == 0) continue;  // without waiting for the answer
    ASSERT_EQ(watch.status(), 200) << i;
    if (i % 3 == 1) {
      ASSERT_EQ(watch.Until("synced").event, "synced");
    }
  }
  EVENTUALLY(Descriptors() <= before + 3);
  EXPECT_EQ(http_->Get("/api/v1/members").status, 200);
}

TEST_F(HttpLoadTest, F51_TenThousandConnectionsAMinuteLeaveNothingBehind) {
  Join("web-01");
  for (int i = 0; i < 500; ++i)
    ASSERT_EQ(http_->Get("/api/v1/members/web-01").status, 200);
  const int descriptors = Descriptors();
  const long memory = ResidentKib();
  const absl::Time begin = absl::Now();

  for (int i = 0; i < 5'000; ++i)
    ASSERT_EQ(http_->Get("/api/v1/members/web-01").status, 200) << i;

  EXPECT_LT(absl::Now() - begin, Scaled(absl::Seconds(30)));
  EVENTUALLY(Descriptors() <= descriptors + 3);
  EXPECT_LT(ResidentKib(), memory + 16 * 1024);
}

TEST_F(HttpLoadTest, F51_TenThousandChangesAMinuteReachEveryReader) {
  constexpr int kMembers = 20;
  constexpr int kRounds = 100;
  for (int i = 0; i < kMembers; ++i)
    Join("m" + std::to_string(i), Member("round-0"));
  std::vector<std::unique_ptr<SseReader>> watches;
  for (int i = 0; i < 20; ++i) {
    watches.push_back(std::make_unique<SseReader>(*http_, "/api/v1/watch"));
    ASSERT_EQ(watches.back()->Until("synced").event, "synced");
  }
  const long memory = ResidentKib();
  const absl::Time begin = absl::Now();

  // Each writes members of its own, as fast as ZooKeeper takes it.
  std::vector<std::thread> writers;
  for (int first = 0; first < kMembers; first += 5)
    writers.emplace_back([&, first] {
      ZkProbe probe(servers_);
      for (int round = 1; round <= kRounds; ++round)
        for (int i = first; i < first + 5; ++i)
          EXPECT_OK(probe.Set("/clusterServer/m" + std::to_string(i),
                              Member("round-" + std::to_string(round))));
    });
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(http_->Get("/api/v1/members/m1").status, 200);
  for (std::thread& writer : writers) writer.join();

  // 2,000 changes in 12 s are 10,000 a minute; a machine that does much else
  // at the same time may take longer.
  EXPECT_LT(absl::Now() - begin, Scaled(absl::Seconds(30)));
  const std::string last = "\"round-" + std::to_string(kRounds) + "\"";
  for (const auto& watch : watches) {
    std::set<std::string> done;
    while (done.size() < kMembers) {
      const SseEvent event = watch->Next();
      ASSERT_EQ(event.event, "member") << event.data;
      if (event.data.find(last) != std::string::npos)
        done.insert(event.Json()["name"]);
    }
  }
  EXPECT_LT(ResidentKib(), memory + 64 * 1024);
}

TEST_F(HttpLoadTest, F56_TargetsStayWholeWhileMembersChange) {
  constexpr int kSteady = 20;
  for (int i = 0; i < kSteady; ++i)
    Join("steady-" + std::to_string(i), Member("steady"));
  for (int i = 0; i < 20; ++i)
    Join("churn-" + std::to_string(i), Member("churn"));

  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 20; ++i)
      ASSERT_OK(probe_.Set(
          "/clusterServer/churn-" + std::to_string(i),
          round % 2 == 0 ? R"({"v":1,"state":"UP"})" : Member("churn")));
    const HttpReply reply = http_->Get("/sd/prometheus");
    ASSERT_EQ(reply.status, 200) << reply.body;
    int steady = 0;
    for (const json& group : reply.Json()) {
      EXPECT_EQ(group["targets"].size(), 1u);
      steady += group["labels"]["__meta_roster_service"] == "steady";
    }
    EXPECT_EQ(steady, kSteady);
  }
}

}  // namespace
}  // namespace roster::testing
