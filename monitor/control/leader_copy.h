#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/json_copy.h"
#include "coordination/leader.h"
#include "model/designation.h"

namespace roster::monitor {

// What is remembered of one election.
struct RememberedLeader {
  bool seen = false;  // who led, or that nobody did
  std::optional<coordination::Leader> leader;
  absl::Time as_of = absl::InfinitePast();  // when that was right
  std::optional<model::Designation> designation;
  absl::Time designation_as_of = absl::InfinitePast();
};
// By name, or by path for one that lies elsewhere: KeyOf().
using RememberedLeaders = std::map<std::string, RememberedLeader>;

// LeaderCopy is a file with the leaders last known, so that a rosterd that
// starts while ZooKeeper is away can tell who led. It is a base::JsonCopy.
//
// Thread-safety: thread-compatible. Both calls do I/O.
class LeaderCopy {
 public:
  // `origin` says what is copied: ZooKeeper's address and the cluster. A copy
  // of something else is not used.
  LeaderCopy(std::string file, std::string origin);

  // The errors are JsonCopy::Load()'s; with the place if it is broken.
  absl::StatusOr<RememberedLeaders> Load() const;
  absl::Status Write(const RememberedLeaders& leaders) const;

 private:
  base::JsonCopy copy_;
};

}  // namespace roster::monitor
