#include "monitor/rpc/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using ::roster::testing::IsOkAndHolds;
using ::roster::testing::StatusIs;
using ::testing::ElementsAre;

TEST(TokensTest, PackedFieldsComeBack) {
  const std::string bytes("\0:\n1:x", 6);
  EXPECT_THAT(UnpackToken(PackToken({"a", "", bytes}), 3),
              IsOkAndHolds(ElementsAre("a", "", bytes)));
}

TEST(TokensTest, GarbageIsNoToken) {
  for (const std::string& garbage :
       {std::string("x"), std::string("!!!"), std::string(100'000, 'A'),
        absl::WebSafeBase64Escape("99:a"), absl::WebSafeBase64Escape("-1:a"),
        absl::WebSafeBase64Escape("99999999999999999999:a"),
        absl::WebSafeBase64Escape("a"), PackToken({"one"})}) {
    EXPECT_THAT(UnpackToken(garbage, 2),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << garbage.substr(0, 20);
  }
}

TEST(TokensTest, ResumeTokensComeBack) {
  const auto token = ParseResumeToken(MakeResumeToken("run:1/alpha", 42));
  ASSERT_OK(token);
  EXPECT_EQ(token->stream, "run:1/alpha");
  EXPECT_EQ(token->number, 42u);
}

TEST(TokensTest, GarbageIsNoResumeToken) {
  for (const std::string& garbage :
       {std::string("x"), std::string(":1"), std::string("a:"),
        std::string("a:-1"), std::string("a:1x"),
        std::string("a:99999999999999999999"),
        std::string(100'000, 'a') + ":1"}) {
    EXPECT_THAT(ParseResumeToken(garbage),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << garbage.substr(0, 20);
  }
}

TEST(TokensTest, FingerprintsAreTheSameEverywhere) {
  // The published test values of FNV-1a.
  EXPECT_EQ(Fingerprint(""), 0xcbf29ce484222325);
  EXPECT_EQ(Fingerprint("foobar"), 0x85944171f73967e8);
}

}  // namespace
}  // namespace roster::monitor
