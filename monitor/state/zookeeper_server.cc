#include "monitor/state/zookeeper_server.h"

namespace roster::monitor {

std::string_view ZooKeeperServerStateName(ZooKeeperServerState state) {
  switch (state) {
    case ZooKeeperServerState::kNotAsked:
      return "NOT_ASKED";
    case ZooKeeperServerState::kServing:
      return "SERVING";
    case ZooKeeperServerState::kNotServing:
      return "NOT_SERVING";
    case ZooKeeperServerState::kNotAllowed:
      return "NOT_ALLOWED";
    case ZooKeeperServerState::kRefused:
      return "REFUSED";
    case ZooKeeperServerState::kNoAnswer:
      return "NO_ANSWER";
    case ZooKeeperServerState::kUnreachable:
      return "UNREACHABLE";
    case ZooKeeperServerState::kUnreadable:
      return "UNREADABLE";
  }
  return "NOT_ASKED";
}

std::string_view ZooKeeperRoleName(ZooKeeperRole role) {
  switch (role) {
    case ZooKeeperRole::kUnknown:
      return "UNKNOWN";
    case ZooKeeperRole::kLeader:
      return "LEADER";
    case ZooKeeperRole::kFollower:
      return "FOLLOWER";
    case ZooKeeperRole::kObserver:
      return "OBSERVER";
    case ZooKeeperRole::kStandalone:
      return "STANDALONE";
    case ZooKeeperRole::kReadOnly:
      return "READ_ONLY";
  }
  return "UNKNOWN";
}

}  // namespace roster::monitor
