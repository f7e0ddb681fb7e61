// The examples of elections and naming: hot_standby, current_master, upstreams.
#include <signal.h>

#include "absl/strings/numbers.h"
#include "tests/e2e/coordination/example_fixture.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;

class TakeoverExamplesTest : public ExampleTest {
 protected:
  // A service that leaves its token where it runs, and says when it stops.
  Process Standby(const std::string& name) {
    return Start(
        "hot_standby",
        Shell({"--election", "/election", "--name", name},
              absl::StrCat("trap 'touch ", name, ".stopped; exit' TERM; echo ",
                           "$ROSTER_TOKEN > ", name, "; ", Until("never"))));
  }
  Process Candidate(const std::string& name) {
    return Start("current_master",
                 Shell({"run", "--address", name + ":8080"},
                       "touch " + name + "; " + Until("never")));
  }
  int64_t Token(const std::string& file) const {
    int64_t token = 0;
    EXPECT_TRUE(absl::SimpleAtoi(Lines(file).at(0), &token)) << file;
    return token;
  }
};

TEST_F(TakeoverExamplesTest, HotStandbyTakesOverFromTheKilled) {
  const Process first = Standby("first");
  EVENTUALLY(!Content("first").empty());
  const Process second = Standby("second");
  EVENTUALLY(Children("/election") == 2);
  EXPECT_FALSE(Exists("second"));
  Kill9(first);
  EVENTUALLY(!Content("second").empty());
  EXPECT_GT(Token("second"), Token("first"));
}

TEST_F(TakeoverExamplesTest, HotStandbyStopsTheCommandOfAnExpiredLeader) {
  const Process first = Standby("first");
  EVENTUALLY(!Content("first").empty());
  const auto nodes = probe_.Children("/election");
  ASSERT_OK(nodes);
  const auto stat = probe_.Stat("/election/" + nodes->at(0));
  ASSERT_OK(stat);
  const Process second = Standby("second");
  EVENTUALLY(Children("/election") == 2);
  ASSERT_OK(probe_.ExpireSession(stat->ephemeral_owner));
  EVENTUALLY(Exists("first.stopped"));
  EVENTUALLY(!Content("second").empty());
  EVENTUALLY(Children("/election") == 2);  // it stands in line again
}

TEST_F(TakeoverExamplesTest, CurrentMasterIsFoundAfterAKill) {
  EXPECT_EQ(Run("current_master", {"find"}).status.code, 75);
  const Process first = Candidate("first");
  EVENTUALLY(Exists("first"));
  EXPECT_EQ(Run("current_master", {"find"}).out, "first:8080\n");
  const Process second = Candidate("second");
  Kill9(first);
  EVENTUALLY(Exists("second"));
  EXPECT_EQ(Run("current_master", {"find"}).out, "second:8080\n");
}

TEST_F(TakeoverExamplesTest, CurrentMasterRespectsForeignMasters) {
  auto foreign = std::make_unique<ZkProbe>(servers_);
  ASSERT_OK(foreign->Create("/currentMaster", "zkCli", NodeKind::kEphemeral));
  const Process ours = Candidate("ours");
  EXPECT_EQ(Run("current_master", {"find"}).out, "zkCli\n");
  EXPECT_FALSE(Exists("ours"));
  foreign.reset();
  EVENTUALLY(Exists("ours"));
}

TEST_F(TakeoverExamplesTest, UpstreamsFollowWhoWorksAndKeepTheLast) {
  const auto record = [](const std::string& state, const std::string& port) {
    return absl::StrCat(R"({"v":1,"service":"search","state":")", state,
                        R"(","endpoints":{"http":"10.0.0.1:)", port, R"("}})");
  };
  ASSERT_OK(probe_.CreateWithParents("/clusterServer"));
  auto service = std::make_unique<ZkProbe>(servers_);
  for (const std::string name : {"1", "2"})
    ASSERT_OK(service->Create("/clusterServer/web-" + name,
                              record("UP", "808" + name),
                              NodeKind::kEphemeral));
  const Process upstreams =
      Start("upstreams", {"--service", "search", "--file", "search.conf",
                          "--then", "echo reloaded >> reloads"});
  EVENTUALLY_THAT(Content("search.conf"), HasSubstr("10.0.0.1:8082;"));
  EXPECT_THAT(Content("search.conf"), HasSubstr("10.0.0.1:8081;"));
  ASSERT_OK(service->Set("/clusterServer/web-2", record("STARTING", "8082")));
  EVENTUALLY(Lines("search.conf").size() == 1);
  EVENTUALLY(Lines("reloads").size() == 2);
  service.reset();  // the last one goes, and the file stays as it is
  ASSERT_OK(probe_.Create("/clusterServer/web-3", record("UP", "8083"),
                          NodeKind::kEphemeral));
  EVENTUALLY_THAT(Content("search.conf"), HasSubstr("10.0.0.1:8083;"));
  EVENTUALLY(Lines("reloads").size() == 3);  // none for a file without servers
  upstreams->Kill(SIGTERM);
  EXPECT_EQ(ExitCode(upstreams), 0);
}

}  // namespace
}  // namespace roster::testing
