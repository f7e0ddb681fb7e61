// Who leads, asked of rosterd: while ZooKeeper is there, while it is frozen,
// after a restart of rosterd meanwhile, and when it is back.
#include <signal.h>

#include <filesystem>
#include <memory>
#include <string>

#include "coordination/client.h"
#include "coordination/election.h"
#include "coordination/leader_lookup.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/paths.h"
#include "model/timestamp.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using coordination::Client;
using coordination::Election;
using coordination::FoundLeader;
using coordination::LeaderLookup;
using coordination::LeaderOrigin;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLeader[] = "/api/v1/elections/reporter/leader";

class LeaderTest : public ::testing::Test {
 protected:
  struct Candidate {
    Candidate(const std::string& servers, const std::string& id,
              const std::string& path)
        : client(*Client::Connect({.servers = servers})),
          election(*client, {.path = path, .data = id}) {
      election.Join();
    }
    std::unique_ptr<Client> client;
    Election election;
  };

  LeaderTest() { EXPECT_OK(server_.Start()); }

  std::unique_ptr<Candidate> Join(const std::string& id) {
    return std::make_unique<Candidate>(
        server_.ConnectString(), id,
        model::JoinPath(paths_.elections, "reporter"));
  }
  std::unique_ptr<RosterdProcess> Rosterd(std::vector<std::string> flags = {}) {
    return RosterdProcess::Watching(server_.ConnectString(), std::move(flags));
  }
  static json Ask(RosterdProcess& rosterd, int* code = nullptr) {
    return json::parse(rosterd.HttpGet(kLeader, code), nullptr, false);
  }
  // "web-01 LIVE", "- LIVE" when nobody leads, "503" for what is no answer.
  static std::string Answer(RosterdProcess& rosterd) {
    int code = 0;
    const json answer = Ask(rosterd, &code);
    if (code != 200 || !answer.is_object()) return std::to_string(code);
    const std::string source = answer.value("source", "");
    return answer.value("leader", json::object()).value("name", "-") + " " +
           source.substr(std::string("LEADER_SOURCE_").size());
  }
  static absl::Time AsOf(RosterdProcess& rosterd) {
    return model::ParseTimestamp(Ask(rosterd).value("as_of", ""))
        .value_or(absl::InfiniteFuture());
  }

  ZkServer server_;
  const model::ClusterPaths paths_{"/roster", "default"};
  TempDir data_{"roster-data"};
};

TEST_F(LeaderTest, OperatorsDesignateTheLeaderAndSeeWhoLeads) {
  auto rosterd = Rosterd();
  EVENTUALLY_THAT(Answer(*rosterd), "- LIVE");
  EXPECT_EQ(rosterd->Rosterctl({"leader", "reporter"}).status.code, 3);
  const auto one = Join("web-01");
  EVENTUALLY_THAT(Answer(*rosterd), "web-01 LIVE");
  const auto two = Join("web-02");

  const CommandResult designated = rosterd->Rosterctl(
      {"leader", "designate", "reporter", "--preferred", "web-02,web-01",
       "--reason", "rack 1 is being rewired", "--as", "ops"});
  ASSERT_EQ(designated.status.code, 0) << designated.err;
  EXPECT_THAT(designated.out, HasSubstr("web-02, web-01"));

  EVENTUALLY_THAT(Answer(*rosterd), "web-02 LIVE");
  EXPECT_EQ(rosterd->Rosterctl({"leader", "reporter", "-o", "name"}).out,
            "web-02\n");
  const CommandResult shown = rosterd->Rosterctl({"leader", "reporter"});
  EXPECT_THAT(shown.out, HasSubstr("rack 1 is being rewired"));
  EXPECT_THAT(shown.out, HasSubstr("Candidates"));
  EXPECT_THAT(rosterd->Rosterctl({"leader"}).out, HasSubstr("web-02"));
  EXPECT_THAT(rosterd->Rosterctl({"audit"}).out, HasSubstr("DesignateLeader"));
  // Of another version, of nobody, without a reason.
  EXPECT_EQ(rosterd
                ->Rosterctl({"leader", "clear", "reporter", "--expect-version",
                             "7", "--reason", "x"})
                .status.code,
            4);
  EXPECT_EQ(rosterd->Rosterctl({"leader", "clear", "nobody"}).status.code, 3);
  EXPECT_NE(rosterd
                ->Rosterctl({"leader", "designate", "reporter", "--preferred",
                             "web-01"})
                .status.code,
            0);
  EXPECT_EQ(rosterd->Rosterctl({"leader", "clear", "reporter"}).status.code, 0);
  EVENTUALLY(!Ask(*rosterd).contains("designation"));
  EXPECT_EQ(Answer(*rosterd), "web-02 LIVE");
}

