#include "monitor/rpc/encoded_changes.h"

#include <gtest/gtest.h>

#include <string>

namespace roster::monitor {
namespace {

class EncodedChangesTest : public ::testing::Test {
 protected:
  std::string Get(uint64_t revision) {
    const grpc::Slice message = encoded_.Get(revision, [&] {
      ++encodings_;
      return grpc::Slice(std::to_string(revision));
    });
    return {reinterpret_cast<const char*>(message.begin()), message.size()};
  }

  EncodedChanges encoded_;
  int encodings_ = 0;
};

TEST_F(EncodedChangesTest, EncodesEachOfTheNewestOnce) {
  for (uint64_t round = 0; round < 2; ++round)
    for (uint64_t i = 1; i <= EncodedChanges::kKept; ++i)
      EXPECT_EQ(Get(i), std::to_string(i));
  EXPECT_EQ(encodings_, static_cast<int>(EncodedChanges::kKept));
}

TEST_F(EncodedChangesTest, WhoIsFarBehindPushesOutNothingNewer) {
  const uint64_t newest = 7 + EncodedChanges::kKept;
  Get(newest);
  EXPECT_EQ(Get(7), "7");
  EXPECT_EQ(encodings_, 2);
  EXPECT_EQ(Get(newest), std::to_string(newest));
  EXPECT_EQ(encodings_, 2);
}

}  // namespace
}  // namespace roster::monitor
