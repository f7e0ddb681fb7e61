#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/loop.h"

namespace roster::zk {

// Where the session stands, as its owner should act on it.
//
//   kConnecting --> kConnected <--> kSuspended --> kLost --> kConnected ...
//
// kConnecting  no connection yet since Start().
// kConnected   requests are served. A rise in `generation` means: a new
//              ZooKeeper session; every watch and every ephemeral node of the
//              former one is void.
// kSuspended   the connection is gone, the session may still live: whoever
//              holds something by it stops acting.
// kLost        the session has certainly expired, or must be taken for
//              expired: it was suspended for the negotiated timeout. Should
//              ZooKeeper have kept it all the same (the whole ensemble was
//              down, say), it goes on and `generation` does not rise.
enum class ConnectionState { kConnecting, kConnected, kSuspended, kLost };

std::string_view ConnectionStateName(ConnectionState state);

struct ConnectionInfo {
  ConnectionState state = ConnectionState::kConnecting;
  // Counts ZooKeeper sessions, from 1 at the first connect; 0 before.
  uint64_t generation = 0;
  int64_t session_id = 0;             // of `generation`; 0 before
  absl::Duration negotiated_timeout;  // by the server; zero before
  std::string reason;                 // why not connected, for people
  // While not connected: a server took a connection since, but did not serve.
  // So it is not this side that is cut off: the ensemble has no quorum, say.
  bool servers_answer = false;
  // When the server was last heard, by the wall clock, as of the last cut;
  // InfinitePast before. A cut is noticed later than it happens.
  absl::Time heard_at = absl::InfinitePast();
};

// Metadata of a znode.
struct Stat {
  int64_t czxid = 0;  // transaction that created the node: its identity
  int64_t mzxid = 0;  // transaction that last wrote it
  absl::Time ctime;
  absl::Time mtime;
  int32_t version = 0;
  int32_t cversion = 0;
  int64_t ephemeral_owner = 0;  // session id, 0 for a persistent node
  int32_t data_length = 0;
  int32_t num_children = 0;
};

struct Node {
  std::string_view data;  // valid during the callback only
  Stat stat;
};

struct Created {
  std::string path;  // with the sequence number, if any
  Stat stat;
};

struct Children {
  std::vector<std::string> names;  // in no order
  Stat stat;
};

enum class CreateMode {
  kPersistent,
  kEphemeral,
  kPersistentSequential,
  kEphemeralSequential,
};

// One step of a Multi().
struct Op {
  enum class Kind { kCreate, kSet, kDelete, kCheck };
  static Op Create(std::string path, std::string data, CreateMode mode);
  static Op Set(std::string path, std::string data, int32_t version);
  static Op Delete(std::string path, int32_t version);
  static Op Check(std::string path, int32_t version);

  Kind kind = Kind::kCheck;
  std::string path;
  std::string data;
  int32_t version = -1;
  CreateMode mode = CreateMode::kPersistent;
};

enum class WatchEventType {
  kCreated,
  kDeleted,
  kDataChanged,
  kChildrenChanged
};

struct WatchEvent {
  WatchEventType type;
  std::string_view path;  // valid during the callback only
};

using WatcherId = uint64_t;  // 0: do not watch

inline constexpr int32_t kAnyVersion = -1;

struct SessionOptions {
  // "host:port,host:port[/chroot]". IPv6 literals in brackets. The chroot is
  // created if it is missing.
  std::string servers = "127.0.0.1:2181";

  // Asked of the server, which clamps it to 2..20 of its ticks.
  absl::Duration session_timeout = absl::Seconds(10);

  // Credentials for scheme "digest", "user:password". Empty: none. When set,
  // nodes are created so that only this user may change them and everybody may
  // read them; otherwise they are open to everybody.
  std::string digest_credentials;

  // The C client sends all watches in one packet when it reconnects, and the
  // server drops a connection whose packet is over 1 MiB, for ever. A session
  // that watches more bytes of paths than this is not resumed after a cut but
  // replaced by a new one. Only a session that owns ephemeral nodes pays for
  // that, so such a session should watch little.
  size_t max_resumed_watch_bytes = 512 * 1024;

