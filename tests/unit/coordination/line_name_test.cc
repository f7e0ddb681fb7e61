#include "coordination/line_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace roster::coordination {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Optional;

const std::vector<LineRole> kLockRoles = {LineRole::kExclusive, LineRole::kRead,
                                          LineRole::kWrite};
constexpr char kUuid[] = "_c_67e4a3c5-5c1e-4b0e-9a6e-0d3f0d9f1a11";
constexpr char kHex[] = "0f3b5b7a9c6d4e1f8a2b3c4d5e6f7a8b";

std::string Curator(const std::string& rest) { return kUuid + rest; }
std::string Kazoo(const std::string& rest) { return kHex + rest; }

TEST(LineNameTest, TellsEveryRecipesNodesApart) {
  const auto is = [](LineRole role, int64_t sequence, bool kazoo) {
    return Optional(AllOf(Field(&LineName::role, role),
                          Field(&LineName::sequence, sequence),
                          Field(&LineName::kazoo, kazoo)));
  };
  EXPECT_THAT(ParseLineName(Curator("-lock-0000000001")),
              is(LineRole::kExclusive, 1, false));
  EXPECT_THAT(ParseLineName(Curator("-__READ__0000000002")),
              is(LineRole::kRead, 2, false));
  EXPECT_THAT(ParseLineName(Curator("-__WRIT__0000000003")),
              is(LineRole::kWrite, 3, false));
  EXPECT_THAT(ParseLineName(Curator("-lease-0000000004")),
              is(LineRole::kLease, 4, false));
  EXPECT_THAT(ParseLineName(Curator("-latch-0000000005")),
              is(LineRole::kCandidate, 5, false));
  // A candidate that says who it is.
  EXPECT_THAT(ParseLineName(Curator("-web-01-latch-0000000006")),
              is(LineRole::kCandidate, 6, false));
  EXPECT_THAT(ParseLineName(Kazoo("__lock__0000000007")),
              is(LineRole::kExclusive, 7, true));
  EXPECT_THAT(ParseLineName(Kazoo("__rlock__0000000008")),
              is(LineRole::kRead, 8, true));
  EXPECT_THAT(ParseLineName(Curator("-lock--2147483648")),
              is(LineRole::kExclusive, -2147483648LL, false));
}

TEST(LineNameTest, RefusesEverythingElse) {
  for (const char* name :
       {"", "-lock-", "lock", "x-lock-1", "x-lock-00000000011", "web-01",
        "x-lock-000000000x", "leases", "qn-0000000001", "\xff\xfe"})
    EXPECT_THAT(ParseLineName(name), Eq(std::nullopt)) << name;
}

std::vector<std::string> Names(const Line& line) {
  std::vector<std::string> names;
  for (const LineName& node : line.nodes) names.push_back(node.name);
  return names;
}

TEST(LineTest, StandsInTheOrderOfTheNumbersWhoeverWroteThem) {
  const Line line = ReadLine({Kazoo("__lock__0000000002"), "b-lock-0000000001",
                              "zz", "junk", "a-lease-0000000000"},
                             kLockRoles);
  EXPECT_THAT(Names(line),
              ElementsAre("b-lock-0000000001", Kazoo("__lock__0000000002")));
  EXPECT_THAT(line.foreign, ElementsAre("a-lease-0000000000", "junk", "zz"));
  EXPECT_EQ(CountHolders(line), 1u);
  EXPECT_THAT(AwaitedNames(line), ElementsAre("", "b-lock-0000000001"));
}

TEST(LineTest, FollowsTheCounterPastItsEnd) {
  EXPECT_THAT(Names(ReadLine({"c-lock--2147483648", "a-lock-2147483646",
                              "b-lock-2147483647"},
                             kLockRoles)),
              ElementsAre("a-lock-2147483646", "b-lock-2147483647",
                          "c-lock--2147483648"));
}

TEST(LineTest, ReadersUpToTheFirstWriterHoldTheLock) {
  const Line line = ReadLine(
      {"a-__READ__0000000000", "b-__READ__0000000001", "c-__WRIT__0000000002",
       "d-__READ__0000000003", Kazoo("__lock__0000000004")},
      kLockRoles);
  EXPECT_EQ(CountHolders(line), 2u);
  EXPECT_THAT(AwaitedNames(line),
              ElementsAre("", "", "b-__READ__0000000001",
                          "c-__WRIT__0000000002", "d-__READ__0000000003"));
  // kazoo's WriteLock is named as its Lock.
  EXPECT_EQ(line.nodes[4].role, LineRole::kWrite);
}

TEST(LineTest, AWriterInFrontHoldsItAlone) {
  const Line line =
      ReadLine({"a-__WRIT__0000000000", "b-__READ__0000000001"}, kLockRoles);
  EXPECT_EQ(CountHolders(line), 1u);
}

TEST(LineTest, ALineOfNobodyHasNoHolder) {
  const Line line = ReadLine({"junk"}, kLockRoles);
  EXPECT_TRUE(line.empty());
  EXPECT_EQ(CountHolders(line), 0u);
  EXPECT_THAT(AwaitedNames(line), IsEmpty());
}

TEST(LineTest, APageGoesOnBehindANodeThatHasGone) {
  const Line line =
      ReadLine({"a-lock-0000000001", "c-lock-0000000003", "d-lock-0000000004"},
               kLockRoles);
  EXPECT_THAT(CountUpTo(line, "a-lock-0000000001"), Optional(1));
  EXPECT_THAT(CountUpTo(line, "b-lock-0000000002"), Optional(1));
  EXPECT_THAT(CountUpTo(line, "d-lock-0000000004"), Optional(3));
  EXPECT_THAT(CountUpTo(line, "e-lock-0000000009"), Optional(3));
  EXPECT_THAT(CountUpTo(line, "junk"), Eq(std::nullopt));
}

TEST(LineTest, AnElectionsCandidatesAreWhoeverWroteThem) {
  const Line line = ReadElectionLine({Kazoo("__lock__0000000007"),
                                      Curator("-lock-0000000006"),
                                      Curator("-web-01-latch-0000000005"),
                                      Kazoo("__rlock__0000000004"), "junk"});
  EXPECT_THAT(line.nodes, ElementsAre(Field(&LineName::sequence, 5),
                                      Field(&LineName::sequence, 6),
                                      AllOf(Field(&LineName::sequence, 7),
                                            Field(&LineName::kazoo, true))));
  EXPECT_THAT(line.foreign, ElementsAre(Kazoo("__rlock__0000000004"), "junk"));
}

}  // namespace
}  // namespace roster::coordination