TEST_F(LeaderTest, WhoLeadsAKazooElectionIsKnownByEveryQuestion) {
  ZkProbe probe(server_.ConnectString());
  auto rosterd = Rosterd();
  const std::string path = model::JoinPath(paths_.elections, "reporter");
  const std::string uuid =
      model::JoinPath(path, "0f3b5b7a9c6d4e1f8a2b3c4d5e6f");
  EVENTUALLY_THAT(Answer(*rosterd), "- LIVE");
  ASSERT_OK(probe.CreateWithParents(path));
  ASSERT_OK(probe.Create(uuid + "7a8b__lock__0000000000", "web-01"));
  ASSERT_OK(probe.Create(uuid + "7a8c__lock__0000000001", "web-02"));

  EVENTUALLY_THAT(Answer(*rosterd), "web-01 LIVE");
  for (const std::string& name : {std::string("reporter"), path}) {
    const CommandResult shown = rosterd->Rosterctl({"leader", name});
    EXPECT_EQ(shown.status.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("web-01"));
    EXPECT_THAT(shown.out, Not(HasSubstr("nobody")));
  }
  const CommandResult designated =
      rosterd->Rosterctl({"leader", "designate", "reporter", "--preferred",
                          "web-02,wbe-01", "--reason", "x"});
  EXPECT_EQ(designated.status.code, 0) << designated.err;
  EXPECT_THAT(designated.err, HasSubstr("obeys designations"));
  EXPECT_THAT(designated.err, HasSubstr("'wbe-01' is no candidate"));
  EXPECT_THAT(designated.err, Not(HasSubstr("'web-02' is no candidate")));
}

TEST_F(LeaderTest, AnUnknownElectionIsSaidToBeUnknown) {
  auto rosterd = Rosterd();
  const auto one = Join("web-01");
  EVENTUALLY_THAT(Answer(*rosterd), "web-01 LIVE");
  const CommandResult unknown = rosterd->Rosterctl({"leader", "reprter"});
  EXPECT_EQ(unknown.status.code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("there is no election at "));
  EXPECT_EQ(unknown.out, "");
  EXPECT_THAT(rosterd->Rosterctl({"leader", "--help"}).out,
              HasSubstr("With NAME rosterd\nanswers from memory"));

  const auto designate = [&](const std::string& name) {
    return rosterd->Rosterctl({"leader", "designate", name, "--preferred",
                               "web-01", "--reason", "x"});
  };
  EXPECT_EQ(designate("reporter").err, "");
  const CommandResult early = designate("reprter");
  EXPECT_EQ(early.status.code, 0);
  EXPECT_THAT(early.err, HasSubstr("there is no election 'reprter' yet"));
  // Somebody is to lead it: that nobody does is news.
  EVENTUALLY(rosterd->Rosterctl({"leader", "reprter"})
                 .err.find("nobody leads 'reprter'") != std::string::npos);
}

