#pragma once

#include <vector>

#include "monitor/state/zookeeper_server.h"
#include "prometheus/metric_family.h"

namespace roster::monitor {

// The ZooKeeper servers as metrics: a dozen and some series for each server,
// so the connect string bounds them. Pure.
std::vector<prometheus::MetricFamily> CollectEnsemble(
    const ZooKeeperServers& servers);

}  // namespace roster::monitor
