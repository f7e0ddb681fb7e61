#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "base/log.h"

namespace roster::monitor {

// The log of rosterd: lines on standard error, by spdlog, as text or as one
// JSON object per line ({"time", "level", "message"}). `format` is "text" or
// "json", `level` one of debug, info, warning, error.
//
// The sink is thread-safe and flushes each line.
base::LogSink MakeLogSink(std::string_view format, std::string_view level);

}  // namespace roster::monitor
