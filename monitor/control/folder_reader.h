#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitor/control/coordination_values.h"
#include "monitor/state/cluster_view.h"
#include "zk/blocking_session.h"

namespace roster::monitor {

// The absolute path of `target` below `root`. InvalidArgument with reason
// INVALID_COORDINATION_PATH for what can be no path, for "/", and for
// ZooKeeper's own /zookeeper; BadField if not exactly one is given.
absl::StatusOr<std::string> PathOf(const CoordinationTarget& target,
                                   std::string_view root);
// The same for the folder that is to be listed: `root` if it is empty.
absl::StatusOr<std::string> FolderOf(const std::string& folder,
                                     std::string_view root);
// The reverse: the name of what lies at `path`; empty if that is elsewhere.
std::string NameBelow(std::string_view path, std::string_view root);

// FolderReader reads the nodes in a folder, many at a time but not too many,
// and until one deadline. What vanishes meanwhile is left out.
//
// Thread-safety: thread-compatible. Lifetime: `session` outlives this.
class FolderReader {
 public:
  FolderReader(zk::BlockingSession& session, absl::Time deadline)
      : session_(session), deadline_(deadline) {}

  absl::StatusOr<zk::OwnedNode> Get(const std::string& path) {
    return session_.Get(path, deadline_);
  }
  // Names of the children; in no order.
  absl::StatusOr<std::vector<std::string>> List(const std::string& path);
  // The same; none if the node is missing.
  absl::StatusOr<std::vector<std::string>> ListIfAny(const std::string& path);

  // A node in a folder, as a listing needs it.
  struct Entry {
    std::string path;
    zk::OwnedNode node;
    std::vector<std::string> children;
  };
  // Calls `visit` for the nodes of a page of the folder, by name, until it
  // fails; a few are in memory at a time. The result is what the page ended
  // with, empty for the last one. No such folder is an empty one.
  absl::StatusOr<std::string> ReadFolder(
      const std::string& folder, size_t limit, const std::string& after,
      absl::FunctionRef<absl::Status(Entry entry)> visit);

  // Fills in what the node of each says.
  absl::Status Read(std::vector<Contender>& contenders);
  absl::Status Read(const std::string& folder, std::vector<QueuedItem>& items);

 private:
  std::vector<absl::StatusOr<zk::Children>> ListAll(
      const std::vector<std::string>& paths);

  zk::BlockingSession& session_;
  const absl::Time deadline_;
};

// What a node says, but for its place in a line.
void FillIn(const zk::OwnedNode& node, Contender& contender);
NodeData Shown(const zk::OwnedNode& node);
ForeignNodes ToForeign(const std::vector<std::string>& sorted);

// Tells which members of the cluster the contenders are: by session, or, as a
// claim, by what is in `member` already, or by their data.
void FindMembers(const ClusterView& view,
                 const std::vector<Contender*>& contenders);

}  // namespace roster::monitor
