#pragma once

#include <exception>
#include <string_view>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/quoted.h"

namespace roster::coordination {

// Calls a callback of the library's user, if there is one, on the client's
// loop, where it must do no harm:
//
// - what it throws is caught, logged and forgotten, and the recipe goes on as
//   if it had returned;
// - while it blocks, the loop stands still: nobody is told of anything, and
//   after the session timeout ZooKeeper takes the process for dead. One that
//   took longer than a second is logged.
//
// `what` names it in the log.
template <typename Callback, typename... Args>
void CallGuarded(const base::LogSink& log, std::string_view what,
                 const Callback& callback, Args&&... args) {
  constexpr absl::Duration kLong = absl::Seconds(1);
  if (!callback) return;
  const absl::Time begin = absl::Now();
  try {
    callback(std::forward<Args>(args)...);
  } catch (const std::exception& error) {
    base::Log(log, base::LogLevel::kError, "a callback threw callback=", what,
              " error=", base::Quoted(error.what()));
  } catch (...) {
    base::Log(log, base::LogLevel::kError, "a callback threw callback=", what);
  }
  const absl::Duration took = absl::Now() - begin;
  if (took > kLong)
    base::Log(log, base::LogLevel::kWarning,
              "a callback held up the session's loop callback=", what,
              " seconds=", absl::ToDoubleSeconds(took));
}

}  // namespace roster::coordination
