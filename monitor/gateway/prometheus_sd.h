#pragma once

#include <functional>
#include <vector>

#include "monitor/http/http_message.h"
#include "monitor/state/cluster_view.h"

namespace roster::monitor {

// /sd/prometheus: the members' endpoints as targets for http_sd_configs of
// Prometheus. One group for each endpoint:
//
//   {"targets":["10.0.0.7:9100"],"labels":{"__meta_roster_cluster":"web",
//    "__meta_roster_name":"web-01","__meta_roster_service":"search",
//    "__meta_roster_version":"1.4.2","__meta_roster_status":"UP",
//    "__meta_roster_endpoint":"metrics","__meta_roster_label_zone":"a"}}
//
// Parameters: cluster (all), endpoint (its name; "metrics"; "*": all), service,
// selector, include_held (false: who is held or absent is no target).
//
// While one of the clusters asked for is not read completely, ZooKeeper is out
// of reach, or the mass-loss guard is on, it answers 503: Prometheus then keeps
// the targets it has. An empty list would make it forget them all.
//
// What a member says of its endpoints is passed on if it has the form
// host:port; scraping it is Prometheus' affair. Pure but for `views`.
HttpResponse PrometheusTargets(const HttpRequest& request,
                               const std::vector<ClusterViewPtr>& views);

}  // namespace roster::monitor
