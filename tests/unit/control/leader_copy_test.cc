#include "monitor/control/leader_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;
using testing::TempDir;
using enum absl::StatusCode;

class LeaderCopyTest : public ::testing::Test {
 protected:
  void Put(const std::string& bytes) { std::ofstream(file_) << bytes; }

  TempDir dir_{"leader-copy"};
  const std::string file_ = (dir_.path() / "leaders.json").string();
  const LeaderCopy copy_{file_, "zk:2181 /roster/default/elections"};
};

TEST_F(LeaderCopyTest, WhatIsWrittenReadsBackEqual) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  RememberedLeaders leaders;
  leaders["reporter"] = {
      .seen = true,
      .leader = coordination::Leader{.node_path = "/e/_c_x-latch-0000000001",
                                     .data = "web-01",
                                     .data_size = 60'000,
                                     .id = "web-01",
                                     .token = 4294967301,
                                     .session_id = -7,
                                     .since = now - absl::Hours(1)},
      .as_of = now};
  leaders["nobody"] = {.seen = true, .as_of = now};
  leaders["/app/leader"] = {
      .designation = model::Designation{.version = 2, .leaders = {"a", "b"}},
      .designation_as_of = now};
  ASSERT_OK(copy_.Write(leaders));

  ASSERT_OK_AND_ASSIGN(const RememberedLeaders read, copy_.Load());

  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read.at("reporter").leader, leaders["reporter"].leader);
  EXPECT_EQ(read.at("reporter").as_of, now);
  EXPECT_TRUE(read.at("nobody").seen);
  EXPECT_FALSE(read.at("nobody").leader);
  EXPECT_FALSE(read.at("/app/leader").seen);
  EXPECT_EQ(read.at("/app/leader").designation,
            leaders["/app/leader"].designation);
}

// As an older rosterd wrote it: the data whole, and no size.
TEST_F(LeaderCopyTest, OfALeadersDataOnlyTheBeginningIsRead) {
  Put(R"({"v":1,"origin":"zk:2181 /roster/default/elections","elections":
         {"x":{"as_of":"2026-11-22T08:00:00Z","leader":{"node":"/e/x","data":")" +
      std::string(60'000, 'd') + R"("}}}})");

  ASSERT_OK_AND_ASSIGN(const RememberedLeaders read, copy_.Load());

  EXPECT_EQ(read.at("x").leader->data, std::string(1024, 'd'));
  EXPECT_EQ(read.at("x").leader->data_size, 60'000u);
}

TEST_F(LeaderCopyTest, AFileThatNobodyWroteIsNotReadIntoMemory) {
  Put("{");
  std::filesystem::resize_file(file_, uintmax_t{8} << 30);

  EXPECT_THAT(copy_.Load(), StatusIs(kInvalidArgument, HasSubstr("bytes")));
}

TEST_F(LeaderCopyTest, SaysWhyItIsOfNoUse) {
  EXPECT_THAT(copy_.Load(), StatusIs(kNotFound));
  Put("{");
  EXPECT_THAT(copy_.Load(), StatusIs(kInvalidArgument, HasSubstr("no JSON")));
  Put(R"({"v":2})");
  EXPECT_THAT(copy_.Load(), StatusIs(kInvalidArgument, HasSubstr("version")));
  Put(R"({"v":1,"origin":"other:2181"})");
  EXPECT_THAT(copy_.Load(),
              StatusIs(kFailedPrecondition, HasSubstr("other:2181")));
  Put(R"({"v":1,"origin":"zk:2181 /roster/default/elections",)"
      R"("elections":{"x":{"designation":{"v":1}}}})");
  EXPECT_THAT(copy_.Load(), StatusIs(kInvalidArgument, HasSubstr("leaders")));
}

TEST_F(LeaderCopyTest, AFolderInItsPlaceIsNoCopy) {
  std::filesystem::create_directory(file_);

  EXPECT_THAT(copy_.Load().status(),
              StatusIs(kFailedPrecondition, HasSubstr("is no file")));
}

TEST_F(LeaderCopyTest, AFolderThatIsMissingIsAnError) {
  const LeaderCopy copy("/nonexistent/leaders.json", "x");
  EXPECT_THAT(copy.Write({}), StatusIs(kNotFound));
}

}  // namespace
}  // namespace roster::monitor
