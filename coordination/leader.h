#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "zk/session.h"

namespace roster::coordination {

// Leader is who holds an office, as ZooKeeper shows it.
struct Leader {
  std::string node_path;
  std::string data;   // of the node: what the leader says of itself
  int64_t token = 0;  // czxid: rises from leader to leader
  int64_t session_id = 0;
  absl::Time since;  // by the server's clock

  static Leader Of(std::string path, std::string data, const zk::Stat& stat) {
    return {std::move(path), std::move(data), stat.czxid, stat.ephemeral_owner,
            stat.ctime};
  }
  friend bool operator==(const Leader&, const Leader&) = default;
};

}  // namespace roster::coordination
