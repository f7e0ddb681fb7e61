#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordination/leader.h"
#include "model/designation.h"
#include "monitor/control/coordination_values.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// What can be asked of a LeaderBackend, and what it answers. Plain values; the
// meaning of each field is in proto/roster/v1/coordination.proto.

struct LeaderQuery {
  CoordinationTarget target;
  absl::Time deadline = absl::InfiniteFuture();
};

enum class LeaderSource { kLive, kLastKnown, kDesignated };

// The election that something is said of.
struct ElectionId {
  std::string name;  // below the cluster's own folder; empty: elsewhere
  std::string path;
};

struct StoredDesignation {
  ElectionId election;
  model::Designation designation;
};

struct LeaderAnswer {
  // Of kDesignated only the id is known.
  std::optional<coordination::Leader> leader;
  std::string name;  // who that is
  LeaderSource source = LeaderSource::kLive;
  absl::Time as_of = absl::InfinitePast();
  bool connected = false;
  std::optional<StoredDesignation> designation;
};

struct DesignateRequest {
  RequestMeta meta;
  CoordinationTarget target;
  // Nothing: the designation is to be ended.
  std::optional<model::Designation> designation;
  std::string reason;
  std::optional<int64_t> expected_version;  // 0: there must be none
};

struct DesignateResult {
  StoredDesignation designation;  // as it is, or was
  std::string request_id;
};

}  // namespace roster::monitor
