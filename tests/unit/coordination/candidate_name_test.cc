#include "coordination/candidate_name.h"

#include <gtest/gtest.h>

#include <string>

namespace roster::coordination {
namespace {

constexpr char kUuid[] = "_c_0f8e1a52-95a8-4f4b-8d5a-6d8a6a6f3b10";

std::string NodeName(const std::string& id) {
  return kUuid + CandidateTag(id) + std::string(kLatchMarker) + "0000000007";
}

TEST(CandidateNameTest, TellsTheIdThatWasPutIn) {
  for (const std::string id :
       {"web-01", "web:7", "", "-", "a-latch-0000000001", "größe"}) {
    const CandidateName name = ParseCandidateName(NodeName(id));
    EXPECT_TRUE(name.movable) << id;
    EXPECT_EQ(name.id, id);
  }
}

TEST(CandidateNameTest, OthersNamesHaveNoId) {
  for (const std::string& name :
       {std::string(kUuid) + "-latch-0000000007",
        std::string("latch-0000000007"), std::string("x-latch-0000000007"),
        std::string(kUuid), std::string()}) {
    EXPECT_FALSE(ParseCandidateName(name).movable) << name;
    EXPECT_EQ(ParseCandidateName(name).id, "") << name;
  }
}

TEST(CandidateNameTest, WhoseNameHasNoIdIsWhoItsDataSays) {
  const std::string curator = std::string(kUuid) + "-latch-0000000007";
  EXPECT_EQ(CandidateId(curator, "web-01"), "web-01");
  EXPECT_EQ(CandidateId(curator, "a/b"), "");
  EXPECT_EQ(CandidateId(curator, ""), "");
  EXPECT_EQ(CandidateId(NodeName("web-01"), "something else"), "web-01");
  EXPECT_EQ(CandidateId(NodeName(""), "web-02"), "");
}

}  // namespace
}  // namespace roster::coordination
