#pragma once

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "monitor/gateway/fleet_lock.h"
#include "monitor/gateway/rest_api.h"
#include "monitor/gateway/watch_hub.h"
#include "monitor/http/http_router.h"
#include "monitor/http/http_worker.h"
#include "monitor/state/event_log.h"

namespace roster::monitor {

struct GatewayOptions {
  RestApiOptions api;
  WatchHubOptions watch;
  // Names that rosterd is reached by; see HostCheck.
  std::vector<std::string> hosts;
};

// Gateway joins HTTP to the API:
//
//   /api/v1/...           every unary call, as JSON
//   /api/v1/watch         server-sent events
//   /api/v1/openapi.json  what there is
//   /api/v1/session       what a page needs before its first change
//   /sd/prometheus        targets for Prometheus
//   /v1/pre-reboot, /v1/steady-state, /fleetlock/<cluster>/v1/...
//
// It also has the router refuse requests for foreign hosts (HostCheck).
//
// docs/http.md is its manual. It is the one part that includes both
// monitor/http and monitor/rpc.
//
// Thread-safety: Notify() is thread-safe; the rest is for the wiring.
// Lifetime: shut the gRPC server down, then stop the HTTP server, then destroy
// this, then the HTTP server: answers on their way need its loop.
class Gateway {
 public:
  // `channel` leads to the services.
  Gateway(GatewayOptions options, std::shared_ptr<grpc::Channel> channel,
          std::vector<WatchedCluster> clusters, const EventLog& events);

  // `worker` makes the answers that take long.
  void AddRoutes(HttpRouter& router, HttpWorker& worker);
  // The loop of the server that has these routes; before it starts.
  void SetLoop(base::Loop& loop) { watch_.SetLoop(loop); }
  // See WatchHub.
  void Notify() { watch_.Notify(); }

 private:
  std::vector<ClusterViewPtr> Views() const;

  const std::vector<WatchedCluster> clusters_;
  const std::vector<std::string> hosts_;
  RestApi api_;
  FleetLock fleet_lock_;
  WatchHub watch_;
};

}  // namespace roster::monitor
