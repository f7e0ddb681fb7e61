#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace roster::cli {

// The gRPC target that `endpoint`, as somebody wrote it, stands for: HOST:PORT,
// HOST (port 7470), [IPV6]:PORT or [IPV6], unix:/path, and gRPC's own dns:,
// ipv4: and ipv6: as they are. InvalidArgument, in words for a person, for
// what can be none. Nothing is looked up. Pure, thread-safe.
absl::StatusOr<std::string> ParseEndpoint(const std::string& endpoint);

}  // namespace roster::cli
