#include "monitor/state/member_map.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MemberPtr MakeMember(std::string_view name, uint64_t revision = 0) {
  auto member = std::make_shared<Member>();
  member->name = name;
  member->revision = revision;
  return member;
}

std::vector<std::string> NamesAfter(const MemberMap& map,
                                    std::string_view after) {
  std::vector<std::string> names;
  map.ForEachAfter(after, [&](const MemberPtr& member) {
    names.push_back(member->name);
    return true;
  });
  return names;
}

TEST(MemberMapTest, AnEmptyMapHasNothing) {
  const MemberMap map;

  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.Find("a"), nullptr);
  EXPECT_THAT(NamesAfter(map, ""), IsEmpty());
  EXPECT_EQ(map.Without("a").size(), 0u);
}

TEST(MemberMapTest, VisitsInTheOrderOfNames) {
  const MemberMap map = MemberMap()
                            .With(MakeMember("c"))
                            .With(MakeMember("a"))
                            .With(MakeMember("b"));

  EXPECT_THAT(NamesAfter(map, ""), ElementsAre("a", "b", "c"));
  EXPECT_THAT(NamesAfter(map, "a"), ElementsAre("b", "c"));
  EXPECT_THAT(NamesAfter(map, "aa"), ElementsAre("b", "c"));
  EXPECT_THAT(NamesAfter(map, "c"), IsEmpty());
}

TEST(MemberMapTest, ReplacesAMemberOfTheSameName) {
  const MemberMap map =
      MemberMap().With(MakeMember("a", 1)).With(MakeMember("a", 2));

  EXPECT_EQ(map.size(), 1u);
  EXPECT_EQ(map.Find("a")->revision, 2u);
}

TEST(MemberMapTest, StopsVisitingWhenToldTo) {
  MemberMap map;
  for (int i = 0; i < 1000; ++i)
    map = map.With(MakeMember("m" + std::to_string(1000 + i)));

  int visited = 0;
  map.ForEachAfter("m1499", [&](const MemberPtr&) { return ++visited < 250; });

  EXPECT_EQ(visited, 250);
}

TEST(MemberMapTest, FormerCopiesStayAsTheyWere) {
  MemberMap map;
  for (int i = 0; i < 500; ++i) map = map.With(MakeMember(std::to_string(i)));
  const MemberMap former = map;

  for (int i = 0; i < 500; ++i) map = map.Without(std::to_string(i));
  map = map.With(MakeMember("new"));

  EXPECT_THAT(NamesAfter(map, ""), ElementsAre("new"));
  EXPECT_EQ(former.size(), 500u);
  EXPECT_EQ(NamesAfter(former, "").size(), 500u);
  for (int i = 0; i < 500; ++i)
    ASSERT_NE(former.Find(std::to_string(i)), nullptr) << i;
}

// Against std::map, through growth, churn and shrinking back to nothing.
class MemberMapRandomTest : public ::testing::TestWithParam<int> {};

TEST_P(MemberMapRandomTest, AgreesWithAnOrdinaryMap) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  std::map<std::string, uint64_t> expected;
  MemberMap map;
  uint64_t revision = 0;
  const auto check = [&] {
    ASSERT_EQ(map.size(), expected.size());
    auto next = expected.begin();
    map.ForEach([&](const MemberPtr& member) {
      ASSERT_NE(next, expected.end());
      EXPECT_EQ(member->name, next->first);
      EXPECT_EQ(member->revision, next->second);
      ++next;
    });
    ASSERT_EQ(next, expected.end());
  };

  // How often, in percent, a step adds rather than removes.
  for (const unsigned adds : {90u, 50u, 10u, 60u, 0u}) {
    for (int step = 0; step < 4000; ++step) {
      const std::string name = "node-" + std::to_string(random() % 3000);
      if (random() % 100 < adds) {
        map = map.With(MakeMember(name, ++revision));
        expected[name] = revision;
      } else {
        map = map.Without(name);
        expected.erase(name);
      }
      const auto found = map.Find(name);
      ASSERT_EQ(found != nullptr, expected.contains(name));
    }
    check();
    const std::string after = "node-" + std::to_string(random() % 3000);
    EXPECT_EQ(NamesAfter(map, after).size(),
              static_cast<size_t>(
                  std::distance(expected.upper_bound(after), expected.end())));
  }
  while (!expected.empty()) {
    map = map.Without(expected.begin()->first);
    expected.erase(expected.begin());
    if (expected.size() % 64 == 0) check();
  }
  EXPECT_TRUE(map.empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, MemberMapRandomTest, ::testing::Range(1, 4));

TEST(MemberMapTest, TakesNamesOfAnyBytesAndLength) {
  const std::vector<std::string> names = {std::string("\0", 1),
                                          std::string("\xff\xfe"),
                                          std::string(255, 'x'),
                                          "[::1]:80",
                                          "a/b",
                                          "ü"};
  MemberMap map;
  for (const std::string& name : names) map = map.With(MakeMember(name));

  for (const std::string& name : names) EXPECT_NE(map.Find(name), nullptr);
  EXPECT_EQ(NamesAfter(map, "").size(), names.size());
}

}  // namespace
}  // namespace roster::monitor