  // Looks a host name up: addresses as text, or an error. May block: it runs
  // on a thread that does nothing else. Empty: getaddrinfo(3).
  std::function<absl::StatusOr<std::vector<std::string>>(const std::string&)>
      lookup;

  base::LogSink log;

  // An error that names the option, or OK.
  absl::Status Validate() const;
};

// Session is a connection to a ZooKeeper ensemble that heals itself: it
// reconnects, notices by its own clock that it must be taken for lost, and
// starts a new ZooKeeper session after an expiry. It drives the C client's
// single-threaded build from a base::Loop, so all callbacks run on that loop
// and no other thread exists, except while a host name is being looked up.
//
// It does not retry requests and does not re-create nodes or watches: see
// coordination/ for things that do.
//
// Requests: callbacks run on the loop, exactly once, never from inside the
// call that made the request. While the session is not connected, requests
// fail at once with Unavailable. A request cut off by a lost connection ends
// with Unavailable and IsOutcomeUnknown(). After ~Session() callbacks do not
// run any more.
// Watches fire once, and only for the generation they were set in; the owner
// re-arms them by reading again. See AddWatcher().
// Paths are absolute within the chroot. A bad path gives InvalidArgument.
//
// Thread-safety: confined to the loop, constructor and destructor included.
// Lifetime: `loop` must outlive this.
class Session {
 public:
  using StateCallback = std::function<void(const ConnectionInfo&)>;
  using WatchCallback = std::function<void(const WatchEvent&)>;
  template <typename T>
  using Callback = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  using DoneCallback = absl::AnyInvocable<void(absl::Status)>;
  using ListenerId = uint64_t;

  // `options` must be valid. Does nothing until Start().
  Session(base::Loop& loop, SessionOptions options);
  // Closes the ZooKeeper session if it is connected (its ephemeral nodes go at
  // once); otherwise it is left to expire. That takes milliseconds, and up to
  // 5 s when the server does not answer. Callbacks of requests in flight are
  // dropped. May be called from any callback of this session.
  ~Session();

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Begins to connect. Never blocks and never fails: see info().
  void Start();

  const ConnectionInfo& info() const;
  bool connected() const;
  // Session ids that this object had before the one of info(). A node owned by
  // one of them is ours, left behind.
  bool IsFormerSession(int64_t session_id) const;

  // Calls `callback` at every change of info(), not for the present state.
  ListenerId AddListener(StateCallback callback);
  void RemoveListener(ListenerId id);

  // A watcher is a callback that any number of watches may name; events of
  // watches whose watcher was removed are dropped.
  WatcherId AddWatcher(WatchCallback callback);
  void RemoveWatcher(WatcherId id);

  // NotFound if the node is missing; no watch is set then.
  void Get(const std::string& path, WatcherId watcher, Callback<Node> done);
  // NotFound if the node is missing; the watch is set all the same.
  void Exists(const std::string& path, WatcherId watcher, Callback<Stat> done);
  void GetChildren(const std::string& path, WatcherId watcher,
                   Callback<Children> done);
  // AlreadyExists; NotFound if the parent is missing.
  void Create(const std::string& path, std::string_view data, CreateMode mode,
              Callback<Created> done);
  // Creates a persistent, empty node with all its missing parents. OK if it
  // exists.
  void CreateWithParents(const std::string& path, DoneCallback done);
  // Aborted if `version` is neither kAnyVersion nor the node's.
  void Set(const std::string& path, std::string_view data, int32_t version,
           Callback<Stat> done);
  void Delete(const std::string& path, int32_t version, DoneCallback done);
  // All or nothing. The status is the first failed step's and names its path.
  void Multi(std::vector<Op> ops, DoneCallback done);
  // Done when this server has caught up with everything committed before.
  void Sync(const std::string& path, DoneCallback done);

  // Drops the connection as a network fault would. For tests and drills.
  void InterruptConnection();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roster::zk
