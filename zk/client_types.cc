#include "zk/client_types.h"

#include "absl/time/time.h"

namespace roster::zk {

Stat FromClient(const struct ::Stat& stat) {
  Stat result;
  result.czxid = stat.czxid;
  result.mzxid = stat.mzxid;
  result.ctime = absl::FromUnixMillis(stat.ctime);
  result.mtime = absl::FromUnixMillis(stat.mtime);
  result.version = stat.version;
  result.cversion = stat.cversion;
  result.ephemeral_owner = stat.ephemeralOwner;
  result.data_length = stat.dataLength;
  result.num_children = stat.numChildren;
  return result;
}

int ClientMode(CreateMode mode) {
  switch (mode) {
    case CreateMode::kPersistent:
      return ZOO_PERSISTENT;
    case CreateMode::kEphemeral:
      return ZOO_EPHEMERAL;
    case CreateMode::kPersistentSequential:
      return ZOO_PERSISTENT_SEQUENTIAL;
    case CreateMode::kEphemeralSequential:
      return ZOO_EPHEMERAL_SEQUENTIAL;
  }
  return ZOO_PERSISTENT;
}

const ACL_vector* AclFor(const SessionOptions& options) {
  static char auth[] = "auth";
  static char nobody[] = "";
  static char world[] = "world";
  static char anyone[] = "anyone";
  static struct ACL entries[] = {
      {0x1f /* all */, {auth, nobody}},
      {0x01 /* read */, {world, anyone}},
  };
  static const ACL_vector restricted = {2, entries};
  return options.digest_credentials.empty() ? &ZOO_OPEN_ACL_UNSAFE
                                            : &restricted;
}

}  // namespace roster::zk
