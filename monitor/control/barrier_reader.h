#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "monitor/control/coordination_values.h"
#include "monitor/control/folder_reader.h"

namespace roster::monitor {

// Barriers as a looker-on sees them: Roster's, Curator's and kazoo's are alike.
// Errors are ZooKeeper's; NotFound if there is nothing at the path.

// What those who wait at a COUNT or DOUBLE barrier wait for.
inline constexpr char kBarrierReady[] = "ready";

absl::StatusOr<Look<BarrierInfo>> ReadBarrier(FolderReader& reader,
                                              const std::string& path,
                                              size_t limit,
                                              const std::string& after);
absl::StatusOr<FolderPage<BarrierInfo>> ReadBarriers(FolderReader& reader,
                                                     const std::string& folder,
                                                     size_t limit,
                                                     const std::string& after);

}  // namespace roster::monitor
