#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/grant.h"

namespace roster::coordination {

struct ReadWriteLockOptions {
  std::string path;  // a folder, created when it is missing
  std::string data;  // of each contender's node: who it is. 64 KiB at most.
  // A grant, for reading or writing, was suspended, resumed or lost.
  GrantCallback on_change;
  base::LogSink log;
};

// ReadWriteLock is held by any number of readers, or by one writer. All stand
// in one line: a reader waits for the last writer before it, a writer for the
// last node before it. So nobody starves: a writer waits only for who came
// before it, and readers that come later wait for the writer.
//
// The nodes are named as Curator's InterProcessReadWriteLock names them
// (_c_<uuid>-__READ__<number>, -__WRIT__), so both exclude each other. kazoo's
// WriteLock is respected, and respects these if it is given
// extra_lock_patterns=["__READ__", "__WRIT__"]. Its ReadLock is respected, but
// is not fit for company: in kazoo 2.8 it waits for writers that came after it,
// too, which wait for it.
//
// Both are re-entrant for their thread, and belong to it, as in Lock.
// - Downgrade: a thread that writes may take the read lock, at once, and then
//   give up writing: no writer comes in between.
// - Upgrade: a thread that reads and does not write is refused the write lock
//   (FailedPrecondition). It would wait for itself, for ever.
//
// What it does NOT protect from: see Lock and Grant. A reader's token orders it
// among writers: it is higher than that of every writer that went before it;
// the token of a downgraded reader is not older than its writer's.
//
// Thread-safety: thread-safe.
// Lifetime: `client` must outlive this. The destructor releases all.
class ReadWriteLock {
 public:
  ReadWriteLock(Client& client, ReadWriteLockOptions options);
  ~ReadWriteLock();

  ReadWriteLock(const ReadWriteLock&) = delete;
  ReadWriteLock& operator=(const ReadWriteLock&) = delete;

  // Errors as Lock's.
  absl::StatusOr<Grant> AcquireRead(absl::Time deadline);
  absl::StatusOr<Grant> TryAcquireRead(absl::Time deadline);
  absl::Status ReleaseRead();
  absl::StatusOr<Grant> AcquireWrite(absl::Time deadline);
  absl::StatusOr<Grant> TryAcquireWrite(absl::Time deadline);
  absl::Status ReleaseWrite();

  // The calling thread's; of nobody if it has none.
  Grant read_grant() const;
  Grant write_grant() const;

 private:
  class Sides;
  const std::unique_ptr<Sides> sides_;
};

}  // namespace roster::coordination
