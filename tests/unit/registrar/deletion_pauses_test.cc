#include "registrar/deletion_pauses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roster::registrar {
namespace {

using ::testing::AllOf;
using ::testing::Eq;
using ::testing::Ge;
using ::testing::Le;

constexpr absl::Duration kBriefly = absl::Milliseconds(5);

TEST(DeletionPausesTest, FirstDeletionIsMendedAtOnce) {
  EXPECT_EQ(DeletionPauses().Next(kBriefly), absl::ZeroDuration());
  EXPECT_EQ(DeletionPauses().Next(absl::Hours(1)), absl::ZeroDuration());
}

TEST(DeletionPausesTest, RepeatedDeletionsAreMendedAfterGrowingPauses) {
  DeletionPauses pauses;
  pauses.Next(kBriefly);
  absl::Duration bound = DeletionPauses::kFirst;
  for (int i = 0; i < 12; ++i) {
    EXPECT_THAT(pauses.Next(kBriefly), AllOf(Ge(bound / 10), Le(bound)));
    bound = std::min(bound * 2, DeletionPauses::kLongest);
  }
}

TEST(DeletionPausesTest, NodeThatStoodForLongBeginsAnew) {
  DeletionPauses pauses;
  for (int i = 0; i < 12; ++i) pauses.Next(kBriefly);

  EXPECT_EQ(pauses.Next(DeletionPauses::kStable), absl::ZeroDuration());
  EXPECT_THAT(pauses.Next(kBriefly), Le(DeletionPauses::kFirst));
}

}  // namespace
}  // namespace roster::registrar
