#include "base/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace roster::base {
namespace {

using roster::testing::StatusIs;
using ::testing::HasSubstr;

struct Case {
  const char* text;
  const char* host;
  uint16_t port;
  const char* printed;
};

TEST(ListenAddressTest, ReadsAddressesOfBothFamilies) {
  for (const Case& c :
       {Case{"127.0.0.1:7470", "127.0.0.1", 7470, "127.0.0.1:7470"},
        Case{"[::1]:0", "::1", 0, "[::1]:0"},
        Case{"[::]:65535", "::", 65535, "[::]:65535"},
        Case{"localhost:80", "127.0.0.1", 80, "127.0.0.1:80"},
        Case{":7470", "0.0.0.0", 7470, "0.0.0.0:7470"}}) {
    ASSERT_OK_AND_ASSIGN(const ListenAddress address,
                         ParseListenAddress(c.text));
    EXPECT_EQ(address.host, c.host);
    EXPECT_EQ(address.port, c.port);
    EXPECT_EQ(address.ToString(), c.printed);
  }
}

TEST(ListenAddressTest, KnowsLoopback) {
  const auto is_loopback = [](const char* text) {
    return ParseListenAddress(text).value().IsLoopback();
  };

  EXPECT_TRUE(is_loopback("127.0.0.1:1"));
  EXPECT_TRUE(is_loopback("127.8.9.10:1"));
  EXPECT_TRUE(is_loopback("[::1]:1"));
  EXPECT_FALSE(is_loopback(":1"));
  EXPECT_FALSE(is_loopback("[::]:1"));
  EXPECT_FALSE(is_loopback("10.0.0.1:1"));
}

TEST(ListenAddressTest, RefusesTheRestAndShowsHowToWriteIt) {
  for (const char* text :
       {"", "7470", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
        "127.0.0.1:-1", "127.0.0.1:http", "::1", "::1:80", "[::1:80", "[:80",
        "[]:80", "example.org:80", "127.0.0.256:80", "127.0.0.1 :80"}) {
    EXPECT_THAT(ParseListenAddress(text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("write 127.0.0.1:7470 or [::1]:7470")))
        << text;
  }
}

}  // namespace
}  // namespace roster::base
