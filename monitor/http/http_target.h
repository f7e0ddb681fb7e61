#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace roster::monitor {

// The target of a request, taken apart.
struct HttpTarget {
  std::string path;   // percent-decoded, begins with '/'
  std::string query;  // as sent, without the '?'
};

// Reads "/a%20b?c=d", and the form that proxies are sent,
// "http://host/a%20b?c=d". InvalidArgument, in words for the sender, for
// anything else: a broken percent-encoding, a path that is not UTF-8 once
// decoded, control characters in it, or a "." or ".." as one of its segments.
// The last is refused rather than resolved: nobody sends it in good faith.
absl::StatusOr<HttpTarget> ParseHttpTarget(std::string_view target);

// `text` with its %XX read. InvalidArgument for a broken one.
absl::StatusOr<std::string> PercentDecode(std::string_view text);

}  // namespace roster::monitor
