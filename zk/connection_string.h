#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace roster::zk {

struct ServerName {
  std::string host;  // a name, or an address without brackets
  uint16_t port = 0;
  bool is_address = false;  // nothing to look up
};

// Where an ensemble is: "host:port,host:port[/chroot]", as ZooKeeper's own
// tools write it. An IPv6 address stands in brackets: "[::1]:2181". Every
// server has a port; blanks around a server are ignored.
struct ConnectionString {
  std::vector<ServerName> servers;  // never empty
  std::string chroot;               // "/a/b", or empty for none
};

// InvalidArgument that names the part which is wrong.
absl::StatusOr<ConnectionString> ParseConnectionString(std::string_view text);

}  // namespace roster::zk
