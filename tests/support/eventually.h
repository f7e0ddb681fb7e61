#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

// Waiting for something that another thread, process or server brings about.
// Tests never sleep for a guessed time: they name the condition.
//
//   EVENTUALLY(server.ready());                          // fatal
//   EVENTUALLY_THAT(table.size(), Eq(3));                // fatal, says why
//   EXPECT_TRUE(WaitUntil([&] { return done; }, "done"));
//
// Every wait is bounded by Scaled(10 s), so that one environment variable
// makes slow runs (sanitizers, a busy machine) patient.

namespace roster::testing {

inline constexpr absl::Duration kWaitTimeout = absl::Seconds(10);

// `duration` times ROSTER_TEST_TIMEOUT_FACTOR, a number of at least 1 in the
// environment; 1 without it.
absl::Duration Scaled(absl::Duration duration);

// Polls `condition` every few milliseconds until it is true. Otherwise a
// failure that names `what`, the condition in words, once Scaled(timeout) is
// over. `condition` runs on the calling thread.
::testing::AssertionResult WaitUntil(const std::function<bool()>& condition,
                                     std::string_view what = "the condition",
                                     absl::Duration timeout = kWaitTimeout);

// The same for a value and a matcher; the failure shows the last value.
template <typename Value, typename Matcher>
::testing::AssertionResult WaitUntilThat(
    const Value& value, const Matcher& matcher, std::string_view what,
    absl::Duration timeout = kWaitTimeout) {
  std::string last;
  ::testing::AssertionResult result = WaitUntil(
      [&] {
        const auto now = value();
        ::testing::StringMatchResultListener listener;
        if (::testing::ExplainMatchResult(matcher, now, &listener)) return true;
        last = ::testing::PrintToString(now) + " " + listener.str();
        return false;
      },
      what, timeout);
  if (!result) result << "; at last it was " << last;
  return result;
}

}  // namespace roster::testing

#define EVENTUALLY(condition)               \
  ASSERT_TRUE(::roster::testing::WaitUntil( \
      [&]() -> bool { return static_cast<bool>(condition); }, #condition))

#define EVENTUALLY_THAT(expr, matcher)                                 \
  ASSERT_TRUE(::roster::testing::WaitUntilThat([&] { return (expr); }, \
                                               (matcher), #expr " " #matcher))
