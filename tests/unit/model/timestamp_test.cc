#include "model/timestamp.h"

#include <gtest/gtest.h>

namespace roster::model {
namespace {

constexpr absl::Time kTime = absl::FromUnixSeconds(1795334405);
constexpr char kText[] = "2026-11-22T08:00:05Z";

TEST(TimestampTest, WritesUtcWithTheDigitsThatAreNeeded) {
  EXPECT_EQ(FormatTimestamp(kTime), kText);
  EXPECT_EQ(FormatTimestamp(kTime + absl::Milliseconds(120)),
            "2026-11-22T08:00:05.12Z");
  EXPECT_EQ(FormatTimestamp(kTime + absl::Nanoseconds(1)),
            "2026-11-22T08:00:05.000000001Z");
}

TEST(TimestampTest, PeopleReadWholeSeconds) {
  EXPECT_EQ(FormatSeconds(kTime + absl::Nanoseconds(999'999'999)), kText);
  EXPECT_EQ(FormatSeconds(absl::InfiniteFuture()), "9999-12-31T23:59:59Z");
}

TEST(TimestampTest, ReadsEveryOffsetAndFraction) {
  for (const char* text :
       {kText, "2026-11-22t08:00:05z", "2026-11-22T08:00:05.000Z",
        "2026-11-22T09:00:05+01:00", "2026-11-22T02:30:05-05:30",
        "2026-11-22T08:00:05-00:00"}) {
    EXPECT_EQ(ParseTimestamp(text), kTime) << text;
  }
  EXPECT_EQ(ParseTimestamp("2026-11-22T08:00:05.123456789Z"),
            kTime + absl::Nanoseconds(123456789));
  EXPECT_EQ(ParseTimestamp("2026-11-22T08:00:60Z"),
            kTime + absl::Seconds(55));  // a leap second
}

TEST(TimestampTest, EveryTimeReadsBackEqual) {
  for (absl::Time time :
       {kTime, absl::UnixEpoch(), kTime + absl::Nanoseconds(1) / 4,
        *ParseTimestamp("0001-01-01T00:00:00Z"),
        *ParseTimestamp("9999-12-31T23:59:59.999999999Z")}) {
    EXPECT_EQ(ParseTimestamp(FormatTimestamp(time)), time)
        << FormatTimestamp(time);
  }
}

TEST(TimestampTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "now", "infinite-future", "2026-11-22", "2026-11-22T08:00:05",
        "2026-11-22 08:00:05Z", " 2026-11-22T08:00:05Z",
        "2026-11-22T08:00:05Z ", "2026-13-22T08:00:05Z", "2026-02-30T08:00:05Z",
        "2026-11-22T24:00:01Z", "12026-11-22T08:00:05Z", "-026-11-22T08:00:05Z",
        "2026-11-22T08:00:05+25:00", "2026-11-22T08:00:05Zulu", "1795334405",
        "0001-01-01T00:00:00+01:00", "0000-12-31T00:00:00Z"}) {
    EXPECT_EQ(ParseTimestamp(text), std::nullopt) << text;
  }
}

TEST(TimestampTest, OutsideItsYearsWritesTheNearest) {
  EXPECT_EQ(FormatTimestamp(absl::InfinitePast()), "0001-01-01T00:00:00Z");
  EXPECT_EQ(FormatTimestamp(absl::InfiniteFuture()),
            "9999-12-31T23:59:59.999999999Z");
  EXPECT_FALSE(IsTimestamp(absl::InfiniteFuture()));
  EXPECT_FALSE(IsTimestamp(absl::InfinitePast()));
  EXPECT_TRUE(IsTimestamp(kTime));
}

}  // namespace
}  // namespace roster::model
