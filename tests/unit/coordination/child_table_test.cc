#include "coordination/child_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace roster::coordination {
namespace {

using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

constexpr uint32_t kSession = 1;

// Reads all that is to be read, as in session `kSession`.
std::vector<std::string> ReadAll(ChildTable& table) {
  std::vector<std::string> read;
  while (const auto name = table.NextToRead()) {
    ChildTable::Child* const child = table.Find(*name);
    child->reading = false;
    child->armed_in = kSession;
    table.SetTold(*child);
    read.push_back(*name);
  }
  return read;
}

TEST(ChildTableTest, WhoIsNewIsReadAndWhoIsWatchedIsNot) {
  ChildTable table;
  table.TakeListing({"a", "b"}, kSession);
  EXPECT_TRUE(table.has_queued());
  EXPECT_THAT(ReadAll(table), UnorderedElementsAre("a", "b"));
  EXPECT_EQ(table.told(), 2u);

  table.TakeListing({"a", "b", "c"}, kSession);
  EXPECT_THAT(ReadAll(table), UnorderedElementsAre("c"));
  table.TakeListing({"a", "b", "c"}, kSession + 1);
  EXPECT_THAT(ReadAll(table), UnorderedElementsAre("a", "b", "c"));
}

TEST(ChildTableTest, WhoIsNoLongerListedIsNamedUntilErased) {
  ChildTable table;
  table.TakeListing({"a", "b"}, kSession);
  ReadAll(table);
  table.TakeListing({"b", "c"}, kSession);
  EXPECT_THAT(table.Unlisted(), UnorderedElementsAre("a"));

  EXPECT_TRUE(table.Erase("a"));
  EXPECT_FALSE(table.Erase("a"));
  EXPECT_FALSE(table.Erase("c")) << "nobody was told of it";
  EXPECT_THAT(table.Unlisted(), IsEmpty());
  EXPECT_EQ(table.told(), 1u);
  EXPECT_EQ(table.NextToRead(), std::nullopt) << "c is gone";
}

TEST(ChildTableTest, AChangeGoesBeforeNewcomersAndOnceMoreAfterARead) {
  ChildTable table;
  table.TakeListing({"a"}, kSession);
  ReadAll(table);
  table.TakeListing({"a", "b", "c"}, kSession);
  ChildTable::Child& changed = *table.Find("a");
  table.QueueRead("a", changed, /*first=*/true);
  table.QueueRead("a", changed, /*first=*/true);
  EXPECT_THAT(table.NextToRead(), Optional(std::string("a")));
  EXPECT_TRUE(changed.reading);

  table.QueueRead("a", changed);
  EXPECT_TRUE(changed.read_again);
  EXPECT_FALSE(changed.queued) << "one read of a child at a time";
}

TEST(ChildTableTest, WhoFailedWaitsForItsTurnAlsoIfListedAgain) {
  ChildTable table;
  table.TakeListing({"a"}, kSession);
  ASSERT_THAT(table.NextToRead(), Optional(std::string("a")));
  table.Find("a")->reading = false;
  table.Find("a")->failed = true;

  table.TakeListing({"a"}, kSession);
  EXPECT_EQ(table.NextToRead(), std::nullopt);
  table.QueueFailed();
  EXPECT_THAT(ReadAll(table), UnorderedElementsAre("a"));
}

}  // namespace
}  // namespace roster::coordination
