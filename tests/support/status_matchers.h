#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Matchers for absl::Status and absl::StatusOr, which the abseil of Debian 12
// does not bring:
//
//   EXPECT_OK(status_or);
//   EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
//   EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound,
//                                HasSubstr("/members/a")));
//   EXPECT_THAT(ParseCount("3"), IsOkAndHolds(Gt(2)));
//
// There is no "is some error": a test names the error it expects.

namespace roster::testing {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  if (!StatusOf(arg).ok()) *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// Matches a Status or StatusOr whose code equals `code`.
MATCHER_P(StatusIs, code,
          std::string(negation ? "does not have" : "has") + " status code " +
              absl::StatusCodeToString(code)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

// The same, with a matcher (or a whole string) for the message.
MATCHER_P2(StatusIs, code, message,
           std::string(negation ? "does not have" : "has") + " status code " +
               absl::StatusCodeToString(code) + " with a message that " +
               ::testing::DescribeMatcher<std::string>(message)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         ::testing::Matches(::testing::MatcherCast<std::string>(message))(
             std::string(StatusOf(arg).message()));
}

// Matches an OK StatusOr whose value matches `inner`.
MATCHER_P(IsOkAndHolds, inner,
          std::string(negation ? "is not OK or does not hold"
                               : "is OK and holds") +
              " the expected value") {
  if (!arg.ok()) {
    *result_listener << "which is " << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(inner, *arg, result_listener);
}

}  // namespace roster::testing

#define EXPECT_OK(expr) EXPECT_THAT((expr), ::roster::testing::IsOk())
#define ASSERT_OK(expr) ASSERT_THAT((expr), ::roster::testing::IsOk())

// ASSERT_OK_AND_ASSIGN(auto x, ReturnsStatusOr()) fails the test, which must
// return void, or declares x.
#define ASSERT_OK_AND_ASSIGN(lhs, expr)                                       \
  ROSTER_ASSERT_OK_AND_ASSIGN_(ROSTER_TEST_CONCAT(roster_or_, __LINE__), lhs, \
                               expr)
// NOLINTBEGIN(bugprone-macro-parentheses): lhs may be a declaration
#define ROSTER_ASSERT_OK_AND_ASSIGN_(tmp, lhs, expr) \
  auto tmp = (expr);                                 \
  ASSERT_OK(tmp);                                    \
  lhs = *std::move(tmp)
// NOLINTEND(bugprone-macro-parentheses)
#define ROSTER_TEST_CONCAT_(a, b) a##b
#define ROSTER_TEST_CONCAT(a, b) ROSTER_TEST_CONCAT_(a, b)
