#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::coordination {

struct HttpAnswer {
  int status = 0;  // 200, 503, ...
  std::string body;
};

// Asks for `target` ("/api/v1/...") at `address` ("host:port", "[::1]:7471")
// over plain HTTP, and waits until `deadline`. No TLS, no redirects, no
// proxies; 1 MiB at most. Internal to LeaderLookup: the one place in the
// libraries that speaks HTTP, so that who does not use it links none of it.
// Unavailable, naming the address, if there is no answer in time;
// InvalidArgument if the address cannot be one.
absl::StatusOr<HttpAnswer> HttpGet(const std::string& address,
                                   const std::string& target,
                                   absl::Time deadline);

}  // namespace roster::coordination
