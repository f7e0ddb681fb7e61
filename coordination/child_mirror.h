#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "zk/session.h"

namespace roster::coordination {

struct ChildMirrorStats {
  uint64_t lists = 0;
  uint64_t reads = 0;
  uint64_t resyncs = 0;
  size_t outstanding_reads = 0;
};

// ChildMirror keeps its listener informed of all children of one znode and of
// their data: a children watch on the parent and a data watch on each child,
// re-armed by reading again. A watch is only a hint; what counts is what is
// read after it.
//
// Every transition of a child ends up at the listener: present or not, its
// newest data, and a node that was deleted and created anew is recognised by
// its czxid, even if that happened while the connection was away. Versions of
// the data in between may be skipped.
//
// After a connect it lists the parent, then reads each child whose watch is
// not armed (all of them in a new ZooKeeper session), and then says OnSynced().
// A missing parent is an empty one; it is watched for. Every 30 s it lists
// again, for events that the server has swallowed.
//
// Thread-safety: confined to the session's loop. Listener calls come from the
// loop and must not destroy the mirror.
// Lifetime: `session` and `listener` must outlive this.
class ChildMirror {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // A child exists and holds this: new, changed, or merely read again after
    // a reconnect.
    virtual void OnChild(std::string_view name, const zk::Node& node) = 0;
    // A child that OnChild() told of is gone.
    virtual void OnGone(std::string_view name) = 0;
    // All children have been told of since the last OnDisconnected(), and the
    // watches are armed. Comes once per (re)connect, and again after an
    // OnError() of the parent.
    virtual void OnSynced() = 0;
    // ZooKeeper is out of reach: what was told may be outdated.
    virtual void OnDisconnected(const zk::ConnectionInfo& info) = 0;
    // The parent or a child may not be read (no permission, say). The mirror
    // tries again with pauses. `name` is empty for the parent.
    virtual void OnError(std::string_view name, const absl::Status& status) = 0;
  };

  // Which children are of interest, by name; the others are not read.
  using Filter = std::function<bool(std::string_view name)>;

  // `path` need not exist. Works from the first connect on. Empty `filter`: all
  // children.
  ChildMirror(base::Loop& loop, zk::Session& session, std::string path,
              Listener& listener, Filter filter = {});
  ~ChildMirror();

  ChildMirror(const ChildMirror&) = delete;
  ChildMirror& operator=(const ChildMirror&) = delete;

  // Calls `done` once everything that the server has told of so far has been
  // read and handed to the listener; at once if nothing is outstanding. So,
  // asked after a read in the same session was answered, it says that the
  // listener knows all changes that came before that read. Unavailable if the
  // connection goes first.
  void WhenCaughtUp(absl::AnyInvocable<void(absl::Status)> done);

  const std::string& path() const;
  size_t size() const;  // children known now
  const ChildMirrorStats& stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roster::coordination
