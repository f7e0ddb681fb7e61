#include "bench/end_to_end/raw_client.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "bench/end_to_end/latency.h"

namespace roster::bench {

void CheckZk(int rc, const char* what) {
  if (rc == ZOK) return;
  std::fprintf(stderr, "bench: %s: %s\n", what, zerror(rc));
  std::exit(1);
}

RawClient::RawClient(const std::string& servers, int session_timeout_ms) {
  // Its errors are ours to report: it logs each refused try to connect.
  zoo_set_debug_level(static_cast<ZooLogLevel>(0));
  handle_ = zookeeper_init(
      servers.c_str(), [](zhandle_t*, int, int, const char*, void*) {},
      session_timeout_ms, nullptr, nullptr, 0);
  if (handle_ == nullptr) {
    std::perror("bench: zookeeper_init");
    std::exit(1);
  }
  const int64_t deadline = MonotonicNanos() + 30'000'000'000;
  while (zoo_state(handle_) != ZOO_CONNECTED_STATE) {
    Turn(20);
    if (MonotonicNanos() > deadline) {
      std::fprintf(stderr, "bench: cannot connect to %s\n", servers.c_str());
      std::exit(1);
    }
  }
}

RawClient::~RawClient() { zookeeper_close(handle_); }

void RawClient::Turn(int max_wait_ms) {
  int fd = -1;
  int interest = 0;
  timeval wait{};
  zookeeper_interest(handle_, &fd, &interest, &wait);
  pollfd poll_fd{.fd = fd,
                 .events = static_cast<short>(
                     ((interest & ZOOKEEPER_READ) ? POLLIN : 0) |
                     ((interest & ZOOKEEPER_WRITE) ? POLLOUT : 0)),
                 .revents = 0};
  const int wait_ms =
      static_cast<int>(wait.tv_sec * 1000 + wait.tv_usec / 1000);
  poll(&poll_fd, fd < 0 ? 0 : 1, std::min(wait_ms, max_wait_ms));
  int events = 0;
  if (poll_fd.revents & POLLOUT) events |= ZOOKEEPER_WRITE;
  if (poll_fd.revents & (POLLIN | POLLHUP | POLLERR)) events |= ZOOKEEPER_READ;
  zookeeper_process(handle_, events);
}

}  // namespace roster::bench
