// The real `rosterctl leader`: what it shows, asks for, and exits with.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/time/clock.h"
#include "tests/unit/cli/rosterctl_fixture.h"

namespace roster::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class LeaderTest : public RosterctlTest {
 protected:
  LeaderTest() {
    v1::Election boss;
    boss.set_name("boss");
    boss.set_kind(v1::ELECTION_KIND_LINE);
    boss.set_candidate_count(2);
    for (const char* name : {"web-01", "web-02"}) {
      v1::Contender& candidate = *boss.add_candidates();
      candidate.set_node(std::string("n-") + name);
      candidate.set_member(name);
      candidate.set_format(v1::NODE_FORMAT_ROSTER);
    }
    *boss.mutable_leader() = boss.candidates(0);
    v1::Election empty;
    empty.set_name("empty");
    coordination().SetElections({boss, empty});
  }

  // ZooKeeper shows that `name` leads; "": nobody does.
  void Lead(const std::string& name) {
    v1::GetLeaderResponse answer;
    answer.set_connected(true);
    answer.set_source(v1::LEADER_SOURCE_LIVE);
    *answer.mutable_as_of() = ToProto(absl::Now());
    if (!name.empty()) answer.mutable_leader()->set_name(name);
    coordination().SetLeader(answer);
  }
};

TEST_F(LeaderTest, AllElectionsAreListedInEachForm) {
  EXPECT_EQ(Run({"leader"}).out,
            "NAME   LEADER  CANDIDATES  AGE\n"
            "boss   web-01  2           -\n"
            "empty  nobody  0           -\n");
  EXPECT_EQ(Run({"leader", "-o", "name"}).out, "boss\nempty\n");
  const auto json = nlohmann::json::parse(Run({"leader", "-o", "json"}).out);
  ASSERT_THAT(json, SizeIs(2));
  EXPECT_EQ(json[0]["leader"]["member"], "web-01");
  EXPECT_EQ(json[1]["candidate_count"], "0") << "64 bits";
  EXPECT_FALSE(json[1].contains("leader"));
  EXPECT_THAT(Run({"leader", "-o", "yaml"}).out, HasSubstr("- name: boss\n"));
  coordination().SetElections({});
  const CommandResult none = Run({"leader"});
  EXPECT_EQ(none.status.code, 0);
  EXPECT_EQ(none.err, "rosterctl: no elections\n");
}

TEST_F(LeaderTest, OneElectionIsShownInEachFormWithAllCandidates) {
  Lead("web-01");
  const CommandResult shown = Run({"leader", "boss"});
  EXPECT_EQ(shown.status.code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("Leader:      web-01\n"),
                               HasSubstr("Source:      live\n"),
                               HasSubstr("n-web-01"), HasSubstr("n-web-02")));
  EXPECT_EQ(Run({"leader", "boss", "-o", "name"}).out, "web-01\n");
  const auto json =
      nlohmann::json::parse(Run({"leader", "boss", "-o", "json"}).out);
  EXPECT_EQ(json["leader"]["name"], "web-01");
  EXPECT_EQ(json["source"], "LEADER_SOURCE_LIVE");
  EXPECT_TRUE(json["connected"]);
}

TEST_F(LeaderTest, ThatNobodyLeadsIs3InEachForm) {
  Lead("");
  for (const char* format : {"table", "json", "yaml", "name"}) {
    const CommandResult result = Run({"leader", "empty", "-o", format});
    EXPECT_EQ(result.status.code, 3) << format;
    EXPECT_EQ(result.err, "rosterctl: nobody leads 'empty'\n") << format;
  }
  EXPECT_THAT(Run({"leader", "empty"}).out, HasSubstr("Leader:      nobody\n"));
  EXPECT_EQ(Run({"leader", "empty", "-o", "name"}).out, "");
  const auto json =
      nlohmann::json::parse(Run({"leader", "empty", "-o", "json"}).out);
  EXPECT_FALSE(json.contains("leader"));
}

TEST_F(LeaderTest, AnElectionThatIsUnknownIs3AndShowsNothing) {
  Lead("");
  const CommandResult result = Run({"leader", "bos"});
  EXPECT_EQ(result.status.code, 3);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "rosterctl: there is no election at /e/bos\n");
}

TEST_F(LeaderTest, WithoutZooKeeperTheLastAnswerIsShownWithoutCandidates) {
  v1::GetLeaderResponse answer;
  answer.set_source(v1::LEADER_SOURCE_DESIGNATED);
  answer.mutable_leader()->set_name("web-02");
  answer.mutable_designation()->add_leaders("web-02");
  answer.mutable_designation()->set_reason("OPS-7");
  coordination().SetLeader(answer);
  const CommandResult result = Run({"leader", "boss"});
  EXPECT_EQ(result.status.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("ZooKeeper is out of reach"),
                                HasSubstr("Reason:      OPS-7\n"),
                                Not(HasSubstr("Candidates"))));
}

