#include "coordination/queue_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace roster::coordination {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;

TEST(ListedItemTest, ReadsEveryFormat) {
  struct Case {
    const char* name;
    QueueWriter writer;
    int priority;
    int64_t sequence;
    absl::Time due = absl::InfinitePast();
  };
  const Case cases[] = {
      {"qn-0000000007", QueueWriter::kAnybody, 100, 7},
      {"entry-005-0000000008", QueueWriter::kKazoo, 5, 8},
      {"due-001700000000000-100-0000000009", QueueWriter::kRoster, 100, 9,
       absl::FromUnixMillis(1700000000000)},
      {"queue-0000000010", QueueWriter::kCurator, 0, 10},
      {"queue-|order 7|0000000011", QueueWriter::kCurator, 0, 11},
      {"queue-|18BCFE56800|0000000012", QueueWriter::kCurator, 0, 12,
       absl::FromUnixMillis(1700000000000)},
      {"queue-1000000640000000013", QueueWriter::kCurator, 100, 13},
      {"queue-0FFFFFFFE0000000014", QueueWriter::kCurator, -2, 14},
      {"queue--2147483648", QueueWriter::kCurator, 0, -2147483648LL},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    const auto listed = ParseListedItem(one.name);
    ASSERT_TRUE(listed.has_value());
    EXPECT_EQ(listed->item.name, one.name);
    EXPECT_EQ(listed->writer, one.writer);
    EXPECT_EQ(listed->item.priority, one.priority);
    EXPECT_EQ(listed->item.sequence, one.sequence);
    EXPECT_EQ(listed->item.due, one.due);
  }
}

TEST(ListedItemTest, RefusesEverythingElse) {
  for (const char* name :
       {"", "queue-", "queue-1", "queue-|", "queue-|0000000001", "queue-||",
        "queue-x00000640000000013", "queue-2000000640000000013", "entries",
        "entry-1-0000000001", "junk"})
    EXPECT_FALSE(ParseListedItem(name).has_value()) << name;
}

std::vector<std::string> Names(const QueueListing& listing) {
  std::vector<std::string> names;
  for (const ListedItem& listed : listing.items)
    names.push_back(listed.item.name);
  return names;
}

TEST(QueueListingTest, IsInTheOrderOfConsumers) {
  const QueueListing listing =
      ListQueue({"qn-0000000003", "junk", "entry-001-0000000004",
                 "entry-100-0000000001", "a"});
  EXPECT_THAT(Names(listing),
              ElementsAre("entry-001-0000000004", "entry-100-0000000001",
                          "qn-0000000003"));
  EXPECT_THAT(listing.foreign, ElementsAre("a", "junk"));
  EXPECT_EQ(OldestItem(listing).item.name, "entry-100-0000000001");
}

TEST(QueueListingTest, CuratorsDelayedItemsComeAsTheyFallDue) {
  EXPECT_THAT(Names(ListQueue({"queue-|18BCFE56801|0000000001",
                               "queue-|18BCFE56800|0000000002"})),
              ElementsAre("queue-|18BCFE56800|0000000002",
                          "queue-|18BCFE56801|0000000001"));
}

TEST(QueueListingTest, FollowsTheCounterPastItsEnd) {
  const QueueListing listing = ListQueue({"qn--2147483648", "qn-2147483647"});
  EXPECT_THAT(Names(listing), ElementsAre("qn-2147483647", "qn--2147483648"));
  EXPECT_EQ(OldestItem(listing).item.name, "qn-2147483647");
}

}  // namespace
}  // namespace roster::coordination
