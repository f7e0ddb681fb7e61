#include "base/backoff.h"

#include <gtest/gtest.h>

#include <set>

namespace roster::base {
namespace {

constexpr absl::Duration kFirst = absl::Milliseconds(100);
constexpr absl::Duration kCap = absl::Seconds(1);

TEST(BackoffTest, TheBoundDoublesUpToTheCap) {
  Backoff backoff(kFirst, kCap);
  for (absl::Duration bound :
       {kFirst, 2 * kFirst, 4 * kFirst, 8 * kFirst, kCap, kCap, kCap}) {
    const absl::Duration pause = backoff.Next();
    EXPECT_GE(pause, bound / 10 - absl::Nanoseconds(1));
    EXPECT_LE(pause, bound);
  }
}

TEST(BackoffTest, ResetStartsOver) {
  Backoff backoff(kFirst, kCap);
  for (int i = 0; i < 10; ++i) backoff.Next();
  backoff.Reset();

  EXPECT_LE(backoff.Next(), kFirst);
}

TEST(BackoffTest, PausesDiffer) {
  std::set<absl::Duration> pauses;
  for (int i = 0; i < 20; ++i) pauses.insert(Backoff(kFirst, kCap).Next());

  EXPECT_GT(pauses.size(), 10u);
}

}  // namespace
}  // namespace roster::base