TEST_F(LeaderTest, DesignateAsksForWhatTheFlagsSay) {
  const CommandResult result =
      Run({"leader", "designate", "boss", "--preferred", "web-02, web-01",
           "--hand-back", "when-leader-ends", "--settle", "90s", "--reason",
           "OPS-7", "--as", "alice", "--request-id", "r-1", "--expect-version",
           "0", "--dry-run"});
  EXPECT_EQ(result.status.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "dry run: nothing was changed\n"
            "'boss' should be led by web-02, web-01; hand back when the leader "
            "ends\n");
  EXPECT_EQ(result.err, "");
  ASSERT_THAT(coordination().designations(), SizeIs(1));
  const v1::DesignateLeaderRequest asked = coordination().designations()[0];
  EXPECT_EQ(asked.name(), "boss");
  EXPECT_EQ(asked.path(), "");
  EXPECT_THAT(asked.leaders(), ElementsAre("web-02", "web-01"));
  EXPECT_EQ(asked.hand_back(), v1::HAND_BACK_WHEN_LEADER_ENDS);
  EXPECT_EQ(asked.settle().seconds(), 90);
  EXPECT_EQ(asked.reason(), "OPS-7");
  EXPECT_EQ(asked.actor(), "alice");
  EXPECT_EQ(asked.request_id(), "r-1");
  EXPECT_TRUE(asked.has_expected_version());
  EXPECT_EQ(asked.expected_version(), 0);
  EXPECT_TRUE(asked.validate_only());
}

TEST_F(LeaderTest, AListOfPreferredWithAHoleReachesNobody) {
  for (const char* list : {"web-01,,web-02", ",", "", "web-01,"}) {
    const CommandResult result = Run(
        {"leader", "designate", "boss", "--preferred", list, "--reason", "x"});
    EXPECT_EQ(result.status.code, 2) << list;
    EXPECT_THAT(result.err, HasSubstr("--preferred wants names")) << list;
  }
  EXPECT_THAT(coordination().designations(), IsEmpty());
}

TEST_F(LeaderTest, TheElectionIsNoPreferredLeader) {
  EXPECT_EQ(Run({"leader", "designate", "--preferred", "web-01", "--preferred",
                 "web-02", "boss", "--reason", "x"})
                .status.code,
            0);
  ASSERT_THAT(coordination().designations(), SizeIs(1));
  EXPECT_EQ(coordination().designations()[0].name(), "boss");
  EXPECT_THAT(coordination().designations()[0].leaders(),
              ElementsAre("web-01", "web-02"));
  const CommandResult stray = Run({"leader", "designate", "boss", "--preferred",
                                   "web-01", "web-02", "--reason", "x"});
  EXPECT_EQ(stray.status.code, 2);
  EXPECT_EQ(stray.err,
            "rosterctl: the following argument was not expected: web-02; see "
            "'rosterctl leader designate --help'\n");
  EXPECT_THAT(coordination().designations(), SizeIs(1));
}

TEST_F(LeaderTest, ClearEndsTheDesignationOfAPath) {
  const CommandResult result = Run({"leader", "clear", "/kazoo/boss"});
  EXPECT_EQ(result.status.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "nobody is designated to lead '/kazoo/boss' any more\n");
  ASSERT_THAT(coordination().clearings(), SizeIs(1));
  EXPECT_EQ(coordination().clearings()[0].path(), "/kazoo/boss");
  EXPECT_FALSE(coordination().clearings()[0].has_expected_version());
}

TEST_F(LeaderTest, AConflictIs4AndWhatMayHaveHappenedCanBeRepeated) {
  coordination().FailWith({grpc::StatusCode::ABORTED, "it has version 3"});
  const CommandResult conflict = Run({"leader", "clear", "boss"});
  EXPECT_EQ(conflict.status.code, 4);
  EXPECT_EQ(conflict.err, "rosterctl: it has version 3\n");
  coordination().FailWith({grpc::StatusCode::UNAVAILABLE, "gone"});
  EXPECT_THAT(
      Run({"leader", "designate", "boss", "--preferred", "web-01", "--reason",
           "x", "--request-id", "r-7"})
          .err,
      HasSubstr("it may have happened: the same command with --request-id r-7 "
                "tells"));
}

}  // namespace
}  // namespace roster::testing
