#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace roster::testing {

// Ways through the proxy. kToServer is what clients send.
enum class Direction { kToServer, kToClient, kBoth };

// TcpProxy stands between clients and a TCP server of 127.0.0.1 and makes the
// network misbehave. It knows nothing of the protocol it carries. Faults apply
// to all connections, those of now and those to come, until they are lifted.
//
//   TcpProxy proxy(server.port());
//   Session session("127.0.0.1:" + std::to_string(proxy.port()));
//   proxy.CutBeforeReply("/members/web-01");
//   session.Create("/members/web-01");   // happens; the answer is lost
//
// The proxy has a thread of its own. When a method returns, what it orders
// holds.
//
// Thread-safety: thread-safe.
class TcpProxy {
 public:
  // Listens on `listen_port`, or on a port of its own choice. Aborts if it
  // cannot. The server need not run: clients are then reset after connecting.
  explicit TcpProxy(uint16_t server_port, uint16_t listen_port = 0);
  // Resets all connections.
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  uint16_t port() const;
  // "127.0.0.1:<port><chroot>", for ZooKeeper clients.
  std::string ConnectString(const std::string& chroot = "") const;

  // Carries later connections to another port.
  void SetServerPort(uint16_t server_port);

  // Resets every connection on both sides. New ones are welcome.
  void Cut();
  // While true, connecting is refused, as if nobody listened. Connections that
  // exist go on: Cut() them as well for a dead host.
  void Refuse(bool refuse);
  // While true, bytes of that direction stay where they are, and so does the
  // news that a side has closed. New connections are accepted. What was held
  // back flows once lifted, as TCP would resend it.
  void Blackhole(bool on, Direction direction = Direction::kBoth);
  // Delivers every byte this much later, in both directions. Zero lifts it.
  void Delay(absl::Duration delay);

  // Once: when `bytes` more bytes of clients have been handed to the server,
  // cuts the connection that carried the last of them.
  void CutAfterClientBytes(uint64_t bytes);
  // Once: hands the next bytes of a client that contain `request` (any bytes,
  // if it is empty) to the server, waits for the server's next answer on that
  // connection, drops it and cuts the connection. The server sees an orderly
  // end, so it carries out all it was sent.
  void CutBeforeReply(const std::string& request = "");
  // How often the two orders above have been carried out.
  int cuts_carried_out() const;

  // Connections accepted since the start, and those open now.
  int accepted_connections() const;
  int open_connections() const;
  // Bytes handed on since the start.
  uint64_t bytes_to_server() const;
  uint64_t bytes_to_client() const;

 private:
  struct Connection;
  struct Flow;
  struct Polled;

  void Wake();
  void Run();
  Polled WhatToPoll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AcceptAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Pump(Connection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReadIn(Connection& connection, Flow& flow)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WriteOut(Connection& connection, Flow& flow)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void NoteClientBytes(Connection& connection, const std::string& bytes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Constant after construction.
  uint16_t port_ = 0;
  int listen_fd_ = -1;
  int wake_fd_ = -1;

  mutable base::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  uint16_t server_port_ ABSL_GUARDED_BY(mu_);
  std::vector<std::unique_ptr<Connection>> connections_ ABSL_GUARDED_BY(mu_);
  bool refusing_ ABSL_GUARDED_BY(mu_) = false;
  absl::Duration delay_ ABSL_GUARDED_BY(mu_);
  bool hold_to_server_ ABSL_GUARDED_BY(mu_) = false;
  bool hold_to_client_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<uint64_t> cut_after_bytes_ ABSL_GUARDED_BY(mu_);
  std::optional<std::string> cut_before_reply_ ABSL_GUARDED_BY(mu_);
  int cuts_carried_out_ ABSL_GUARDED_BY(mu_) = 0;
  int accepted_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t bytes_to_server_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t bytes_to_client_ ABSL_GUARDED_BY(mu_) = 0;

  std::thread thread_;
};

}  // namespace roster::testing
