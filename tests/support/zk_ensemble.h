#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/zk_server.h"

namespace roster::testing {

// ZkEnsemble is several ZkServers that replicate to each other: what a test of
// leader loss or quorum loss needs. Servers are stopped, killed, paused and
// started one by one; the data of each stays.
//
// Thread-safety: thread-compatible.
class ZkEnsemble {
 public:
  // An ensemble that serves. Aborts, with the logs, if it does not come to be.
  explicit ZkEnsemble(int size = 3, ZkServerOptions options = {});
  ZkEnsemble(const ZkEnsemble&) = delete;
  ZkEnsemble& operator=(const ZkEnsemble&) = delete;

  int size() const { return static_cast<int>(servers_.size()); }
  ZkServer& server(int index) { return *servers_[index]; }

  // All servers, in the order of their indices.
  std::string ConnectString(const std::string& chroot = "") const;
  // Index of the server that leads now, -1 if none says so.
  int Leader() const;

  // Starts the servers that do not run and waits until all of them serve.
  absl::Status StartAll();

 private:
  std::vector<std::unique_ptr<ZkServer>> servers_;
};

}  // namespace roster::testing
