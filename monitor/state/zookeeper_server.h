#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace roster::monitor {

// How a ZooKeeper server of the ensemble was found when it was last asked.
enum class ZooKeeperServerState {
  kNotAsked,     // not yet
  kServing,      // it serves, in some role
  kNotServing,   // it answers and does not serve: no quorum, or it still syncs
  kNotAllowed,   // it answers, but may not tell: srvr and mntr are not allowed
  kRefused,      // nothing listens on its port
  kNoAnswer,     // silence, or the connection was closed without an answer
  kUnreachable,  // no route to it, or its name cannot be looked up
  kUnreadable,   // something else than ZooKeeper answers
};

enum class ZooKeeperRole {
  kUnknown,
  kLeader,
  kFollower,
  kObserver,
  kStandalone,
  kReadOnly,  // cut off from the quorum, serves reads to those who ask for it
};

inline constexpr ZooKeeperServerState kAllZooKeeperServerStates[] = {
    ZooKeeperServerState::kNotAsked,    ZooKeeperServerState::kServing,
    ZooKeeperServerState::kNotServing,  ZooKeeperServerState::kNotAllowed,
    ZooKeeperServerState::kRefused,     ZooKeeperServerState::kNoAnswer,
    ZooKeeperServerState::kUnreachable, ZooKeeperServerState::kUnreadable};

inline constexpr ZooKeeperRole kAllZooKeeperRoles[] = {
    ZooKeeperRole::kLeader, ZooKeeperRole::kFollower, ZooKeeperRole::kObserver,
    ZooKeeperRole::kStandalone, ZooKeeperRole::kReadOnly};

std::string_view ZooKeeperServerStateName(ZooKeeperServerState);  // "SERVING"
std::string_view ZooKeeperRoleName(ZooKeeperRole);  // "LEADER", "UNKNOWN"

// One server of the connect string, as it described itself when it was last
// asked. What is not known is absent; `problem` says why.
struct ZooKeeperServer {
  std::string address;  // as in the connect string: "zk1:2181", "[::1]:2181"
  ZooKeeperServerState state = ZooKeeperServerState::kNotAsked;
  ZooKeeperRole role = ZooKeeperRole::kUnknown;
  // Why something is not known, or what to do about it; for people.
  std::string problem;
  std::string version;  // "3.8.0"
  // Of requests, since the server's start or its last `srst`.
  std::optional<absl::Duration> latency_min;
  std::optional<absl::Duration> latency_avg;
  std::optional<absl::Duration> latency_max;
  std::optional<int64_t> connections;
  std::optional<int64_t> outstanding;  // requests queued
  std::optional<int64_t> znodes;
  std::optional<int64_t> data_bytes;  // approximate
  // The last transaction that it has; its upper half is the leader's epoch.
  std::optional<int64_t> zxid;
  absl::Time asked_at = absl::InfinitePast();  // when its answer was complete
};

// In the order of the connect string, each address once.
using ZooKeeperServers = std::vector<ZooKeeperServer>;
using ZooKeeperServersPtr = std::shared_ptr<const ZooKeeperServers>;

}  // namespace roster::monitor
