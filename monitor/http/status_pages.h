#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/http/http_router.h"
#include "monitor/http/http_worker.h"
#include "monitor/state/cluster_view.h"

namespace roster::monitor {

// What the pages about rosterd itself are made of. All must be thread-safe, and
// those that are called on the HTTP server's loop must not block.
struct StatusSources {
  std::function<std::vector<ClusterViewPtr>()> views;
  // The gRPC server has bound its addresses and is not stopping.
  std::function<bool()> grpc_serving;
  // A first attempt to reach ZooKeeper has ended, well or badly.
  std::function<bool()> zookeeper_tried;

  // What /metrics says; called on the worker's thread, and may take a while.
  std::function<std::string()> metrics;
  std::string metrics_content_type;
};

// Adds to `router`:
//
//   /            a page of text that names the others, where no console is
//   /metrics     for Prometheus
//   /-/healthy   200 for as long as the loop turns. It does not depend on
//                ZooKeeper: a restart would not heal ZooKeeper, only blind
//                every monitor at once.
//   /-/ready     200 when calls can be answered: gRPC serves, and each cluster
//                was read completely once or ZooKeeper is out of reach, when
//                the answer is a view marked as not connected. Else 503. The
//                body says which, for each cluster.
void AddStatusPages(StatusSources sources, HttpWorker& worker,
                    HttpRouter& router);

// What /-/ready answers.
HttpResponse Readiness(const StatusSources& sources);

}  // namespace roster::monitor
