#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace roster::base {
namespace {

using ::testing::MatchesRegex;

TEST(LogTest, HandsTheWholeLineToTheSink) {
  LogLevel level = LogLevel::kDebug;
  std::string line;
  const LogSink sink = [&](LogLevel l, std::string_view text) {
    level = l;
    line = std::string(text);
  };

  Log(sink, LogLevel::kWarning, "session lost after=", 3,
      " path=", std::string_view("/a"));

  EXPECT_EQ(level, LogLevel::kWarning);
  EXPECT_EQ(line, "session lost after=3 path=/a");
}

TEST(LogTest, AnEmptySinkDiscards) {
  Log(LogSink(), LogLevel::kError, "nobody reads this");
}

TEST(LogTest, StderrSinkWritesTimeLevelAndLineFromItsMinimumOn) {
  const LogSink sink = StderrLogSink(LogLevel::kWarning);
  ::testing::internal::CaptureStderr();

  sink(LogLevel::kInfo, "too small");
  sink(LogLevel::kError, "disk is full");

  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(written, MatchesRegex("[0-9T:.-]+Z error disk is full\n"));
}

TEST(LogTest, EveryLevelHasAName) {
  EXPECT_EQ(LogLevelName(LogLevel::kDebug), "debug");
  EXPECT_EQ(LogLevelName(LogLevel::kInfo), "info");
  EXPECT_EQ(LogLevelName(LogLevel::kWarning), "warning");
  EXPECT_EQ(LogLevelName(LogLevel::kError), "error");
}

}  // namespace
}  // namespace roster::base
