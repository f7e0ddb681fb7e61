#include "tests/support/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "tests/support/eventually.h"

namespace roster::testing {
namespace {

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

absl::Status SocketError(const std::string& what) {
  if (errno == EAGAIN || errno == EINPROGRESS)
    return absl::DeadlineExceededError(absl::StrCat(what, ": timed out"));
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno)));
}

}  // namespace

uint16_t PickFreePort() {
  absl::BitGen random;
  for (int tries = 0; tries < 1000; ++tries) {
    const uint16_t port = absl::Uniform<uint16_t>(random, 12000, 32000);
    const sockaddr_in address = Loopback(port);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool is_free = bind(fd, reinterpret_cast<const sockaddr*>(&address),
                              sizeof(address)) == 0;
    close(fd);
    if (is_free) return port;
  }
  std::fprintf(stderr, "no free port on 127.0.0.1\n");
  std::abort();
}

absl::StatusOr<Socket> Socket::Connect(uint16_t port, absl::Duration timeout) {
  Socket result(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!result.open()) return SocketError("socket");
  result.SetTimeout(timeout);  // bounds connect() as well
  const int on = 1;
  setsockopt(result.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const sockaddr_in address = Loopback(port);
  if (connect(result.fd_, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0)
    return SocketError(absl::StrCat("connect to 127.0.0.1:", port));
  return result;
}

void Socket::SetTimeout(absl::Duration timeout) {
  const timeval limit = absl::ToTimeval(Scaled(timeout));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

absl::Status Socket::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SocketError("send");
    bytes.remove_prefix(n);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Socket::Read(size_t size) {
  std::string bytes(size, '\0');
  for (size_t done = 0; done < size;) {
    const ssize_t n = recv(fd_, bytes.data() + done, size - done, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SocketError("receive");
    if (n == 0) return absl::UnavailableError("receive: closed by the peer");
    done += n;
  }
  return bytes;
}

absl::StatusOr<std::string> Socket::ReadAll() {
  std::string bytes;
  char buffer[4096];
  while (true) {
    const ssize_t n = recv(fd_, buffer, sizeof(buffer), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SocketError("receive");
    if (n == 0) return bytes;
    bytes.append(buffer, n);
  }
}

void Socket::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

}  // namespace roster::testing
