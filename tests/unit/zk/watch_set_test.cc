#include "zk/watch_set.h"

#include <gtest/gtest.h>

namespace roster::zk {
namespace {

using Kind = WatchSet::Kind;

TEST(WatchSetTest, CountsEachWatchOnce) {
  WatchSet watches;
  watches.Add(Kind::kNode, "/a/b");
  watches.Add(Kind::kNode, "/a/b");
  EXPECT_EQ(watches.bytes(), 8u);
  watches.Add(Kind::kChildren, "/a/b");
  watches.Add(Kind::kNode, "/a/bc");
  EXPECT_EQ(watches.bytes(), 25u);
}

TEST(WatchSetTest, ForgetsWhatFired) {
  WatchSet watches;
  watches.Add(Kind::kNode, "/a");
  watches.Add(Kind::kChildren, "/a");
  watches.Remove(Kind::kNode, "/a");
  watches.Remove(Kind::kNode, "/a");
  watches.Remove(Kind::kNode, "/never");
  EXPECT_EQ(watches.bytes(), 6u);
  watches.Clear();
  EXPECT_EQ(watches.bytes(), 0u);
  watches.Add(Kind::kChildren, "/a");
  EXPECT_EQ(watches.bytes(), 6u);
}

}  // namespace
}  // namespace roster::zk
