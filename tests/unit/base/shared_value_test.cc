#include "base/shared_value.h"

#include <gtest/gtest.h>

#include <string>

namespace roster::base {
namespace {

TEST(SharedValueTest, IsTheDefaultUntilItIsGivenAValue) {
  SharedValue<std::string> value;
  EXPECT_EQ(*value, "");
  EXPECT_TRUE(value->empty());
  value = "text";
  EXPECT_EQ(*value, "text");
  value = std::string();
  EXPECT_EQ(*value, "");
}

TEST(SharedValueTest, CopiesShareTheValue) {
  const SharedValue<std::string> one = "text";
  const SharedValue<std::string> other = one;
  EXPECT_EQ(&*one, &*other);
}

TEST(SharedValueTest, DefaultsAreShared) {
  const SharedValue<std::string> one = "";
  const SharedValue<std::string> other;
  EXPECT_EQ(&*one, &*other);
}

TEST(SharedValueTest, ComparesWhatItHolds) {
  const SharedValue<std::string> one = "text";
  EXPECT_EQ(one, SharedValue<std::string>("text"));
  EXPECT_FALSE(one == SharedValue<std::string>("other"));
  EXPECT_FALSE(one == SharedValue<std::string>());
}

TEST(SharedValueTest, TheOneAssignedToLeavesTheOthers) {
  SharedValue<std::string> one = "text";
  const SharedValue<std::string> other = one;
  one = "new";
  EXPECT_EQ(*other, "text");
}

}  // namespace
}  // namespace roster::base
