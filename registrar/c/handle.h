#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "registrar/c/roster/error.h"

// What the files of the C interface share. The headers in roster/ are what is
// installed; they are the manual.
namespace roster::registrar::c {

// A text that may be NULL, which is the empty one.
inline std::string_view Text(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// Copies `text` with a NUL at its end; what is too long is cut off between two
// characters.
void CopyText(std::string_view text, char* to, size_t size);

// Fills `error`, which may be null. Returns its code.
roster_code Tell(const absl::Status& status, roster_error* error);

// Milliseconds since 1970; INT64_MAX and INT64_MIN for the infinite ones.
int64_t ToMillis(absl::Time time);

// Runs `body`, which returns an absl::Status. What it throws becomes an error:
// no exception leaves the library.
template <typename F>
absl::Status Contain(F body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return absl::Status(absl::StatusCode::kResourceExhausted, "");
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  } catch (...) {
    return absl::InternalError("unknown exception");
  }
}

// The same for a `body` that cannot fail otherwise.
template <typename F>
roster_code Code(F body) {
  return static_cast<roster_code>(Contain([&] {
                                    body();
                                    return absl::OkStatus();
                                  }).code());
}

// CallScope marks its thread as one that is inside a callback of `registrar`,
// so that what would wait for the callback is refused. Scopes nest.
class CallScope {
 public:
  explicit CallScope(const void* registrar);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  // Whether the calling thread is inside a callback of `registrar`.
  static bool Inside(const void* registrar);

 private:
  const void* const registrar_;
  const CallScope* const outer_;
};

}  // namespace roster::registrar::c
