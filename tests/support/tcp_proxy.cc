#include "tests/support/tcp_proxy.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/socket.h"

namespace roster::testing {

using base::MutexLock;

namespace {

// Held in the proxy per direction at most; beyond it the sender is held up, as
// by a full network.
constexpr size_t kMaxHeld = 1 << 20;

// Bytes on their way, to be handed on at `due`.
struct Chunk {
  absl::Time due;
  std::string bytes;
};

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int NewSocket() {
  return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void DisableNagle(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// Closes with a reset, not with an orderly end. Harmless for -1.
void Reset(int& fd) {
  if (fd < 0) return;
  const linger abort{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
  close(std::exchange(fd, -1));
}

bool MustWait() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

// One way of a connection.
struct TcpProxy::Flow {
  bool to_server;
  std::deque<Chunk> held = {};
  size_t held_bytes = 0;
  bool source_ended = false;   // the sender closed its side
  bool end_passed_on = false;  // and the receiver was told
};

// Both descriptors are -1 once it is to be forgotten. A connection without a
// client only drains what its server still sends.
struct TcpProxy::Connection {
  ~Connection() { Kill(); }

  int source(const Flow& flow) const {
    return flow.to_server ? client : server;
  }
  int target(const Flow& flow) const {
    return flow.to_server ? server : client;
  }
  void Kill() {
    Reset(client);
    Reset(server);
  }
  // Resets the client, and ends the server's side so that it reads all it was
  // sent: a reset, or answers that meet a closed socket, could discard that.
  void CutBehindRequest() {
    Reset(client);
    shutdown(server, SHUT_WR);
  }

  int client = -1;
  int server = -1;
  Flow to_server{.to_server = true};
  Flow to_client{.to_server = false};
  std::string recent;  // latest client bytes: a request may come in parts
  bool reply_cuts = false;
};

// What the thread waits for.
struct TcpProxy::Polled {
  std::vector<pollfd> fds;
  absl::Time deadline = absl::InfiniteFuture();
};

TcpProxy::TcpProxy(uint16_t server_port, uint16_t listen_port)
    : port_(listen_port != 0 ? listen_port : PickFreePort()),
      listen_fd_(NewSocket()),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      server_port_(server_port) {
  const int on = 1;
  setsockopt(listen_fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // An explicit port: the kernel would take back one of its own choice when
  // Refuse() ends the listening.
  const sockaddr_in address = Loopback(port_);
  if (bind(listen_fd_, reinterpret_cast<const sockaddr*>(&address),
           sizeof(address)) != 0 ||
      listen(listen_fd_, SOMAXCONN) != 0) {
    std::perror("TcpProxy: listen");
    std::abort();
  }
  thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    Wake();
  }
  thread_.join();
  close(listen_fd_);
  close(wake_fd_);
}

uint16_t TcpProxy::port() const { return port_; }

std::string TcpProxy::ConnectString(const std::string& chroot) const {
  return absl::StrCat("127.0.0.1:", port_, chroot);
}

void TcpProxy::SetServerPort(uint16_t server_port) {
  MutexLock lock(&mu_);
  server_port_ = server_port;
}

void TcpProxy::Cut() {
  MutexLock lock(&mu_);
  // Those that wait to be accepted are connections to their clients.
  if (!refusing_) AcceptAll();
  connections_.clear();
  Wake();
}

void TcpProxy::Refuse(bool refuse) {
  MutexLock lock(&mu_);
  if (refuse == refusing_) return;
  if (refuse) {
    AcceptAll();
    // The socket stops listening and keeps its port.
    shutdown(listen_fd_, SHUT_RD);
  } else if (listen(listen_fd_, SOMAXCONN) != 0) {
    std::perror("TcpProxy: listen again");
    std::abort();
  }
  refusing_ = refuse;
  Wake();
}

void TcpProxy::Blackhole(bool on, Direction direction) {
  MutexLock lock(&mu_);
  if (direction != Direction::kToClient) hold_to_server_ = on;
  if (direction != Direction::kToServer) hold_to_client_ = on;
  Wake();
}

void TcpProxy::Delay(absl::Duration delay) {
  MutexLock lock(&mu_);
  delay_ = delay;
}

void TcpProxy::CutAfterClientBytes(uint64_t bytes) {
  MutexLock lock(&mu_);
  cut_after_bytes_ = std::max<uint64_t>(bytes, 1);
}

void TcpProxy::CutBeforeReply(const std::string& request) {
  MutexLock lock(&mu_);
  cut_before_reply_ = request;
  for (auto& connection : connections_) connection->recent.clear();
}

int TcpProxy::cuts_carried_out() const {
  MutexLock lock(&mu_);
  return cuts_carried_out_;
}

int TcpProxy::accepted_connections() const {
  MutexLock lock(&mu_);
  return accepted_;
}

int TcpProxy::open_connections() const {
  MutexLock lock(&mu_);
  return static_cast<int>(
      std::count_if(connections_.begin(), connections_.end(),
                    [](const auto& c) { return c->client >= 0; }));
}

uint64_t TcpProxy::bytes_to_server() const {
  MutexLock lock(&mu_);
  return bytes_to_server_;
}

uint64_t TcpProxy::bytes_to_client() const {
  MutexLock lock(&mu_);
  return bytes_to_client_;
}

void TcpProxy::Wake() { eventfd_write(wake_fd_, 1); }

void TcpProxy::Run() {
  while (true) {
    Polled polled;
    {
      MutexLock lock(&mu_);
      if (stopping_) break;
      polled = WhatToPoll();
    }
    const int timeout_ms =
        polled.deadline == absl::InfiniteFuture()
            ? -1
            : static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(
                  polled.deadline - absl::Now(), absl::Milliseconds(1))));
    poll(polled.fds.data(), polled.fds.size(), std::max(timeout_ms, -1));
    eventfd_t ignored;
    eventfd_read(wake_fd_, &ignored);

    // The state may have changed meanwhile, so what poll() found is not looked
    // at: everything is tried that may be done now.
    MutexLock lock(&mu_);
    if (!refusing_) AcceptAll();
    for (auto& connection : connections_) Pump(*connection);
    std::erase_if(connections_, [](const auto& c) { return c->server < 0; });
  }
}

TcpProxy::Polled TcpProxy::WhatToPoll() {
  Polled polled;
  polled.fds.push_back({wake_fd_, POLLIN, 0});
  if (!refusing_) polled.fds.push_back({listen_fd_, POLLIN, 0});
  for (const auto& connection : connections_) {
    for (const Flow* flow : {&connection->to_server, &connection->to_client}) {
      // A side of which nothing is wanted is left out: poll() would report its
      // end without end.
      if (flow->to_server ? hold_to_server_ : hold_to_client_) continue;
      if (!flow->source_ended && flow->held_bytes < kMaxHeld)
        polled.fds.push_back({connection->source(*flow), POLLIN, 0});
      if (flow->held.empty()) continue;
      if (flow->held.front().due <= absl::Now())
        polled.fds.push_back({connection->target(*flow), POLLOUT, 0});
      else
        polled.deadline = std::min(polled.deadline, flow->held.front().due);
    }
  }
  return polled;
}

void TcpProxy::AcceptAll() {
  while (true) {
    const int client =
        accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    ++accepted_;
    auto connection = std::make_unique<Connection>();
    connection->client = client;
    connection->server = NewSocket();
    DisableNagle(client);
    DisableNagle(connection->server);
    const sockaddr_in address = Loopback(server_port_);
    // A refusal shows when the socket is first read from.
    (void)connect(connection->server,
                  reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    connections_.push_back(std::move(connection));
  }
}

void TcpProxy::Pump(Connection& connection) {
  for (Flow* flow : {&connection.to_server, &connection.to_client}) {
    if (flow->to_server ? hold_to_server_ : hold_to_client_) continue;
    ReadIn(connection, *flow);
    WriteOut(connection, *flow);
  }
  if (connection.to_server.end_passed_on &&
      connection.to_client.end_passed_on) {
    close(std::exchange(connection.client, -1));
    close(std::exchange(connection.server, -1));
  }
}

void TcpProxy::ReadIn(Connection& connection, Flow& flow) {
  char buffer[64 * 1024];
  while (connection.source(flow) >= 0 && !flow.source_ended &&
         flow.held_bytes < kMaxHeld) {
    const ssize_t n =
        recv(connection.source(flow), buffer, sizeof(buffer), MSG_DONTWAIT);
    if (n < 0 && MustWait()) return;
    if (n < 0 || (n == 0 && connection.client < 0)) {
      connection.Kill();
      return;
    }
    if (n == 0) {
      flow.source_ended = true;
      return;
    }
    if (connection.client < 0) continue;  // draining
    if (!flow.to_server && std::exchange(connection.reply_cuts, false)) {
      ++cuts_carried_out_;
      connection.CutBehindRequest();
      continue;
    }
    // A shorter delay does not let bytes overtake those before them.
    absl::Time due = absl::Now() + delay_;
    if (!flow.held.empty()) due = std::max(due, flow.held.back().due);
    flow.held.push_back({due, std::string(buffer, n)});
    flow.held_bytes += n;
  }
}

void TcpProxy::WriteOut(Connection& connection, Flow& flow) {
  while (connection.target(flow) >= 0 && connection.client >= 0 &&
         !flow.held.empty() && flow.held.front().due <= absl::Now()) {
    std::string& bytes = flow.held.front().bytes;
    size_t size = bytes.size();
    if (flow.to_server && cut_after_bytes_.has_value())
      size = std::min<size_t>(size, *cut_after_bytes_);
    const ssize_t n = send(connection.target(flow), bytes.data(), size,
                           MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && MustWait()) return;
    if (n < 0) {
      connection.Kill();
      return;
    }
    (flow.to_server ? bytes_to_server_ : bytes_to_client_) += n;
    flow.held_bytes -= n;
    const std::string sent = bytes.substr(0, n);
    bytes.erase(0, n);
    if (bytes.empty()) flow.held.pop_front();
    if (flow.to_server) NoteClientBytes(connection, sent);
  }
  if (flow.source_ended && flow.held.empty() && !flow.end_passed_on &&
      connection.target(flow) >= 0) {
    shutdown(connection.target(flow), SHUT_WR);
    flow.end_passed_on = true;
  }
}

void TcpProxy::NoteClientBytes(Connection& connection,
                               const std::string& bytes) {
  if (cut_before_reply_.has_value()) {
    connection.recent.append(bytes);
    if (connection.recent.find(*cut_before_reply_) != std::string::npos) {
      cut_before_reply_.reset();
      connection.reply_cuts = true;
    } else if (connection.recent.size() > cut_before_reply_->size()) {
      connection.recent.erase(
          0, connection.recent.size() - cut_before_reply_->size());
    }
  }
  if (cut_after_bytes_.has_value()) {
    *cut_after_bytes_ -= bytes.size();
    if (*cut_after_bytes_ > 0) return;
    cut_after_bytes_.reset();
    ++cuts_carried_out_;
    connection.CutBehindRequest();
  }
}

}  // namespace roster::testing
