#include "monitor/state/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/time/clock.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using ::roster::testing::StatusIs;
using ::testing::HasSubstr;

Member Example() {
  Member member;
  member.cluster = "alpha";
  member.name = "web-01";
  member.status = model::MemberStatus::kUp;
  member.record.service = "search";
  member.record.labels = {
      {"zone", "a"}, {"role", "db"}, {"status", "blue"}, {"empty", ""}};
  return member;
}

bool Matches(std::string_view text, const Member& member = Example()) {
  const auto selector = Selector::Parse(text);
  EXPECT_OK(selector) << text;
  return selector.ok() && selector->Matches(member);
}

TEST(SelectorTest, BlankMatchesEverything) {
  EXPECT_TRUE(Matches(""));
  EXPECT_TRUE(Matches("  "));
  EXPECT_TRUE(Selector::Parse(" ")->MatchesAll());
}

TEST(SelectorTest, ComparesLabels) {
  EXPECT_TRUE(Matches("zone=a"));
  EXPECT_TRUE(Matches("zone==a"));
  EXPECT_TRUE(Matches(" zone = a , role = db "));
  EXPECT_FALSE(Matches("zone=b"));
  EXPECT_FALSE(Matches("zone=a,role!=db"));
  EXPECT_FALSE(Matches("rack=1"));
  EXPECT_TRUE(Matches("zone=b|a"));
  EXPECT_FALSE(Matches("zone!=b|a"));
}

TEST(SelectorTest, NegationHoldsWithoutTheLabel) {
  EXPECT_TRUE(Matches("rack!=1"));
  EXPECT_TRUE(Matches("rack notin (1,2)"));
}

TEST(SelectorTest, AsksForExistence) {
  EXPECT_TRUE(Matches("zone"));
  EXPECT_TRUE(Matches("empty"));
  EXPECT_FALSE(Matches("!zone"));
  EXPECT_TRUE(Matches("!rack,zone"));
  EXPECT_TRUE(Matches("service"));
  EXPECT_FALSE(Matches("version"));
}

TEST(SelectorTest, ComparesWithSets) {
  EXPECT_TRUE(Matches("zone in (a,b)"));
  EXPECT_TRUE(Matches("zone in( b , a )"));
  EXPECT_FALSE(Matches("zone in (b,c)"));
  EXPECT_FALSE(Matches("zone notin (a,b)"));
  EXPECT_FALSE(Matches("in"));
  EXPECT_FALSE(Matches("in in (a)"));
}

TEST(SelectorTest, KnowsTheMembersOwnFields) {
  EXPECT_TRUE(Matches("status=LOST|up"));
  EXPECT_FALSE(Matches("status!=UP"));
  EXPECT_TRUE(Matches("status in (UP,DEGRADED)"));
  EXPECT_TRUE(Matches("status"));
  EXPECT_TRUE(Matches("service=search,cluster=alpha"));
  EXPECT_TRUE(Matches("version=\"\""));
  EXPECT_TRUE(Matches("label.status=blue"));
  EXPECT_FALSE(Matches("label.zone=b"));
}

TEST(SelectorTest, NamesTakeWildcards) {
  EXPECT_TRUE(Matches("name=web-*"));
  EXPECT_TRUE(Matches("name=web-0?"));
  EXPECT_TRUE(Matches("name=db-*|*-01"));
  EXPECT_FALSE(Matches("name!=web-*"));
  EXPECT_TRUE(Matches("name in (db, w*1)"));
  EXPECT_FALSE(Matches("name=\"web-*\""));
  // Only names: elsewhere the characters are themselves.
  EXPECT_FALSE(Matches("zone=*"));
}

TEST(SelectorTest, QuotesKeepAnyCharacter) {
  Member member = Example();
  member.record.labels["note"] = "a,b=(c)|\"d\"\\";
  EXPECT_TRUE(Matches(R"(note="a,b=(c)|\"d\"\\")", member));
}

TEST(SelectorTest, ErrorsSayWhatAndWhere) {
  const struct {
    std::string text;
    std::string what;
    int column;
  } cases[] = {
      {"zone=", "expected a value after '='", 6},
      {"zone=a,", "expected a key, found the end", 8},
      {",", "expected a key, found ','", 1},
      {"zone=a b", "expected ',' before 'b'", 8},
      {"zone in a", "expected '(' after 'in'", 9},
      {"zone in (a", "never closed", 9},
      {"zone in (a|b)", "expected ',' or ')'", 11},
      {"zone in ()", "expected a value after '('", 10},
      {"zone like a", "expected =, ==, !=, in, notin or ','", 6},
      {"zone!a", "expected '=' after '!'", 6},
      {"!zone=a", "takes no operator", 6},
      {"zone=\"a", "never closed", 6},
      {"status=UPP", "no such status: 'UPP'; there are STARTING, UP", 8},
      {"web-*", "a key takes no wildcards", 1},
      {"label.=a", "expected a label's name", 7},
      {"ü=a,zöne=", "expected a value", 10},  // characters, not bytes
  };
  for (const auto& [text, what, column] : cases) {
    EXPECT_THAT(Selector::Parse(text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)))
        << text;
    EXPECT_THAT(std::string(Selector::Parse(text).status().message()),
                ::testing::EndsWith(absl::StrCat(", at column ", column)))
        << text;
  }
}

TEST(SelectorTest, RefusesTextOverTheLimit) {
  EXPECT_THAT(
      Selector::Parse(std::string(Selector::kMaxBytes + 1, 'a')),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("limit of 4096")));
  EXPECT_OK(Selector::Parse(std::string(Selector::kMaxBytes, 'a')));
}

TEST(SelectorTest, NoBytesCrashTheParser) {
  // Every text of up to four of the characters that mean something.
  const std::string alphabet = "a=!,()|\"\\ *\xc3";
  for (size_t length = 1; length <= 4; ++length) {
    std::vector<size_t> at(length, 0);
    while (true) {
      std::string text;
      for (const size_t i : at) text += alphabet[i];
      if (const auto selector = Selector::Parse(text); selector.ok())
        selector->Matches(Example());
      size_t digit = 0;
      while (digit < length && ++at[digit] == alphabet.size()) at[digit++] = 0;
      if (digit == length) break;
    }
  }
}

TEST(SelectorTest, TellsWhetherSelectorsCanSeeAChange) {
  const Member before = Example();
  Member after = before;
  after.record.gauges["done"] = 1;
  EXPECT_TRUE(SameForSelectors(before, after));
  after.status = model::MemberStatus::kLost;
  EXPECT_FALSE(SameForSelectors(before, after));
  after = before;
  after.record.labels["zone"] = "b";
  EXPECT_FALSE(SameForSelectors(before, after));
}

TEST(GlobTest, MatchesStarsAndQuestionMarks) {
  EXPECT_TRUE(GlobMatches("", ""));
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("**a**", "bab"));
  EXPECT_TRUE(GlobMatches("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(GlobMatches("a*b*c", "aXbYbZ"));
  EXPECT_FALSE(GlobMatches("?", ""));
  EXPECT_TRUE(GlobMatches("?-*", "ü-1"));
  EXPECT_FALSE(GlobMatches("??", "ü"));
  EXPECT_FALSE(GlobMatches("a", "A"));
}

TEST(GlobTest, ManyStarsDoNotBlowUp) {
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  pattern += "*b";
  const std::string text(255, 'a');
  const absl::Time start = absl::Now();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(GlobMatches(pattern, text));
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

}  // namespace
}  // namespace roster::monitor
