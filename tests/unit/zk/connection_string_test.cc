#include "zk/connection_string.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace roster::zk {
namespace {

using ::roster::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ConnectionStringTest, SplitsServersAndChroot) {
  ASSERT_OK_AND_ASSIGN(const ConnectionString parsed,
                       ParseConnectionString("zk1:2181, 10.0.0.1:1,[::1]:2/a"));
  ASSERT_EQ(parsed.servers.size(), 3u);
  EXPECT_EQ(parsed.servers[0].host, "zk1");
  EXPECT_EQ(parsed.servers[0].port, 2181);
  EXPECT_FALSE(parsed.servers[0].is_address);
  EXPECT_EQ(parsed.servers[1].host, "10.0.0.1");
  EXPECT_TRUE(parsed.servers[1].is_address);
  EXPECT_EQ(parsed.servers[2].host, "::1");
  EXPECT_TRUE(parsed.servers[2].is_address);
  EXPECT_EQ(parsed.chroot, "/a");
}

TEST(ConnectionStringTest, TakesARootOnlyForNoChroot) {
  ASSERT_OK_AND_ASSIGN(const ConnectionString parsed,
                       ParseConnectionString("zk1:2181/"));
  EXPECT_EQ(parsed.chroot, "");
}

TEST(ConnectionStringTest, NamesTheWrongPart) {
  EXPECT_THAT(ParseConnectionString("a:1,b:99999"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"b:99999\" has no port")));
  EXPECT_THAT(ParseConnectionString("a"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"a\" has no port")));
  EXPECT_THAT(
      ParseConnectionString("::1:2181"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("brackets")));
  EXPECT_THAT(
      ParseConnectionString("a:1,,b:2"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("empty server")));
  EXPECT_THAT(
      ParseConnectionString("a:1/x/../y"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("relative part")));
}

TEST(ConnectionStringTest, EscapesWhatItQuotes) {
  EXPECT_THAT(
      ParseConnectionString("a\n\x01:1"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a\\n\\001:1")));
}

}  // namespace
}  // namespace roster::zk
