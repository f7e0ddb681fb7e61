// What becomes of --data before anything is kept there.
#include "monitor/data_folder.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace roster::monitor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(DataFolderTest, IsMadeIfOnlyItsLastPartIsMissing) {
  const testing::TempDir dir;
  EXPECT_OK(PrepareDataFolder(dir.File("new")));
  EXPECT_TRUE(std::filesystem::is_directory(dir.File("new")));
  EXPECT_OK(PrepareDataFolder(dir.File("new"))) << "it is there";

  const absl::Status status = PrepareDataFolder(dir.File("no/such"));
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("--data "), HasSubstr("no/such"),
                    HasSubstr("No such file or directory")));
  EXPECT_FALSE(std::filesystem::exists(dir.File("no")));
}

TEST(DataFolderTest, AFileIsNone) {
  const testing::TempDir dir;
  testing::WriteFile(dir.File("file"), "x");
  EXPECT_THAT(PrepareDataFolder(dir.File("file")).message(),
              HasSubstr("file: it is no folder"));
  EXPECT_THAT(PrepareDataFolder(dir.File("file/below")).message(),
              HasSubstr("Not a directory"));
}

}  // namespace
}  // namespace roster::monitor
