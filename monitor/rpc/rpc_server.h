#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::monitor {

struct RpcServerOptions {
  // "127.0.0.1:7470", "[::1]:0", ...; port 0: any free one. At least one.
  std::vector<std::string> listen;
  // Null: plaintext.
  std::shared_ptr<grpc::ServerCredentials> credentials;
  int max_request_bytes = 1024 * 1024;
  int max_metadata_bytes = 16 * 1024;
  // Per connection.
  int max_concurrent_streams = 1000;
  // Clients may ping as often as this, also without calls; those that ping
  // more often are sent away.
  absl::Duration min_client_ping_interval = absl::Seconds(10);
  // A connection that is silent for `keepalive_time` is pinged, and dropped
  // when it does not answer within `keepalive_timeout`.
  absl::Duration keepalive_time = absl::Seconds(30);
  absl::Duration keepalive_timeout = absl::Seconds(10);
  // Connections are closed at this age, so that clients spread again over
  // several rosterds; watches go on with their resume tokens.
  absl::Duration max_connection_age = absl::InfiniteDuration();
};

// RpcServer is one gRPC server: addresses, limits, the health service
// (grpc.health.v1) and reflection. What it serves is handed to it.
//
// It serves while ZooKeeper is away, and its health says so: SERVING means that
// calls are answered.
//
// Thread-safety: thread-safe.
class RpcServer {
 public:
  struct Service {
    grpc::Service* service = nullptr;
    std::string name;  // for the health service: "roster.v1.MembershipService"
    // Ends the service's streams; may be empty.
    std::function<void()> stop_streams;
  };

  // Listens on all addresses or on none. InvalidArgument without an address;
  // Unavailable, naming the address, if one cannot be listened on. The services
  // must outlive the server.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(
      RpcServerOptions options, std::vector<Service> services);
  // Shutdown() at once.
  ~RpcServer();

  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // Where it really listens, in the order of the options: "127.0.0.1:41873".
  const std::vector<std::string>& addresses() const { return addresses_; }

  // Turns NOT_SERVING, asks streams to end, lets running calls finish for at
  // most `grace`, and cuts off what is left. Blocks until all is over; further
  // calls do nothing.
  void Shutdown(absl::Duration grace);

  // A channel to this server without a network, for tests and for HTTP handlers
  // of the same process.
  std::shared_ptr<grpc::Channel> InProcessChannel();

 private:
  RpcServer(std::unique_ptr<grpc::Server> server, std::vector<Service> services,
            std::vector<std::string> addresses);

  const std::unique_ptr<grpc::Server> server_;
  const std::vector<Service> services_;
  const std::vector<std::string> addresses_;
  std::once_flag shutdown_;
};

}  // namespace roster::monitor
