#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "monitor/state/cluster_view.h"
#include "monitor/state/zookeeper_server.h"

namespace roster::monitor {

// States that a ZooKeeper session can be in, by the names of
// zk::ConnectionStateName(); case does not matter.
struct ZooKeeperStats {
  std::string state = "CONNECTING";
  uint64_t sessions = 0;  // established since the start
};

struct StreamStats {
  int64_t subscribers = 0;
  uint64_t resets = 0;
  uint64_t merged = 0;
};

// How often a duty of the elected rosterd has failed.
struct DutyFailures {
  std::string cluster;
  std::string duty;
  uint64_t count = 0;
};

// Where the numbers of a scrape come from. Each function is called once per
// scrape, on the thread that renders, must be thread-safe and must not block.
// Those left empty leave their metrics at zero.
struct MetricsSources {
  std::function<std::vector<ClusterViewPtr>()> views;
  std::function<ZooKeeperStats()> zookeeper;
  // Empty if the servers are not asked: then they have no series.
  std::function<ZooKeeperServersPtr()> zookeeper_servers;
  std::function<StreamStats()> streams;
  std::function<uint64_t()> events;  // appended to the history so far
  // By what this rosterd is known in elections: MonitorInfo::id.
  std::function<std::string()> run_id;
  std::function<std::vector<DutyFailures>()> duty_failures;
};

}  // namespace roster::monitor
