#pragma once

#include <zookeeper/zookeeper.h>

#include <string_view>

#include "zk/session.h"

namespace roster::zk {

// Between our types and those of the C client.

Stat FromClient(const struct ::Stat& stat);
int ClientMode(CreateMode mode);

// The ACL of nodes that a session creates: everything for its own user and
// reading for everybody, or, without credentials, everything for everybody.
const ACL_vector* AclFor(const SessionOptions& options);

// The C client tells "no data" by a null pointer; empty is not that.
inline const char* DataPointer(std::string_view data) {
  return data.data() == nullptr ? "" : data.data();
}

}  // namespace roster::zk
