#include "model/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(ValidateMemberNameTest, TakesHostNamesAndMuchElse) {
  for (const char* name :
       {"web-01", "db.example.org:5432", "web#2", "[2001:db8::1]:80", "fe80::1",
        "a", " ", "a b", "...", ".hidden", "UPPER", "käse", "主机",
        "\"quoted\"", "back\\slash", "{a=\"b\"}",
        "\xEF\xBF\xAF" /* U+FFEF */}) {
    EXPECT_OK(ValidateMemberName(name)) << name;
  }
}

TEST(ValidateMemberNameTest, F12_RefusesNoNameAndDots) {
  EXPECT_THAT(ValidateMemberName(""), StatusIs(kInvalid, HasSubstr("empty")));
  EXPECT_THAT(ValidateMemberName("."), StatusIs(kInvalid, HasSubstr("\".\"")));
  EXPECT_THAT(ValidateMemberName(".."),
              StatusIs(kInvalid, HasSubstr("\"..\"")));
}

TEST(ValidateMemberNameTest, F12_NamesTheCharacterAndItsPlace) {
  EXPECT_THAT(ValidateMemberName("a/b"),
              StatusIs(kInvalid, HasSubstr("U+002F at byte 1")));
  EXPECT_THAT(ValidateMemberName("ab\n"),
              StatusIs(kInvalid, HasSubstr("\"ab\\n\": character U+000A at "
                                           "byte 2 is not allowed")));
  EXPECT_THAT(ValidateMemberName(std::string("a\0b", 3)),
              StatusIs(kInvalid, HasSubstr("U+0000 at byte 1")));
  EXPECT_THAT(ValidateMemberName("ä\x7F"),
              StatusIs(kInvalid, HasSubstr("U+007F at byte 2")));
}

TEST(ValidateMemberNameTest, F12_RefusesWhatZooKeeperRefuses) {
  const struct {
    const char* name;
    const char* character;
  } kCases[] = {
      {"\x1F", "U+001F"},         {"\xC2\x80", "U+0080"},
      {"\xC2\x9F", "U+009F"},     {"\xEE\x80\x80", "U+E000"},
      {"\xEF\xA3\xBF", "U+F8FF"}, {"\xEF\xBF\xB0", "U+FFF0"},
      {"\xEF\xBF\xBF", "U+FFFF"}, {"\xF0\x9F\x98\x80", "U+1F600"},
  };
  for (const auto& [name, character] : kCases) {
    EXPECT_THAT(ValidateMemberName(name),
                StatusIs(kInvalid, HasSubstr(character)));
  }
  EXPECT_OK(ValidateMemberName("\xC2\xA0"));      // U+00A0
  EXPECT_OK(ValidateMemberName("\xED\x9F\xBF"));  // U+D7FF
  EXPECT_OK(ValidateMemberName("\xEF\xA4\x80"));  // U+F900
}

TEST(ValidateMemberNameTest, F12_RefusesInvalidUtf8AndShowsItSafely) {
  EXPECT_THAT(ValidateMemberName("caf\xE9"),
              StatusIs(kInvalid, HasSubstr("\"caf\xEF\xBF\xBD\": not valid")));
  EXPECT_THAT(ValidateMemberName("\xED\xA0\x80"), StatusIs(kInvalid));
}

TEST(ValidateMemberNameTest, F12_TakesUpTo255Bytes) {
  EXPECT_OK(ValidateMemberName(std::string(255, 'a')));
  EXPECT_THAT(ValidateMemberName(std::string(256, 'a')),
              StatusIs(kInvalid, HasSubstr("256 bytes are more than 255")));
  EXPECT_THAT(ValidateMemberName(std::string(4096, 'a')), StatusIs(kInvalid));
}

TEST(ValidatePathTest, TakesAbsolutePaths) {
  for (const char* path :
       {"/", "/a", "/clusterServer", "/a/b c/ü/...", "/.a"}) {
    EXPECT_OK(ValidatePath(path)) << path;
  }
}

TEST(ValidatePathTest, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(ValidatePath(""), StatusIs(kInvalid, HasSubstr("start with")));
  EXPECT_THAT(ValidatePath("a/b"), StatusIs(kInvalid, HasSubstr("start with")));
  EXPECT_THAT(ValidatePath("/a/"),
              StatusIs(kInvalid, HasSubstr("empty name at byte 3")));
  EXPECT_THAT(ValidatePath("//"),
              StatusIs(kInvalid, HasSubstr("empty name at byte 1")));
  EXPECT_THAT(ValidatePath("/a//b"),
              StatusIs(kInvalid, HasSubstr("empty name at byte 3")));
  EXPECT_THAT(ValidatePath("/a/../b"),
              StatusIs(kInvalid, HasSubstr("\"..\" is no name")));
  EXPECT_THAT(ValidatePath("/a/b\tc"),
              StatusIs(kInvalid, HasSubstr("U+0009 at byte 4")));
  EXPECT_THAT(ValidatePath("/\xFF"),
              StatusIs(kInvalid, HasSubstr("not valid UTF-8")));
}

TEST(ValidateClusterNameTest, TakesLettersDigitsAndSomeMarks) {
  for (const char* name : {"default", "a", "7", "EU-west.1_b"}) {
    EXPECT_OK(ValidateClusterName(name)) << name;
  }
  EXPECT_OK(ValidateClusterName(std::string(63, 'a')));
}

TEST(ValidateClusterNameTest, RefusesTheRest) {
  EXPECT_THAT(ValidateClusterName(""), StatusIs(kInvalid));
  EXPECT_THAT(ValidateClusterName(std::string(64, 'a')),
              StatusIs(kInvalid, HasSubstr("64 bytes")));
  for (const char* name : {".", "..", "-a", "_a"}) {
    EXPECT_THAT(ValidateClusterName(name),
                StatusIs(kInvalid, HasSubstr("byte 0")));
  }
  for (const char* name : {"a/b", "a b", "a=", "a\n", "aü"}) {
    EXPECT_THAT(ValidateClusterName(name),
                StatusIs(kInvalid, HasSubstr("byte 1")));
  }
}

TEST(JoinPathTest, MindsTheRoot) {
  EXPECT_EQ(JoinPath("/", "a"), "/a");
  EXPECT_EQ(JoinPath("/a", "b"), "/a/b");
}

TEST(ClusterPathsTest, AreBelowTheCluster) {
  const ClusterPaths paths("/roster", "default");
  EXPECT_EQ(paths.control, "/roster/default/control");
  EXPECT_EQ(paths.policy, "/roster/default/policy");
  EXPECT_EQ(paths.budgets, "/roster/default/budgets");
  EXPECT_EQ(paths.admission, "/roster/default/admission");
  EXPECT_EQ(paths.ledger, "/roster/default/ledger");
  EXPECT_EQ(paths.audit, "/roster/default/audit");
  EXPECT_EQ(paths.operations, "/roster/default/operations");
  EXPECT_EQ(paths.requests, "/roster/default/requests");
  EXPECT_EQ(paths.monitors, "/roster/default/monitors");
  EXPECT_EQ(ClusterPaths("/", "c").control, "/c/control");
}

}  // namespace
}  // namespace roster::model
