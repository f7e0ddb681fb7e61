#pragma once

#include <zookeeper/zookeeper.h>

#include <cstddef>
#include <string_view>

#include "zk/session.h"

namespace roster::zk {

// Between our types and those of the C client.

Stat FromClient(const struct ::Stat& stat);
int ClientMode(CreateMode mode);

// The ACL of nodes that a session creates: everything for its own user and
// reading for everybody, or, without credentials, everything for everybody.
const ACL_vector* AclFor(const SessionOptions& options);

// The server drops the connection of a client that sends a longer packet
// (jute.maxbuffer, its default), which looks like a network fault and would be
// tried again for ever.
inline constexpr size_t kMaxPacket = 1048575;
// Bound of what a packet holds besides paths and data, for each step.
inline constexpr size_t kPacketOverhead = 160;

// The C client tells "no data" by a null pointer; empty is not that.
inline const char* DataPointer(std::string_view data) {
  return data.data() == nullptr ? "" : data.data();
}

}  // namespace roster::zk
