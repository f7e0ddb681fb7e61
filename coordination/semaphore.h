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

class Claim;

struct SemaphoreOptions {
  std::string path;    // created when it is missing
  int max_leases = 1;  // the same for all who use the path; nothing checks it
  std::string data;    // of the nodes: who it is. 64 KiB at most.
  // A lease was suspended, resumed or lost.
  GrantCallback on_change;
  base::LogSink log;
};

// Lease is one of the semaphore's leases, until it is returned or lost. It
// belongs to no thread.
//
// Thread-safety: thread-compatible. Lifetime: the client outlives it; the
// semaphore need not.
class Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) noexcept;
  // Returns it, without waiting for that.
  ~Lease();

  // Tells whether it may be used. Tokens tell leases apart; several are valid
  // at a time, so they do not fence as a lock's do.
  const Grant& grant() const;

  // OK when its node is gone; Aborted if the lease had been lost before;
  // Unavailable if ZooKeeper did not answer in time: it goes in the background.
  absl::Status Return(absl::Time deadline);

 private:
  friend class Semaphore;
  explicit Lease(std::unique_ptr<Claim> claim);
  std::unique_ptr<Claim> claim_;
};

// Semaphore gives out at most `max_leases` leases at a time, in the order in
// which they were asked for. The layout is that of Curator's
// InterProcessSemaphoreV2, and both share one:
//
//   <path>/locks/_c_<uuid>-lock-<number>    who is about to get a lease
//   <path>/leases/_c_<uuid>-lease-<number>  a lease
//
// Whoever stands first in `locks` creates its lease, waits until there are no
// more of them than may be, and leaves the line. So a lease given back wakes
// one. Curator counts foreign nodes in `leases` too; this ignores them.
//
// What it does NOT protect from: see Grant. The leases of a dead process are
// free after its session timeout. Two that disagree on max_leases go by their
// own number each.
//
// Thread-safety: thread-safe. Lifetime: `client` must outlive this.
class Semaphore {
 public:
  Semaphore(Client& client, SemaphoreOptions options);
  ~Semaphore();

  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // Waits for a lease. Errors as Lock::Acquire(), but Aborted.
  absl::StatusOr<Lease> Acquire(absl::Time deadline);
  // Waits for nobody: ResourceExhausted if all are given out, or somebody else
  // is about to get one.
  absl::StatusOr<Lease> TryAcquire(absl::Time deadline);

 private:
  absl::StatusOr<Lease> AcquireOne(absl::Time deadline, bool only_try);

  Client& client_;
  const SemaphoreOptions options_;
};

}  // namespace roster::coordination
