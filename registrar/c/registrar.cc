#include "registrar/registrar.h"

#include <signal.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "base/version.h"
#include "registrar/c/convert.h"
#include "registrar/c/handle.h"
#include "registrar/c/registrar_handle.h"

namespace roster::registrar::c {
namespace {

// While it lives, signals do not reach the calling thread, nor the threads that
// it makes, for ever: handlers of the service are to run on its own threads.
// Those that tell of a mistake of the thread itself stay.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t blocked;
    sigfillset(&blocked);
    for (int own :
         {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF})
      sigdelset(&blocked, own);
    pthread_sigmask(SIG_SETMASK, &blocked, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

roster_log_level ToC(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::kDebug:
      return ROSTER_LOG_DEBUG;
    case base::LogLevel::kInfo:
      return ROSTER_LOG_INFO;
    case base::LogLevel::kWarning:
      return ROSTER_LOG_WARNING;
    case base::LogLevel::kError:
      return ROSTER_LOG_ERROR;
  }
  return ROSTER_LOG_ERROR;
}

// Makes the C callbacks those of C++. `handle` outlives them.
void SetCallbacks(const roster_registrar* handle, RegistrarOptions& to) {
  const roster_options& from = handle->options;
  if (from.on_status != nullptr)
    to.on_status = [handle, &from](const RegistrarStatus& status) {
      const CallScope scope(handle);
      const roster_status told = c::ToC(status);
      from.on_status(from.user, &told);
    };
  if (from.on_drain != nullptr)
    to.on_drain = [handle, &from](const DrainRequest& request) {
      const CallScope scope(handle);
      CallOnDrain(from, request);
    };
  if (from.on_online != nullptr)
    to.on_online = [handle, &from] {
      const CallScope scope(handle);
      from.on_online(from.user);
    };
  if (from.log != nullptr)
    to.log = [handle, &from](base::LogLevel level, std::string_view line) {
      const CallScope scope(handle);
      from.log(from.user, ToC(level), std::string(line).c_str());
    };
}

absl::Status Create(const roster_options* options,
                    std::unique_ptr<roster_registrar>& created) {
  if (options == nullptr) return absl::InvalidArgumentError("options: is NULL");
  auto converted = ToOptions(*options);
  if (!converted.ok()) return converted.status();
  auto handle = std::make_unique<roster_registrar>();
  handle->options = Widened(*options);
  SetCallbacks(handle.get(), *converted);
  const SignalsBlocked blocked;
  auto registrar = Registrar::Create(*std::move(converted));
  if (!registrar.ok()) return registrar.status();
  handle->registrar = *std::move(registrar);
  created = std::move(handle);
  return absl::OkStatus();
}

constexpr char kInCallback[] =
    "it waits for the thread that runs the callback which calls it";

// Calls `change` with the Registrar behind `handle`.
template <typename F>
roster_code Change(roster_registrar* handle, bool valid, F change) {
  if (handle == nullptr || !valid) return ROSTER_INVALID_ARGUMENT;
  return Code([&] { change(*handle->registrar); });
}

}  // namespace
}  // namespace roster::registrar::c

using namespace roster::registrar;  // NOLINT: what follows is global, for C

extern "C" {

const char* roster_version(void) { return roster::kVersion.data(); }

roster_registrar* roster_registrar_create(const roster_options* options,
                                          roster_error* error) {
  std::unique_ptr<roster_registrar> created;
  c::Tell(c::Contain([&] { return c::Create(options, created); }), error);
  return created.release();
}

roster_code roster_registrar_set_state(roster_registrar* registrar,
                                       roster_state state, const char* reason) {
  const auto known = c::ToState(state);
  return c::Change(registrar, known.has_value(), [&](Registrar& changed) {
    changed.SetState(*known, c::Text(reason));
  });
}

roster_code roster_registrar_set_gauge(roster_registrar* registrar,
                                       const char* name, double value) {
  return c::Change(registrar, name != nullptr,
                   [&](Registrar& changed) { changed.SetGauge(name, value); });
}

roster_code roster_registrar_remove_gauge(roster_registrar* registrar,
                                          const char* name) {
  return c::Change(registrar, name != nullptr,
                   [&](Registrar& changed) { changed.RemoveGauge(name); });
}

roster_code roster_registrar_set_label(roster_registrar* registrar,
                                       const char* name, const char* value) {
  return c::Change(registrar, name != nullptr, [&](Registrar& changed) {
    changed.SetLabel(name, c::Text(value));
  });
}

roster_code roster_registrar_set_endpoint(roster_registrar* registrar,
                                          const char* name,
                                          const char* address) {
  return c::Change(registrar, name != nullptr, [&](Registrar& changed) {
    changed.SetEndpoint(name, c::Text(address));
  });
}

roster_code roster_registrar_status(const roster_registrar* registrar,
                                    roster_status* status) {
  if (registrar == nullptr || status == nullptr ||
      status->size < sizeof status->size)
    return ROSTER_INVALID_ARGUMENT;
  return c::Code([&] {
    roster_status now = c::ToC(registrar->registrar->status());
    now.size = std::min(status->size, sizeof now);
    std::memcpy(status, &now, now.size);
  });
}

roster_code roster_registrar_leave(roster_registrar* registrar,
                                   int64_t timeout_ms, const char* reason,
                                   roster_error* error) {
  return c::Tell(
      c::Contain([&]() -> absl::Status {
        if (registrar == nullptr)
          return absl::InvalidArgumentError("registrar: is NULL");
        if (timeout_ms < 0)
          return absl::InvalidArgumentError("timeout_ms: is negative");
        if (c::CallScope::Inside(registrar))
          return absl::FailedPreconditionError(c::kInCallback);
        return registrar->registrar->Leave(timeout_ms == 0
                                               ? Registrar::kLeaveTimeout
                                               : absl::Milliseconds(timeout_ms),
                                           c::Text(reason));
      }),
      error);
}

roster_code roster_registrar_destroy(roster_registrar* registrar) {
  if (c::CallScope::Inside(registrar)) return ROSTER_FAILED_PRECONDITION;
  return c::Code([&] { delete registrar; });
}

}  // extern "C"
