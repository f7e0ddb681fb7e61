#include "cli/printer_leader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/cli/fake_rosterd.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::cli {
namespace {

using ::roster::testing::SampleNow;
using ::roster::testing::ToProto;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

void Fill(v1::Contender& contender, const std::string& node,
          const std::string& text) {
  contender.set_node(node);
  contender.mutable_data()->set_text(text);
  contender.set_fencing_token(46);
  *contender.mutable_create_time() = ToProto(SampleNow() - absl::Minutes(5));
}

// One row under the headers, as it is printed.
std::string Rendered(const v1::Election& election, bool wide) {
  Table table(ElectionColumns(wide));
  table.AddRow(ElectionRow(election, wide, SampleNow()));
  return table.Render({});
}

v1::GetLeaderResponse Answer(v1::LeaderSource source) {
  v1::GetLeaderResponse answer;
  answer.set_source(source);
  *answer.mutable_as_of() = ToProto(SampleNow() - absl::Seconds(90));
  return answer;
}

v1::Election SampleElection(v1::NodeFormat format) {
  v1::Election election;
  election.set_kind(v1::ELECTION_KIND_LINE);
  for (const char* node : {"a", "b"}) {
    v1::Contender& one = *election.add_candidates();
    Fill(one, node, "web-01");
    one.set_format(format);
  }
  election.mutable_candidates(1)->set_node("_c_1-web-02-latch-1");
  return election;
}

TEST(LeaderPrinterTest, ValuesStandBeneathOneAnotherWhateverTheLabels) {
  v1::GetLeaderResponse answer;
  answer.mutable_leader()->set_name("web-01");
  *answer.mutable_leader()->mutable_create_time() =
      ToProto(SampleNow() - absl::Minutes(5));
  answer.mutable_designation()->add_leaders("web-01");
  *answer.mutable_designation()->mutable_update_time() =
      ToProto(SampleNow() - absl::Minutes(2));
  EXPECT_THAT(LeaderDetail("boss", answer, nullptr, SampleNow(), {}),
              AllOf(HasSubstr("Election:        boss\n"),
                    HasSubstr("Leader:          web-01\n"),
                    HasSubstr("Candidate since: 20"),
                    HasSubstr("Designated at:   20")));
}

TEST(LeaderPrinterTest, DoubtsADesignationThatNobodyWillObey) {
  v1::Designation designation;
  for (const char* leader : {"web-02", "web-01"})
    designation.add_leaders(leader);
  v1::Election election = SampleElection(v1::NODE_FORMAT_ROSTER);
  EXPECT_THAT(DesignationDoubts("boss", designation, &election), IsEmpty());
  EXPECT_THAT(DesignationDoubts("boss", designation, nullptr),
              ElementsAre(HasSubstr("no election 'boss' yet")));
  election = SampleElection(v1::NODE_FORMAT_KAZOO);
  EXPECT_THAT(DesignationDoubts("boss", designation, &election),
              ElementsAre(HasSubstr("none of the candidates")));
  designation.add_leaders("wbe-01");
  election = SampleElection(v1::NODE_FORMAT_ROSTER);
  EXPECT_THAT(DesignationDoubts("boss", designation, &election),
              ElementsAre("'wbe-01' is no candidate of 'boss' at present"));
}

TEST(LeaderPrinterTest, ARowSaysWhoLeadsAndHowManyWouldLikeTo) {
  v1::Election election;
  election.set_name("boss");
  election.set_path("/roster/demo/elections/boss");
  election.set_kind(v1::ELECTION_KIND_LINE);
  election.set_candidate_count(3);
  Fill(*election.mutable_leader(), "a", "web-01");
  EXPECT_EQ(Rendered(election, false),
            "NAME  LEADER  CANDIDATES  AGE\n"
            "boss  web-01  3           5m\n");
  EXPECT_EQ(Rendered(election, true),
            "NAME  LEADER  CANDIDATES  KIND  TOKEN  PATH                      "
            "   AGE\n"
            "boss  web-01  3           line  46     "
            "/roster/demo/elections/boss  5m\n");
}

TEST(LeaderPrinterTest, ARowWithoutALeaderSaysSoAndGoesByItsPath) {
  v1::Election election;
  election.set_path("/kazoo/boss");
  EXPECT_EQ(Rendered(election, false),
            "NAME         LEADER  CANDIDATES  AGE\n"
            "/kazoo/boss  nobody  0           -\n");
}

TEST(LeaderPrinterTest, CandidatesAreListedAndCutDataIsMarked) {
  v1::GetLeaderResponse answer = Answer(v1::LEADER_SOURCE_LIVE);
  answer.mutable_leader()->set_name("web-01");
  answer.mutable_leader()->set_fencing_token(46);
  v1::Election election = SampleElection(v1::NODE_FORMAT_KAZOO);
  v1::NodeData& data = *election.mutable_candidates(1)->mutable_data();
  data.set_text("a long\nstory");
  data.set_truncated(true);
  // Binary data names nobody: the node has to do.
  v1::Contender& binary = *election.add_candidates();
  Fill(binary, "c-latch-3", "");
  binary.mutable_data()->set_binary("\xff");
  EXPECT_THAT(
      LeaderDetail("boss", answer, &election, SampleNow(), {}),
      AllOf(HasSubstr("Token:       46\nSource:      live\n"),
            EndsWith("\nCandidates:\n"
                     "  CANDIDATE           NODE                 AGE\n"
                     "  web-01              a                    5m\n"
                     "  a long\\x0astory...  _c_1-web-02-latch-1  5m\n"
                     "  c-latch-3           c-latch-3            5m\n")));
}

TEST(LeaderPrinterTest, NobodyLeadsAnElectionWithoutCandidates) {
  const v1::Election election;
  EXPECT_EQ(LeaderDetail("boss", Answer(v1::LEADER_SOURCE_LIVE), &election,
                         SampleNow(), {}),
            "Election:    boss\n"
            "Leader:      nobody\n"
            "Source:      live\n");
}

TEST(LeaderPrinterTest, WhatIsNotLiveSaysHowOldItIs) {
  v1::GetLeaderResponse answer = Answer(v1::LEADER_SOURCE_LAST_KNOWN);
  answer.mutable_leader()->set_path("/kazoo/boss/x__lock__0000000001");
  EXPECT_THAT(
      LeaderDetail("boss", answer, nullptr, SampleNow(), {}),
      AllOf(HasSubstr("Leader:      /kazoo/boss/x__lock__0000000001\n"),
            HasSubstr("Source:      last known, 1m30s ago; ZooKeeper is "
                      "out of reach"),
            Not(HasSubstr("Candidate since"))));

  answer = Answer(v1::LEADER_SOURCE_DESIGNATED);
  answer.mutable_leader()->set_name("web-02");
  v1::Designation& designation = *answer.mutable_designation();
  designation.add_leaders("web-02");
  designation.set_actor("ops");
  designation.set_reason("web-01\x1b[2J is slow");
  designation.set_hand_back(v1::HAND_BACK_WHEN_LEADER_ENDS);
  EXPECT_EQ(LeaderDetail("boss", answer, nullptr, SampleNow(), {}),
            "Election:    boss\n"
            "Leader:      web-02\n"
            "Source:      designated, as of 1m30s ago; ZooKeeper is out of "
            "reach, and nobody was seen leading\n"
            "Designated:  web-02; hand back when the leader ends\n"
            "By:          ops\n"
            "Reason:      web-01\\x1b[2J is slow\n");
}

TEST(LeaderPrinterTest, ADesignationSaysWhenTheLeadershipIsHandedBack) {
  v1::Designation designation;
  designation.add_leaders("web-02");
  designation.add_leaders("web-01");
  designation.set_hand_back(v1::HAND_BACK_IMMEDIATE);
  EXPECT_EQ(DesignationText(designation),
            "web-02, web-01; hand back immediately");
  designation.mutable_settle()->set_seconds(90);
  EXPECT_EQ(DesignationText(designation),
            "web-02, web-01; hand back immediately, once there for 1m30s");
}

}  // namespace
}  // namespace roster::cli
