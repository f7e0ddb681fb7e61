#include "monitor/logging.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/odd_character.h"

namespace roster::monitor {
namespace {

spdlog::level::level_enum ToSpdlog(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::kDebug:
      return spdlog::level::debug;
    case base::LogLevel::kInfo:
      return spdlog::level::info;
    case base::LogLevel::kWarning:
      return spdlog::level::warn;
    case base::LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

base::LogSink MakeLogSink(std::string_view format, std::string_view level) {
  auto logger = std::make_shared<spdlog::logger>(
      "rosterd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(spdlog::level::from_str(std::string(level)));
  logger->flush_on(spdlog::level::trace);
  const bool json = format == "json";
  logger->set_pattern(
      json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})"
           : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
      spdlog::pattern_time_type::utc);
  return [logger, json](base::LogLevel line_level, std::string_view line) {
    if (!logger->should_log(ToSpdlog(line_level))) return;
    // Member names and messages of others end up in log lines: they must not
    // be able to forge a line, to turn it, or to drive a terminal.
    const std::string text = base::EscapeOddCharacters(line);
    logger->log(ToSpdlog(line_level), "{}",
                json ? nlohmann::json(text).dump() : text);
  };
}

}  // namespace roster::monitor
