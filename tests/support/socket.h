#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::testing {

// A port of 127.0.0.1 that nobody listens on now. It lies below the range from
// which the kernel takes ports for outgoing connections, so a server that is
// restarted finds it still free, unless another PickFreePort() took it.
uint16_t PickFreePort();

// Socket is a blocking TCP connection to a port of 127.0.0.1, for tests that
// speak a protocol byte by byte. Errors are Unavailable, or DeadlineExceeded
// when `timeout` (scaled, see Scaled()) is over.
//
// Thread-safety: thread-compatible.
class Socket {
 public:
  static absl::StatusOr<Socket> Connect(
      uint16_t port, absl::Duration timeout = absl::Seconds(10));

  Socket() = default;
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() { Close(); }

  bool open() const { return fd_ >= 0; }
  // Bounds each read and write from now on (scaled).
  void SetTimeout(absl::Duration timeout);
  absl::Status Write(std::string_view bytes);
  // Exactly `size` bytes.
  absl::StatusOr<std::string> Read(size_t size);
  // Up to the end of the stream.
  absl::StatusOr<std::string> ReadAll();
  void Close();

 private:
  explicit Socket(int fd) : fd_(fd) {}

  int fd_ = -1;
};

}  // namespace roster::testing
