#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace roster::testing {

// EchoServer sends back what it receives, on a port of 127.0.0.1; a server to
// test the network kit with.
//
// Thread-safety: thread-safe.
class EchoServer {
 public:
  EchoServer();
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  uint16_t port() const { return port_; }
  // Everything received so far, over all connections.
  std::string received() const;
  int open_connections() const;

 private:
  void Accept();
  void Serve(int fd);

  uint16_t port_ = 0;   // constant after construction
  int listen_fd_ = -1;  // likewise

  mutable base::Mutex mu_;
  std::string received_ ABSL_GUARDED_BY(mu_);
  std::vector<int> open_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> servers_ ABSL_GUARDED_BY(mu_);
  std::thread acceptor_;
};

}  // namespace roster::testing
