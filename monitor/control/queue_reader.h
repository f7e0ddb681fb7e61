#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "monitor/control/coordination_values.h"
#include "monitor/control/folder_reader.h"

namespace roster::monitor {

// Queues as a looker-on sees them. Items lie in `entries`, and claims in
// `taken`, where there is such a child (ours, kazoo's LockingQueue); otherwise
// the items are the children themselves. Errors are ZooKeeper's; NotFound if
// there is nothing at the path.

absl::StatusOr<Look<QueueInfo>> ReadQueue(FolderReader& reader,
                                          const std::string& path, size_t limit,
                                          const std::string& after);
absl::StatusOr<FolderPage<QueueInfo>> ReadQueues(FolderReader& reader,
                                                 const std::string& folder,
                                                 size_t limit,
                                                 const std::string& after);

}  // namespace roster::monitor
