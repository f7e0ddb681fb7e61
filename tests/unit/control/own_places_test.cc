#include "monitor/control/own_places.h"

#include "base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

constexpr char kLocks[] = "/roster/east/locks";

bool IsRefused(std::string_view path, const std::vector<std::string>& own,
               std::string_view folder = kLocks) {
  const absl::Status status = CheckNotOwn(path, folder, own);
  if (status.ok()) return false;
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr(std::string(path))));
  EXPECT_EQ(base::DetailsOf(status).reason, "INVALID_COORDINATION_PATH");
  return true;
}

const std::vector<std::string>& TwoClusters() {
  static const auto* own =
      new std::vector<std::string>{"/east", "/clusters/west", "/roster"};
  return *own;
}

TEST(OwnPlacesTest, LeaveTheFolderOfLocksAndForeignPathsToPrograms) {
  for (const char* path :
       {"/roster/east/locks/a", "/roster/east/locks/a/b", "/programs/locks/a",
        "/rosters", "/eastern", "/clusters/western", "/clusters/north/a"})
    EXPECT_FALSE(IsRefused(path, TwoClusters())) << path;
}

TEST(OwnPlacesTest, RefuseMembersOfEveryClusterAndAllThatIsKept) {
  for (const char* path :
       {"/east", "/east/web-01", "/clusters/west", "/clusters/west/db-01",
        "/clusters", "/roster", "/roster/east", "/roster/east/locks",
        "/roster/east/locksmith", "/roster/east/control/web-01",
        "/roster/east/audit/e-0000000001", "/roster/west/budgets",
        "/roster/west/locks/a"})
    EXPECT_TRUE(IsRefused(path, TwoClusters())) << path;
}

TEST(OwnPlacesTest, MayLieInTheFolderOfLocksAndAreRefusedThere) {
  const std::vector<std::string> own = {"/roster", "/roster/east/locks/east"};
  EXPECT_TRUE(IsRefused("/roster/east/locks/east", own));
  EXPECT_TRUE(IsRefused("/roster/east/locks/east/web-01", own));
  EXPECT_FALSE(IsRefused("/roster/east/locks/a", own));
  EXPECT_TRUE(IsRefused("/roster/east/locks/web-01", {kLocks}));
}

TEST(OwnPlacesTest, MayBeTheRoot) {
  for (const char* path : {"/web-01", "/programs/locks/a", "/roster"})
    EXPECT_TRUE(IsRefused(path, {"/"})) << path;
  EXPECT_FALSE(IsRefused("/roster/east/locks/a", {"/"}));
  EXPECT_FALSE(IsRefused("/east/locks/a", {"/"}, "/east/locks"));
}

}  // namespace
}  // namespace roster::monitor
