#include "tests/unit/ensemble/scripted_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/strings.h"

namespace roster::testing {

using base::MutexLock;

ScriptedServer::ScriptedServer(Answers answers, bool ipv6)
    : listen_fd_(
          socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      answers_(std::move(answers)) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  auto* address = ipv6 ? reinterpret_cast<sockaddr*>(&v6)
                       : reinterpret_cast<sockaddr*>(&v4);
  socklen_t size = ipv6 ? sizeof(v6) : sizeof(v4);
  if (bind(listen_fd_, address, size) != 0 ||
      listen(listen_fd_, SOMAXCONN) != 0 ||
      getsockname(listen_fd_, address, &size) != 0) {
    std::perror("ScriptedServer");
    std::abort();
  }
  address_ = ipv6 ? base::StrCat("[::1]:", ntohs(v6.sin6_port))
                  : base::StrCat("127.0.0.1:", ntohs(v4.sin_port));
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  shutdown(listen_fd_, SHUT_RD);  // ends accept()
  acceptor_.join();
  for (const int fd : silent_) close(fd);
  close(listen_fd_);
}

void ScriptedServer::SetAnswers(Answers answers) {
  MutexLock lock(&mu_);
  answers_ = std::move(answers);
}

std::vector<std::string> ScriptedServer::words() const {
  MutexLock lock(&mu_);
  return words_;
}

void ScriptedServer::Accept() {
  while (true) {
    const int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    char word[4];
    const ssize_t got = recv(fd, word, sizeof(word), MSG_WAITALL);
    MutexLock lock(&mu_);
    words_.emplace_back(word, got > 0 ? got : 0);
    const auto answer = answers_.find(words_.back());
    if (answer == answers_.end()) {
      silent_.push_back(fd);
      continue;
    }
    for (size_t done = 0; done < answer->second.size();) {
      const ssize_t sent = send(fd, answer->second.data() + done,
                                answer->second.size() - done, MSG_NOSIGNAL);
      if (sent <= 0) break;  // the reader has had enough
      done += sent;
    }
    close(fd);
  }
}

}  // namespace roster::testing
