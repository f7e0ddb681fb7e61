#include "tests/support/echo_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace roster::testing {

using base::MutexLock;

EchoServer::EchoServer()
    : listen_fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listen_fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listen_fd_, SOMAXCONN) != 0 ||
      getsockname(listen_fd_, reinterpret_cast<sockaddr*>(&address), &size) !=
          0) {
    std::perror("EchoServer");
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

EchoServer::~EchoServer() {
  shutdown(listen_fd_, SHUT_RD);  // ends accept()
  acceptor_.join();
  close(listen_fd_);
  std::vector<std::thread> servers;
  {
    MutexLock lock(&mu_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    servers.swap(servers_);
  }
  for (std::thread& server : servers) server.join();
}

std::string EchoServer::received() const {
  MutexLock lock(&mu_);
  return received_;
}

int EchoServer::open_connections() const {
  MutexLock lock(&mu_);
  return static_cast<int>(open_.size());
}

void EchoServer::Accept() {
  while (true) {
    const int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    MutexLock lock(&mu_);
    open_.push_back(fd);
    servers_.emplace_back([this, fd] { Serve(fd); });
  }
}

void EchoServer::Serve(int fd) {
  char buffer[16 * 1024];
  while (true) {
    const ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
    if (n <= 0) break;
    {
      MutexLock lock(&mu_);
      received_.append(buffer, n);
    }
    for (ssize_t done = 0; done < n;) {
      const ssize_t sent = send(fd, buffer + done, n - done, MSG_NOSIGNAL);
      if (sent <= 0) break;  // the next recv() fails as well
      done += sent;
    }
  }
  MutexLock lock(&mu_);
  std::erase(open_, fd);
  close(fd);
}

}  // namespace roster::testing
