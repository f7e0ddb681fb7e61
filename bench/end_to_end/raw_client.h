#pragma once

#include <zookeeper/zookeeper.h>

#include <cstdint>
#include <string>

namespace roster::bench {

// RawClient turns the loop of the C client's single-threaded build with
// poll(2) and nothing else: it is what the floor is measured with, and what
// makes the load.
class RawClient {
 public:
  // Connects and waits for it; exits the process when that takes over 30 s.
  explicit RawClient(const std::string& servers,
                     int session_timeout_ms = 30000);
  ~RawClient();

  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  zhandle_t* handle() { return handle_; }
  // Waits for the socket, `max_wait_ms` at most, and handles what is there.
  void Turn(int max_wait_ms);

 private:
  zhandle_t* handle_ = nullptr;
};

// Ends the process with a message when `rc` is not ZOK.
void CheckZk(int rc, const char* what);

}  // namespace roster::bench
