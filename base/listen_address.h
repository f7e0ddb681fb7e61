#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace roster::base {

// Where a server listens: a literal IPv4 or IPv6 address and a port.
struct ListenAddress {
  std::string host;   // without brackets
  uint16_t port = 0;  // 0: any free one

  bool IsIpv6() const;
  bool IsLoopback() const;
  std::string ToString() const;  // "127.0.0.1:80", "[::1]:80"
};

// Reads "127.0.0.1:7470", "[::1]:0", "localhost:7470" (as 127.0.0.1) or
// ":7470" (as 0.0.0.0). Other names are refused: what a server binds to must
// not depend on a name service. InvalidArgument with the reason.
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace roster::base