TEST_F(LeaderTest, AnswersFromMemoryWhileZooKeeperIsFrozen) {
  const std::vector<std::string> flags = {"--data", data_.path().string()};
  auto rosterd = Rosterd(flags);
  auto forgetful = Rosterd();
  const auto one = Join("web-01");
  EVENTUALLY_THAT(Answer(*rosterd), "web-01 LIVE");
  EVENTUALLY_THAT(Answer(*forgetful), "web-01 LIVE");
  LeaderLookup lookup(*one->client,
                      {.elections_path = paths_.elections,
                       .election = "reporter",
                       .rosterds = {"127.0.0.1:1", rosterd->http()}});
  ASSERT_OK_AND_ASSIGN(const FoundLeader live,
                       lookup.Find(absl::Now() + absl::Seconds(20)));
  EXPECT_EQ(live.answered_by, "zookeeper");

  server_.Pause();
  EVENTUALLY_THAT(Answer(*rosterd), "web-01 LAST_KNOWN");
  const absl::Time as_of = AsOf(*rosterd);
  EXPECT_LT(as_of, absl::Now());
  EXPECT_FALSE(Ask(*rosterd).value("connected", false));
  EXPECT_EQ(AsOf(*rosterd), as_of);  // so its age grows
  EXPECT_EQ(rosterd->Rosterctl({"leader", "reporter", "-o", "name"}).out,
            "web-01\n");
  ASSERT_OK_AND_ASSIGN(const FoundLeader found,
                       lookup.Find(absl::Now() + absl::Seconds(20)));
  EXPECT_EQ(found.id, "web-01");
  EXPECT_EQ(found.token, live.token);
  EXPECT_EQ(found.origin, LeaderOrigin::kLastKnown);
  EXPECT_EQ(found.answered_by, rosterd->http());

  // Killed, not stopped: what it knew is in its folder.
  rosterd->process().Kill(SIGKILL);
  rosterd = Rosterd(flags);
  EXPECT_EQ(Answer(*rosterd), "web-01 LAST_KNOWN");
  EXPECT_LE(AsOf(*rosterd), as_of);
  forgetful = Rosterd();
  int code = 0;
  EXPECT_THAT(Ask(*forgetful, &code).dump(), HasSubstr("LEADER_UNKNOWN"));
  EXPECT_EQ(code, 503);

  server_.Resume();
  EVENTUALLY_THAT(Answer(*rosterd), "web-01 LIVE");
  EVENTUALLY_THAT(Answer(*forgetful), "web-01 LIVE");
}

TEST_F(LeaderTest, AFolderThatIsNotThereIsSaidOnceAndLeadersAreStillTold) {
  const std::string folder = data_.File("no/such");
  const auto rosterd = Rosterd({"--data", folder});
  const auto said = [&](const std::string& text) {
    const std::string log = rosterd->Log();
    int times = 0;
    for (size_t at = log.find(text); at != std::string::npos;
         at = log.find(text, at + 1))
      ++times;
    return times;
  };
  EXPECT_EQ(said("who leads is not kept over restarts: --data " + folder), 1);
  for (const char* id : {"web-01", "web-02", "web-03"}) {
    const auto leader = Join(id);
    EVENTUALLY(Answer(*rosterd) == std::string(id) + " LIVE");
    // Each change is to be written.
    EVENTUALLY(said("the leaders cannot be remembered") > 0);
  }
  EXPECT_EQ(said("the leaders cannot be remembered"), 1);
}

TEST_F(LeaderTest, OfALeadersDataOnlyTheBeginningIsKept) {
  const std::string long_data(60'000, 'x');
  auto rosterd = Rosterd({"--data", data_.path().string()});
  const auto one = Join(long_data);
  EVENTUALLY_THAT(Answer(*rosterd), " LIVE");  // no name

  const json data = Ask(*rosterd)["leader"]["data"];
  EXPECT_EQ(data["text"], long_data.substr(0, 1024));
  EXPECT_EQ(data["size_bytes"], "60000");
  EXPECT_TRUE(data.value("truncated", false));
  const auto copy = data_.path() / "leaders-default.json";
  EVENTUALLY(std::filesystem::exists(copy) &&
             ReadFile(copy).find("latch") != std::string::npos);
  EXPECT_LT(ReadFile(copy).size(), 4096u);

  // The same from the copy.
  server_.Pause();
  rosterd->process().Kill(SIGKILL);
  rosterd = Rosterd({"--data", data_.path().string()});
  EXPECT_EQ(Answer(*rosterd), " LAST_KNOWN");
  EXPECT_EQ(Ask(*rosterd)["leader"]["data"], data);
  server_.Resume();
}

}  // namespace
}  // namespace roster::testing
