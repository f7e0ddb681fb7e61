#include "monitor/rpc/ensemble_codec.h"

#include "monitor/rpc/time_codec.h"

namespace roster::monitor {
namespace {

void EncodeServer(const ZooKeeperServer& server,
                  roster::v1::ZooKeeperServer* out) {
  out->set_address(server.address);
  out->set_state(EncodeServerState(server.state));
  out->set_role(EncodeRole(server.role));
  out->set_problem(server.problem);
  out->set_version(server.version);
  if (server.latency_min)
    *out->mutable_latency_min() = EncodeDuration(*server.latency_min);
  if (server.latency_avg)
    *out->mutable_latency_avg() = EncodeDuration(*server.latency_avg);
  if (server.latency_max)
    *out->mutable_latency_max() = EncodeDuration(*server.latency_max);
  if (server.connections) out->set_connections(*server.connections);
  if (server.outstanding) out->set_outstanding_requests(*server.outstanding);
  if (server.znodes) out->set_znodes(*server.znodes);
  if (server.data_bytes) out->set_data_bytes(*server.data_bytes);
  if (server.zxid) out->set_zxid(*server.zxid);
  if (IsGiven(server.asked_at))
    *out->mutable_asked_at() = EncodeTime(server.asked_at);
}

}  // namespace

void EncodeEnsemble(const ZooKeeperServers& servers,
                    roster::v1::ZooKeeperEnsemble* out) {
  for (const ZooKeeperServer& server : servers)
    EncodeServer(server, out->add_servers());
}

roster::v1::ZooKeeperServerState EncodeServerState(ZooKeeperServerState state) {
  switch (state) {
    case ZooKeeperServerState::kNotAsked:
      return v1::ZOO_KEEPER_SERVER_STATE_UNSPECIFIED;
    case ZooKeeperServerState::kServing:
      return v1::ZOO_KEEPER_SERVER_STATE_SERVING;
    case ZooKeeperServerState::kNotServing:
      return v1::ZOO_KEEPER_SERVER_STATE_NOT_SERVING;
    case ZooKeeperServerState::kNotAllowed:
      return v1::ZOO_KEEPER_SERVER_STATE_NOT_ALLOWED;
    case ZooKeeperServerState::kRefused:
      return v1::ZOO_KEEPER_SERVER_STATE_REFUSED;
    case ZooKeeperServerState::kNoAnswer:
      return v1::ZOO_KEEPER_SERVER_STATE_NO_ANSWER;
    case ZooKeeperServerState::kUnreachable:
      return v1::ZOO_KEEPER_SERVER_STATE_UNREACHABLE;
    case ZooKeeperServerState::kUnreadable:
      return v1::ZOO_KEEPER_SERVER_STATE_UNREADABLE;
  }
  return v1::ZOO_KEEPER_SERVER_STATE_UNSPECIFIED;
}

roster::v1::ZooKeeperRole EncodeRole(ZooKeeperRole role) {
  switch (role) {
    case ZooKeeperRole::kUnknown:
      return v1::ZOO_KEEPER_ROLE_UNSPECIFIED;
    case ZooKeeperRole::kLeader:
      return v1::ZOO_KEEPER_ROLE_LEADER;
    case ZooKeeperRole::kFollower:
      return v1::ZOO_KEEPER_ROLE_FOLLOWER;
    case ZooKeeperRole::kObserver:
      return v1::ZOO_KEEPER_ROLE_OBSERVER;
    case ZooKeeperRole::kStandalone:
      return v1::ZOO_KEEPER_ROLE_STANDALONE;
    case ZooKeeperRole::kReadOnly:
      return v1::ZOO_KEEPER_ROLE_READ_ONLY;
  }
  return v1::ZOO_KEEPER_ROLE_UNSPECIFIED;
}

}  // namespace roster::monitor
