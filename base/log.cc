#include "base/log.h"

#include <cstdio>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/odd_character.h"

namespace roster::base {

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "unknown";
}

LogSink StderrLogSink(LogLevel minimum) {
  return [minimum](LogLevel level, std::string_view line) {
    if (level < minimum) return;
    // One write per line, so that lines of several threads do not mix.
    const std::string text =
        absl::StrFormat("%s %s %s\n",
                        absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(),
                                         absl::UTCTimeZone()),
                        LogLevelName(level), EscapeOddCharacters(line));
    std::fwrite(text.data(), 1, text.size(), stderr);
  };
}

}  // namespace roster::base
