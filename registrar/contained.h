#pragma once

#include <exception>
#include <string_view>

#include "base/log.h"

namespace roster::registrar {

// Calls `callback`, which is the service's: what it throws must not take the
// registrar's thread, and with it the service, down. It is logged by `name`.
template <typename F>
void CallContained(const base::LogSink& log, std::string_view name,
                   F callback) {
  try {
    callback();
  } catch (const std::exception& error) {
    base::Log(log, base::LogLevel::kError, name, " threw: ", error.what());
  } catch (...) {
    base::Log(log, base::LogLevel::kError, name, " threw");
  }
}

}  // namespace roster::registrar
