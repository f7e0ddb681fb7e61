#pragma once

#include <string>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/membership.pb.h"

namespace roster::cli {

// The ZooKeeper servers as a table, and below it what is wrong with any of
// them. Empty when rosterd did not ask them. Pure: `now` is passed in. All
// server text is made visible.
//
// Thread-safety: thread-safe.
std::string EnsembleReport(const roster::v1::ZooKeeperEnsemble& ensemble,
                           absl::Time now, const RenderOptions& options);

}  // namespace roster::cli
