#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/grant.h"

namespace roster::coordination {

struct LockOptions {
  std::string path;  // the lock: a folder, created when it is missing
  // Of each contender's node, for people: who it is. 64 KiB at most.
  std::string data;
  // A grant was suspended, resumed or lost.
  GrantCallback on_change;
  // Somebody asks for the lock with RequestRelease(), or Curator's Revoker.
  // To oblige is the holder's decision.
  std::function<void(const Grant&)> on_revocation;
  base::LogSink log;
};

// Lock is held by one thread of one process of the cluster at a time; in the
// order in which they asked. A thread that holds it may acquire it again, and
// releases it as often.
//
//   Lock lock(client, {.path = "/roster/demo/locks/reports"});
//   ASSIGN(Grant grant, lock.Acquire(absl::Now() + absl::Seconds(30)));
//   for (... && grant.may_act()) Write(report, grant.token());
//   lock.Release();
//
// Each waiting thread is a node in the folder, named as Curator's
// InterProcessMutex names them (_c_<uuid>-lock-<number>), and watches the node
// before it, so a release wakes one. Curator's locks and these exclude each
// other. kazoo's Lock is respected, and respects these if it is given
// extra_lock_patterns=["-lock-"]. Other nodes in the folder are ignored.
//
// It does NOT protect what the lock is about from a holder that goes on without
// asking may_act(), nor from one that is stopped between asking and acting: see
// Grant for the token that does. It is as safe as the session timeout is long
// when clocks of machines run at very different speeds. It is advisory:
// whoever deletes a holder's node takes the lock away (on_change tells).
//
// While ZooKeeper is away nobody acquires it; who waits keeps its place if it
// is back before the session's end, and stands in line anew otherwise. The
// folder may be deleted and is created again.
//
// Thread-safety: thread-safe; Acquire and Release belong to the calling thread.
// Lifetime: `client` must outlive this. The destructor releases all.
class Lock {
 public:
  Lock(Client& client, LockOptions options);
  ~Lock();

  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  // Waits for the lock. The grant is the same for all acquisitions of a thread
  // that overlap. Errors:
  //   DeadlineExceeded    not in time; no node is left behind
  //   Unavailable         ZooKeeper was not there in time; likewise
  //   Aborted             this thread's former grant was lost: Release() first
  //   InvalidArgument     a path that ZooKeeper refuses, data over the limit
  //   PermissionDenied, FailedPrecondition  the folder cannot be made or used
  //   FailedPrecondition  called on the client's loop
  //   Cancelled           the client was closed
  absl::StatusOr<Grant> Acquire(absl::Time deadline);
  // Does not wait for other holders: ResourceExhausted if there is one. The
  // deadline is for ZooKeeper's answers. Errors as above.
  absl::StatusOr<Grant> TryAcquire(absl::Time deadline);

  // Gives back what this thread acquired last. From the last of them on the
  // grant is released, whatever is returned:
  //   Aborted             the lock had been lost before
  //   Unavailable         no answer in time: the node goes in the background
  //   FailedPrecondition  this thread does not hold the lock; nothing changes
  absl::Status Release();
  absl::Status Release(absl::Time deadline);

  // This thread's grant; one of nobody if there is none.
  Grant grant() const;

  // Asks the present holder of the lock at `path` to release it. OK if it was
  // told, not that it obliged; NotFound if nobody holds the lock.
  static absl::Status RequestRelease(Client& client, const std::string& path,
                                     absl::Time deadline);

 private:
  class Holds;
  const std::unique_ptr<Holds> holds_;
};

}  // namespace roster::coordination
