#include "registrar/c/handle.h"

#include <cstdint>
#include <cstring>

#include "base/strings.h"
#include "base/utf8.h"

namespace roster::registrar::c {
namespace {

thread_local const CallScope* innermost = nullptr;

}  // namespace

void CopyText(std::string_view text, char* to, size_t size) {
  std::memset(to, 0, size);
  try {
    const std::string valid = base::ToValidUtf8(text);
    const std::string_view fitted = base::TruncateUtf8(valid, size - 1);
    std::memcpy(to, fitted.data(), fitted.size());
  } catch (const std::bad_alloc&) {  // The code has to do.
  }
}

roster_code Tell(const absl::Status& status, roster_error* error) {
  const auto code = static_cast<roster_code>(status.code());
  if (error != nullptr) {
    error->code = code;
    CopyText(base::Message(status), error->message, sizeof error->message);
  }
  return code;
}

int64_t ToMillis(absl::Time time) {
  if (time == absl::InfiniteFuture()) return INT64_MAX;
  if (time == absl::InfinitePast()) return INT64_MIN;
  return absl::ToUnixMillis(time);
}

CallScope::CallScope(const void* registrar)
    : registrar_(registrar), outer_(innermost) {
  innermost = this;
}

CallScope::~CallScope() { innermost = outer_; }

bool CallScope::Inside(const void* registrar) {
  for (const CallScope* scope = innermost; scope; scope = scope->outer_)
    if (scope->registrar_ == registrar) return true;
  return false;
}

}  // namespace roster::registrar::c

extern "C" const char* roster_code_name(roster_code code) {
  switch (code) {
    case ROSTER_OK:
      return "OK";
    case ROSTER_CANCELLED:
      return "CANCELLED";
    case ROSTER_INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case ROSTER_DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case ROSTER_NOT_FOUND:
      return "NOT_FOUND";
    case ROSTER_ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case ROSTER_PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case ROSTER_RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case ROSTER_FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case ROSTER_ABORTED:
      return "ABORTED";
    case ROSTER_OUT_OF_RANGE:
      return "OUT_OF_RANGE";
    case ROSTER_UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case ROSTER_INTERNAL:
      return "INTERNAL";
    case ROSTER_UNAVAILABLE:
      return "UNAVAILABLE";
    case ROSTER_DATA_LOSS:
      return "DATA_LOSS";
    case ROSTER_UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    default:
      return "UNKNOWN";
  }
}
