#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordination/line_name.h"
#include "monitor/control/coordination_values.h"
#include "monitor/control/folder_reader.h"

namespace roster::monitor {

// Locks and elections as a looker-on sees them: the nodes in their folders,
// told apart by their names. What a folder without such nodes is meant for
// nobody can tell; it is shown as a lock that nobody wants.
//
// Errors are ZooKeeper's; NotFound if there is nothing at the path.

// A lock's nodes, not read yet: those that hold it, then those that wait.
struct LockLine {
  LockKind kind = LockKind::kUnknown;
  std::vector<Contender> nodes;
  size_t holders = 0;
  int64_t max_leases = 0;
  std::vector<std::string> foreign;
};

// `data` and `children` are those of the node at `path`. A semaphore is
//   Curator's, and ours: `leases`, and `locks` with those who wait;
//   kazoo's: a child for each lease, named by 32 hexadecimal digits, and the
//   number of them in `data`; who waits is in "<path>-__lock__".
absl::StatusOr<LockLine> ReadLockLine(FolderReader& reader,
                                      const std::string& path,
                                      const std::string& data,
                                      const std::vector<std::string>& children);

// A page of its line: who is counted was there when it was read, or is on
// another page.
absl::StatusOr<Look<LockInfo>> ReadLock(FolderReader& reader,
                                        const std::string& path, size_t limit,
                                        const std::string& after);
absl::StatusOr<FolderPage<LockInfo>> ReadLocks(FolderReader& reader,
                                               const std::string& folder,
                                               size_t limit,
                                               const std::string& after);

// An ephemeral node without a folder is a STATIC election's.
absl::StatusOr<Look<ElectionInfo>> ReadElection(FolderReader& reader,
                                                const std::string& path,
                                                size_t limit,
                                                const std::string& after);
absl::StatusOr<FolderPage<ElectionInfo>> ReadElections(
    FolderReader& reader, const std::string& folder, size_t limit,
    const std::string& after);

}  // namespace roster::monitor
