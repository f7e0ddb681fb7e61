#include "base/compact_time.h"

#include <gtest/gtest.h>

namespace roster::base {
namespace {

TEST(CompactTimeTest, KeepsTimesAndTheInfiniteOnes) {
  for (const absl::Time time :
       {absl::UnixEpoch(), absl::FromUnixNanos(1'763'800'000'123'456'789),
        absl::FromUnixSeconds(-1), absl::InfinitePast(),
        absl::InfiniteFuture()}) {
    EXPECT_EQ(CompactTime(time), time);
  }
  EXPECT_EQ(CompactTime(), absl::Time());
  EXPECT_EQ(sizeof(CompactTime), 8u);
}

TEST(CompactTimeTest, WhatIsOutOfItsRangeIsInfinite) {
  const absl::CivilSecond early(1600, 1, 1), late(2300, 1, 1);
  EXPECT_EQ(CompactTime(absl::FromCivil(early, absl::UTCTimeZone())),
            absl::InfinitePast());
  EXPECT_EQ(CompactTime(absl::FromCivil(late, absl::UTCTimeZone())),
            absl::InfiniteFuture());
}

TEST(CompactTimeTest, IsReckonedWithAsATime) {
  const CompactTime begin = absl::FromUnixSeconds(100);
  const CompactTime end = begin + absl::Seconds(20);
  EXPECT_EQ(end - begin, absl::Seconds(20));
  EXPECT_LT(begin, end);
  EXPECT_LE(begin, absl::FromUnixSeconds(100));
}

}  // namespace
}  // namespace roster::base
