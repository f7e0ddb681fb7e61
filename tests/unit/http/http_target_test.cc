#include "monitor/http/http_target.h"

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using testing::StatusIs;

TEST(HttpTargetTest, DecodesThePathAndKeepsTheQuery) {
  const auto target = ParseHttpTarget("/a%20b/%C3%A9?x=%20&y=/../");

  ASSERT_OK(target);
  EXPECT_EQ(target->path, "/a b/é");
  EXPECT_EQ(target->query, "x=%20&y=/../");
}

TEST(HttpTargetTest, ReadsTheFormThatProxiesAreSent) {
  EXPECT_EQ(ParseHttpTarget("http://host:80/a?b")->path, "/a");
  EXPECT_EQ(ParseHttpTarget("http://host:80/a?b")->query, "b");
  EXPECT_EQ(ParseHttpTarget("https://host")->path, "/");
}

TEST(HttpTargetTest, DecodesOnlyOnce) {
  EXPECT_EQ(ParseHttpTarget("/%252e%252e/a")->path, "/%2e%2e/a");
}

TEST(HttpTargetTest, F59_RefusesWhatIsNoPath) {
  for (const char* target :
       {"",      "*",           "a",      "%2fa",          "/%",
        "/%1",   "/%g1",        "/%1g",   "/%ff",          "/%c0%ae",
        "/\x80", "/%0a",        "/%7f",   "/a/..",         "/../a",
        "/./a",  "/a/%2E%2e/b", "/..%2f", "http://host?a", "ftp://host/a"})
    EXPECT_THAT(ParseHttpTarget(target),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << target;
}

}  // namespace
}  // namespace roster::monitor
