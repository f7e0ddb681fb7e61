#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace roster::monitor {

// The addresses that rosterd really serves on, once ports of 0 are known.
struct BoundAddresses {
  std::vector<std::string> grpc;
  std::vector<std::string> http;
  std::string zookeeper;  // the servers it talks to
  int pid = 0;
};

// Writes {"grpc": [...], "http": [...], "zookeeper": "...", "pid": n} to
// `file`, in one step: a reader sees all of it or nothing.
absl::Status WriteAddressFile(const std::string& file,
                              const BoundAddresses& addresses);

}  // namespace roster::monitor
