#pragma once

#include "monitor/state/zookeeper_server.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {

// The ZooKeeper servers as roster.v1 messages. Pure.

void EncodeEnsemble(const ZooKeeperServers& servers,
                    roster::v1::ZooKeeperEnsemble* out);

roster::v1::ZooKeeperServerState EncodeServerState(ZooKeeperServerState state);
roster::v1::ZooKeeperRole EncodeRole(ZooKeeperRole role);

}  // namespace roster::monitor
