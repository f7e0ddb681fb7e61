#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "monitor/hosted_cluster.h"
#include "monitor/rpc/config_service.h"
#include "monitor/rpc/control_service.h"
#include "monitor/rpc/coordination_service.h"
#include "monitor/rpc/membership_service.h"
#include "monitor/rpc/rpc_server.h"
#include "monitor/rpc/tls_credentials.h"
#include "monitor/state/event_log.h"

namespace roster::monitor {

struct ApiServerOptions {
  MembershipServiceOptions membership;
  std::vector<std::string> listen;
  TlsFiles tls;  // no certificate: plaintext
  // Something is new for whoever follows: on the watch loop, and wherever
  // events are appended.
  std::function<void()> on_news;
};

// ApiServer is rosterd's API over gRPC, put together: the services, what they
// are told of the clusters, and the server. No logic lives here.
//
// Thread-safety: serving() and stats() are thread-safe; the rest is for the
// wiring.
// Lifetime: `clusters` and `events` outlive this. Close the clusters, then
// Shutdown(), then stop what tells of changes, before its end.
class ApiServer {
 public:
  // Follows the clusters from now on; they are not watched yet.
  ApiServer(ApiServerOptions options,
            const std::vector<std::unique_ptr<HostedCluster>>& clusters,
            EventLog& events);

  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // It serves when this returns OK.
  absl::Status Start();
  // Nobody new should come: serving() is false; calls are answered still.
  void StopBeingReady() { serving_ = false; }
  // Calls have `grace` to end.
  void Shutdown(absl::Duration grace);

  bool serving() const { return serving_; }
  RpcStats stats() const { return membership_->stats(); }
  StreamHub* hub(std::string_view cluster) { return membership_->hub(cluster); }
  // Once it serves.
  RpcServer& server() { return *server_; }

 private:
  void Follow(HostedCluster& cluster);

  const ApiServerOptions options_;
  std::unique_ptr<MembershipService> membership_;
  std::unique_ptr<ControlService> control_;
  std::unique_ptr<ConfigService> config_;
  std::unique_ptr<CoordinationService> coordination_;
  std::unique_ptr<RpcServer> server_;
  std::atomic<bool> serving_{false};
};

}  // namespace roster::monitor
