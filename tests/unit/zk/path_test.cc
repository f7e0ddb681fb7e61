#include "zk/path.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/status_matchers.h"

namespace roster::zk {
namespace {

using ::roster::testing::StatusIs;

TEST(PathTest, TakesEveryPrintableName) {
  for (const char* path :
       {"/", "/a", "/a/b", "/...", "/.a", "/a.", "/ ", "/a b", "/ü", "/日本",
        "/host:1#2", "/{}\"\\'<>&%$", "/[::1]:80"})
    EXPECT_OK(ValidatePath(path)) << path;
  EXPECT_OK(ValidatePath("/" + std::string(4096, 'x')));
}

TEST(PathTest, RefusesWhatIsNoPath) {
  for (const std::string& path :
       {std::string(), std::string("a"), std::string("/a/"), std::string("//"),
        std::string("/a//b"), std::string("/."), std::string("/.."),
        std::string("/a/./b"), std::string("/a/../b"), std::string("/\0", 2),
        std::string("/a\nb"), std::string("/\x1f"), std::string("/\x7f"),
        std::string("/\xc3"), std::string("/\xed\xa0\x80")})
    EXPECT_THAT(ValidatePath(path),
                StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace roster::zk
