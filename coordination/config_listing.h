#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/config_entry.h"
#include "zk/blocking_session.h"

namespace roster::coordination {

// Reading many configuration entries at once: what ConfigStore and rosterd have
// in common. `parent` is ClusterPaths::config. Errors are ZooKeeper's.

// Which entries: those whose names start with `prefix` and come behind `after`.
struct ConfigRange {
  std::string prefix;
  std::string after;
  size_t limit = std::numeric_limits<size_t>::max();
};

// The first entries of a range, by name. What cannot be read as an entry is
// left out; a missing parent is an empty one.
absl::StatusOr<std::vector<model::ConfigEntry>> ListConfig(
    zk::BlockingSession& session, std::string_view parent,
    const ConfigRange& range, absl::Time deadline);

// The versions that are kept of one entry, newest first. NotFound with reason
// CONFIG_NOT_FOUND if there never was such an entry.
absl::StatusOr<std::vector<model::ConfigEntry>> ListConfigHistory(
    zk::BlockingSession& session, std::string_view parent,
    std::string_view name, absl::Time deadline);

}  // namespace roster::coordination
