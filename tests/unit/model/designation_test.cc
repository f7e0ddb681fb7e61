#include "model/designation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error_details.h"
#include "model/paths.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::StatusIs;
using ::testing::HasSubstr;

void ExpectRefused(const std::string& json, const std::string& what) {
  EXPECT_THAT(ParseDesignation(json),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)))
      << json;
}

TEST(DesignationTest, WhatIsWrittenReadsBackEqual) {
  const Designation designation = {
      .version = 3,
      .leaders = {"web-01", "web-02:7"},
      .hand_back = HandBack::kWhenLeaderEnds,
      .settle = absl::Seconds(30),
      .actor = {.name = "ops", .authenticated = true, .peer = "10.0.0.9:1"},
      .reason = "rack 1 is being rewired",
      .at = absl::FromUnixSeconds(1'800'000'000)};
  const std::string bytes = SerializeDesignation(designation);

  EXPECT_EQ(bytes, R"({"v":1,"version":3,"leaders":["web-01","web-02:7"],)"
                   R"("hand_back":"WHEN_LEADER_ENDS","settle_s":30,)"
                   R"("actor":{"name":"ops","authenticated":true,)"
                   R"("peer":"10.0.0.9:1"},"reason":"rack 1 is being rewired",)"
                   R"("at":"2027-01-15T08:00:00Z"})");
  ASSERT_OK_AND_ASSIGN(const Designation read, ParseDesignation(bytes));
  EXPECT_EQ(read, designation);
}

TEST(DesignationTest, LeadersAreAllThatMustBeThere) {
  ASSERT_OK_AND_ASSIGN(const Designation read,
                       ParseDesignation(R"({"v":1,"leaders":["a"],"x":1})"));
  EXPECT_EQ(read.hand_back, HandBack::kImmediate);
  EXPECT_EQ(read.settle, absl::ZeroDuration());
}

TEST(DesignationTest, SaysWhatIsWrong) {
  ExpectRefused("", "empty");
  ExpectRefused("web-01", "not JSON");
  ExpectRefused(R"({"v":2,"leaders":["a"]})", "newer");
  ExpectRefused(R"({"v":1})", "leaders: missing");
  ExpectRefused(R"({"v":1,"leaders":[]})", "0 names");
  ExpectRefused(R"({"v":1,"leaders":["a","a"]})", "leaders[1]: is named twice");
  ExpectRefused(R"({"v":1,"leaders":["a/b"]})", "leaders[0]");
  ExpectRefused(R"({"v":1,"leaders":["a"],"hand_back":"SOON"})", "hand_back");
  ExpectRefused(R"({"v":1,"leaders":["a"],"settle_s":-1})", "settle_s");
  ExpectRefused(R"({"v":1,"leaders":["a"],"settle_s":86401})", "settle");
  Designation many{.leaders = {}};
  for (int i = 0; i < 101; ++i) many.leaders.push_back(std::to_string(i));
  EXPECT_THAT(ValidateDesignation(many),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("101")));
}

TEST(DesignationTest, RanksWhoIsNotNamedLast) {
  const Designation designation{.leaders = {"a", "b"}};
  EXPECT_EQ(designation.RankOf("a"), 0u);
  EXPECT_EQ(designation.RankOf("b"), 1u);
  EXPECT_EQ(designation.RankOf("x"), 2u);
  EXPECT_EQ(designation.RankOf(""), 2u);
}

TEST(DesignationTest, NodesAreNamedAfterTheirElection) {
  for (const std::string election :
       {"reporter", "search/writer", "100%", "a%2Fb", "/app/leader"}) {
    const std::string node = DesignationNodeName(election);
    EXPECT_EQ(node.find('/'), node.npos);
    EXPECT_EQ(ElectionOfDesignationNode(node), election);
  }
  EXPECT_EQ(ElectionOfDesignationNode("a%2f"), std::nullopt);
  EXPECT_EQ(ElectionOfDesignationNode("a%2F"), std::nullopt);
  EXPECT_EQ(ElectionOfDesignationNode(""), std::nullopt);
}

TEST(DesignationTest, AClustersOwnElectionsHaveTheirPlace) {
  const ClusterPaths paths("/roster", "default");
  EXPECT_EQ(DesignationPathOf(JoinPath(paths.elections, "search/writer")),
            JoinPath(paths.designations, "search%2Fwriter"));
  EXPECT_EQ(DesignationPathOf("/election"), "");
  EXPECT_EQ(DesignationPathOf("/a/elections/"), "");
}

TEST(DesignationTest, ElectionsNamesArePathsWithoutTheFirstSlash) {
  EXPECT_OK(ValidateElectionName("a/b"));
  for (const std::string bad : {"", "/a", "a//b", "a/..", "a\nb"}) {
    EXPECT_THAT(ValidateElectionName(bad),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
    EXPECT_EQ(base::DetailsOf(ValidateElectionName(bad)).reason,
              "INVALID_ELECTION_NAME");
  }
  EXPECT_THAT(ValidateElectionName(std::string(256, 'a')),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace roster::model
