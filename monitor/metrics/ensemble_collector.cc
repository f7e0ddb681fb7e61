#include "monitor/metrics/ensemble_collector.h"

#include <optional>
#include <string>
#include <utility>

#include "monitor/metrics/family_builder.h"
#include "monitor/metrics/metric_names.h"

namespace roster::monitor {
namespace {

using prometheus::MetricFamily;

std::optional<double> Seconds(std::optional<absl::Duration> duration) {
  if (!duration) return std::nullopt;
  return absl::ToDoubleSeconds(*duration);
}

std::optional<double> Number(std::optional<int64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<double>(*value);
}

// A metric with the one label `server`, where it is known.
template <typename Value>
MetricFamily PerServer(const MetricSpec& spec, const ZooKeeperServers& servers,
                       Value value) {
  FamilyBuilder family(spec);
  for (const ZooKeeperServer& server : servers)
    if (const std::optional<double> known = value(server))
      family.Add({{"server", server.address}}, *known);
  return std::move(family).Build();
}

MetricFamily States(const ZooKeeperServers& servers) {
  FamilyBuilder family(metric::kServerState);
  for (const ZooKeeperServer& server : servers)
    for (const ZooKeeperServerState state : kAllZooKeeperServerStates)
      family.Add({{"server", server.address},
                  {"state", std::string(ZooKeeperServerStateName(state))}},
                 state == server.state ? 1 : 0);
  return std::move(family).Build();
}

MetricFamily Roles(const ZooKeeperServers& servers) {
  FamilyBuilder family(metric::kServerRole);
  for (const ZooKeeperServer& server : servers)
    for (const ZooKeeperRole role : kAllZooKeeperRoles)
      family.Add({{"server", server.address},
                  {"role", std::string(ZooKeeperRoleName(role))}},
                 role == server.role ? 1 : 0);
  return std::move(family).Build();
}

MetricFamily Info(const ZooKeeperServers& servers) {
  FamilyBuilder family(metric::kServerInfo);
  for (const ZooKeeperServer& server : servers)
    if (!server.version.empty())
      family.Add({{"server", server.address}, {"version", server.version}}, 1);
  return std::move(family).Build();
}

// A transaction's number begins with the epoch of the leader that made it.
std::optional<double> Epoch(const ZooKeeperServer& server) {
  if (!server.zxid) return std::nullopt;
  return static_cast<double>(static_cast<uint64_t>(*server.zxid) >> 32);
}

std::optional<double> AskedAt(const ZooKeeperServer& server) {
  if (server.asked_at == absl::InfinitePast()) return std::nullopt;
  return absl::ToDoubleSeconds(server.asked_at - absl::UnixEpoch());
}

}  // namespace

std::vector<MetricFamily> CollectEnsemble(const ZooKeeperServers& servers) {
  using Server = const ZooKeeperServer&;
  return {
      States(servers),
      Roles(servers),
      Info(servers),
      PerServer(metric::kServerLatencyMin, servers,
                [](Server s) { return Seconds(s.latency_min); }),
      PerServer(metric::kServerLatencyAvg, servers,
                [](Server s) { return Seconds(s.latency_avg); }),
      PerServer(metric::kServerLatencyMax, servers,
                [](Server s) { return Seconds(s.latency_max); }),
      PerServer(metric::kServerConnections, servers,
                [](Server s) { return Number(s.connections); }),
      PerServer(metric::kServerOutstanding, servers,
                [](Server s) { return Number(s.outstanding); }),
      PerServer(metric::kServerZnodes, servers,
                [](Server s) { return Number(s.znodes); }),
      PerServer(metric::kServerData, servers,
                [](Server s) { return Number(s.data_bytes); }),
      PerServer(metric::kServerEpoch, servers, Epoch),
      PerServer(metric::kServerAsked, servers, AskedAt),
  };
}

}  // namespace roster::monitor
