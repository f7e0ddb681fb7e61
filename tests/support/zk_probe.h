#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::testing {

// Metadata of a znode, as the server sent it.
struct NodeStat {
  int64_t czxid = 0;
  int64_t mzxid = 0;
  absl::Time ctime;
  absl::Time mtime;
  int32_t version = 0;
  int32_t cversion = 0;
  int32_t aversion = 0;
  int64_t ephemeral_owner = 0;
  int32_t data_length = 0;
  int32_t num_children = 0;
  int64_t pzxid = 0;
};

enum class NodeKind {
  kPersistent = 0,
  kEphemeral = 1,
  kPersistentSequential = 2,
  kEphemeralSequential = 3,
};

struct ZkProbeOptions {
  absl::Duration session_timeout = absl::Seconds(30);  // the server clamps it
  absl::Duration request_timeout = absl::Seconds(10);  // scaled, see Scaled()
};

// ZkProbe is a blocking ZooKeeper client for arranging and asserting. It speaks
// the wire protocol by itself and shares no code with zk/, nor with the C
// client, so it is an independent witness of what is on the server. It has no
// watches.
//
// It connects at the first request, and again, resuming its session, after a
// lost connection; a request that is cut off fails with Unavailable and is not
// sent twice. A thread of its own keeps the session alive.
//
// Statuses: NotFound, AlreadyExists, Aborted (version), FailedPrecondition (has
// children, or an ephemeral parent), PermissionDenied (ACL), Unavailable,
// DeadlineExceeded, InvalidArgument; Internal with the server's code for the
// rest.
//
// Thread-safety: thread-safe; requests go one at a time.
class ZkProbe {
 public:
  // "127.0.0.1:<port>[/chroot]", as of ZkServer::ConnectString().
  explicit ZkProbe(std::string_view connect_string,
                   ZkProbeOptions options = {});
  // Closes the session, so its ephemeral nodes go at once.
  ~ZkProbe();
  ZkProbe(const ZkProbe&) = delete;
  ZkProbe& operator=(const ZkProbe&) = delete;

  // Establishes a session, which requests do by themselves.
  absl::Status Connect();
  // Id of the present session, 0 before the first. Only Unavailable or a
  // reconnect after an expiry changes it.
  int64_t session_id();

  absl::StatusOr<std::string> Get(const std::string& path);
  absl::StatusOr<NodeStat> Stat(const std::string& path);
  // Aborts on errors other than NotFound.
  bool Exists(const std::string& path);
  absl::StatusOr<std::vector<std::string>> Children(
      const std::string& path);  // sorted
  // Returns the path with its sequence number, if any.
  absl::StatusOr<std::string> Create(const std::string& path,
                                     std::string_view data,
                                     NodeKind kind = NodeKind::kPersistent);
  // Persistent, empty, with all missing parents. OK if it exists.
  absl::Status CreateWithParents(const std::string& path);
  absl::StatusOr<NodeStat> Set(const std::string& path, std::string_view data,
                               int32_t version = -1);
  absl::Status Delete(const std::string& path, int32_t version = -1);
  absl::Status DeleteTree(const std::string& path);
  // From now on everybody may read the node and nobody may change it, its
  // children or its ACL. Deleting it is its parent's matter.
  absl::Status MakeReadOnly(const std::string& path);

  // Ends any session of the server, without its client's doing, as an expiry
  // would: its ephemeral nodes are deleted, and its client is told "session
  // expired" when it comes back. OK if there is no such session.
  absl::Status ExpireSession(int64_t session_id);

  // Drops the connection and forgets the session without closing it, as
  // kill -9 would: its ephemeral nodes stay until the server expires them.
  void Abandon();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::testing
