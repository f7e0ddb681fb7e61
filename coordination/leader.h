#pragma once

#include <cstddef>
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
  std::string data;  // of the node: what the leader says of itself
  // Of the node's data, which `data` may be only the beginning of.
  size_t data_size = 0;
  std::string id;     // who it is, see CandidateId(); may be empty
  int64_t token = 0;  // czxid: rises from leader to leader
  int64_t session_id = 0;
  absl::Time since;  // by the server's clock

  // Of `data`, no more than `kept_data` bytes are kept.
  static Leader Of(std::string path, std::string_view data,
                   const zk::Stat& stat, size_t kept_data = std::string::npos) {
    std::string id =
        CandidateId(std::string_view(path).substr(path.rfind('/') + 1), data);
    return {.node_path = std::move(path),
            .data = std::string(data.substr(0, kept_data)),
            .data_size = data.size(),
            .id = std::move(id),
            .token = stat.czxid,
            .session_id = stat.ephemeral_owner,
            .since = stat.ctime};
  }
  friend bool operator==(const Leader&, const Leader&) = default;
};

}  // namespace roster::coordination
