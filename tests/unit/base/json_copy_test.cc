#include "base/json_copy.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json_field.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace roster::base {
namespace {

using ::roster::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;
using enum absl::StatusCode;

class JsonCopyTest : public ::testing::Test {
 protected:
  void Put(std::string_view bytes) { testing::WriteFile(file_, bytes); }

  const testing::TempDir dir_;
  const std::string file_ = dir_.File("copy.json");
  const JsonCopy copy_{file_, "zk:2181 /roster", 2};
};

TEST_F(JsonCopyTest, WhatIsWrittenReadsBackEqual) {
  ASSERT_OK(copy_.Write({{"who", "web-01"}, {"count", 7}}));
  ASSERT_OK(copy_.Write({{"who", "web-02"}, {"count", 8}}));

  ASSERT_OK_AND_ASSIGN(const Json read, copy_.Load());

  EXPECT_EQ(TextField(read, "who"), "web-02");
  EXPECT_EQ(IntegerField(read, "count"), 8);
  struct stat its {};
  ASSERT_EQ(::stat(file_.c_str(), &its), 0);
  EXPECT_EQ(its.st_mode & 0777, 0600u);
}

TEST_F(JsonCopyTest, WhatIsNoUtf8IsStillACopy) {
  ASSERT_OK(copy_.Write({{"who", "\xff"}}));

  ASSERT_OK_AND_ASSIGN(const Json read, copy_.Load());

  EXPECT_EQ(TextField(read, "who"), "\uFFFD");
}

TEST_F(JsonCopyTest, WhatIsNoFileIsNoCopy) {
  EXPECT_THAT(copy_.Load(), StatusIs(kNotFound, HasSubstr(file_)));
  std::filesystem::create_directory(file_);
  EXPECT_THAT(copy_.Load(), StatusIs(kFailedPrecondition, HasSubstr(file_)));
  EXPECT_FALSE(copy_.Write(Json::object()).ok());
  EXPECT_TRUE(std::filesystem::is_directory(file_));
  std::filesystem::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THAT(copy_.Load(), StatusIs(kFailedPrecondition, HasSubstr(file_)));
}

TEST_F(JsonCopyTest, ALinkIsReadAndThenReplacedItself) {
  const std::string elsewhere = dir_.File("elsewhere.json");
  std::filesystem::create_symlink(elsewhere, file_);
  EXPECT_THAT(copy_.Load(), StatusIs(kNotFound));  // it leads nowhere
  const std::string bytes = R"({"v":2,"origin":"zk:2181 /roster","who":"x"})";
  testing::WriteFile(elsewhere, bytes);
  ASSERT_OK_AND_ASSIGN(const Json read, copy_.Load());
  EXPECT_EQ(TextField(read, "who"), "x");

  ASSERT_OK(copy_.Write({{"who", "y"}}));

  EXPECT_FALSE(std::filesystem::is_symlink(file_));
  EXPECT_EQ(testing::ReadFile(elsewhere), bytes);
}

TEST_F(JsonCopyTest, TruncatedJsonIsBroken) {
  ASSERT_OK(copy_.Write({{"who", "web-01"}}));
  const std::string whole = testing::ReadFile(file_);
  for (size_t size = 0; size < whole.rfind('}'); ++size) {
    Put(whole.substr(0, size));
    ASSERT_THAT(copy_.Load(), StatusIs(kInvalidArgument, HasSubstr(file_)))
        << size;
  }
  Put("[]");
  EXPECT_THAT(copy_.Load(), StatusIs(kInvalidArgument, HasSubstr("object")));
}

TEST_F(JsonCopyTest, AnotherVersionIsNotReadAsThisOne) {
  for (const char* v : {"3", "1", "\"2\"", "null", "18446744073709551618"}) {
    Put(StrCat(R"({"v":)", v, R"(,"origin":"zk:2181 /roster"})"));
    EXPECT_THAT(copy_.Load(), StatusIs(kInvalidArgument, HasSubstr("version")))
        << v;
  }
}

TEST_F(JsonCopyTest, ACopyOfSomethingElseIsNotUsed) {
  ASSERT_OK(JsonCopy(file_, "other:2181", 2).Write(Json::object()));
  EXPECT_THAT(copy_.Load(), StatusIs(kFailedPrecondition,
                                     AllOf(HasSubstr("other:2181"),
                                           HasSubstr("zk:2181 /roster"))));
}

// Root may read everything, so somebody else asks.
TEST_F(JsonCopyTest, WhatMayNotBeReadIsSaid) {
  ASSERT_OK(copy_.Write(Json::object()));
  std::filesystem::permissions(file_, std::filesystem::perms::none);
  std::filesystem::permissions(dir_.path(), std::filesystem::perms::all);
  const auto load_as_nobody = [&] {
    if (::geteuid() == 0 && ::seteuid(65'534) != 0) ::_exit(2);
    const absl::StatusCode code = copy_.Load().status().code();
    ::_exit(code == kPermissionDenied ? 0 : 1);
  };
  EXPECT_EXIT(load_as_nobody(), ::testing::ExitedWithCode(0), "");
}

TEST_F(JsonCopyTest, AFolderThatIsMissingOrAFileIsAnError) {
  EXPECT_THAT(JsonCopy("/nonexistent/copy.json", "x", 1).Write(Json::object()),
              StatusIs(kNotFound));
  Put("");
  const JsonCopy inside(file_ + "/copy.json", "x", 1);
  EXPECT_FALSE(inside.Write(Json::object()).ok());
  EXPECT_THAT(inside.Load(), StatusIs(kNotFound));
}

}  // namespace
}  // namespace roster::base
