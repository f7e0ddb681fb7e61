#pragma once

#include <functional>
#include <string_view>

#include "base/strings.h"

namespace roster::base {

// The log seam. Libraries of this project (registrar, coordination, zk) print
// nothing by themselves: they hand each line to the sink of their options, so
// that a service which embeds them keeps its own logging. rosterd installs a
// sink that writes through spdlog.
//
// A line is a lower-case sentence followed by key=value pairs.
enum class LogLevel { kDebug, kInfo, kWarning, kError };

std::string_view LogLevelName(LogLevel level);

// Called on whichever thread logs; must be thread-safe and must not block. An
// empty sink discards.
using LogSink = std::function<void(LogLevel, std::string_view line)>;

// Formats with StrCat and hands the line to `sink`, if there is one.
template <typename... Args>
void Log(const LogSink& sink, LogLevel level, const Args&... args) {
  if (sink) sink(level, StrCat(args...));
}

// Writes `time level line` to standard error. For tools, examples and tests.
LogSink StderrLogSink(LogLevel minimum = LogLevel::kInfo);

}  // namespace roster::base
