#include "base/callback_scope.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace roster::base {
namespace {

TEST(CallbackScopeTest, CallsThroughWhileTheScopeLives) {
  CallbackScope scope;
  int sum = 0;
  auto add = scope.Wrap([&](int a, int b) { sum += a + b; });

  add(1, 2);
  add(3, 4);

  EXPECT_EQ(sum, 10);
}

TEST(CallbackScopeTest, IsSilentAfterTheScopeIsGone) {
  int calls = 0;
  std::optional<CallbackScope> scope(std::in_place);
  std::function<void()> call = scope->Wrap([&] { ++calls; });

  scope.reset();
  call();

  EXPECT_EQ(calls, 0);
}

TEST(CallbackScopeTest, ResetSilencesWhatWasWrappedBefore) {
  int before = 0;
  int after = 0;
  CallbackScope scope;
  auto old_call = scope.Wrap([&] { ++before; });
  scope.Reset();
  auto new_call = scope.Wrap([&] { ++after; });

  old_call();
  new_call();

  EXPECT_EQ(before, 0);
  EXPECT_EQ(after, 1);
}

TEST(CallbackScopeTest, PassesArgumentsThatCanOnlyBeMoved) {
  CallbackScope scope;
  std::unique_ptr<int> got;
  auto take = scope.Wrap([&](std::unique_ptr<int> p) { got = std::move(p); });

  take(std::make_unique<int>(7));

  ASSERT_NE(got, nullptr);
  EXPECT_EQ(*got, 7);
}

}  // namespace
}  // namespace roster::base
