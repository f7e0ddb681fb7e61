#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "coordination/candidate_name.h"
#include "zk/session.h"

namespace roster::coordination {

// Leader is who holds an office, as ZooKeeper shows it.
struct Leader {
  std::string node_path;
  std::string data;   // of the node: what the leader says of itself
  std::string id;     // who it is, see CandidateId(); may be empty
  int64_t token = 0;  // czxid: rises from leader to leader
  int64_t session_id = 0;
  absl::Time since;  // by the server's clock

  static Leader Of(std::string path, std::string data, const zk::Stat& stat) {
    std::string id =
        CandidateId(std::string_view(path).substr(path.rfind('/') + 1), data);
    return {std::move(path), std::move(data),      std::move(id),
            stat.czxid,      stat.ephemeral_owner, stat.ctime};
  }
  friend bool operator==(const Leader&, const Leader&) = default;
};

}  // namespace roster::coordination
