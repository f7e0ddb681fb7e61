#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "coordination/claim.h"
#include "coordination/client.h"
#include "coordination/grant.h"

namespace roster::coordination {

// ThreadClaims gives each thread a claim of its own, and counts how often the
// thread has taken it: what makes a lock re-entrant.
//
// Thread-safety: thread-safe. No lock is held while a thread waits.
// Lifetime: `client` must outlive this. The destructor leaves all claims.
class ThreadClaims {
 public:
  // `what` names the thing in messages.
  ThreadClaims(Client& client, std::string what);

  // See Lock::Acquire(). `make` gives the options of a first claim.
  absl::StatusOr<Grant> Acquire(const std::function<ClaimOptions()>& make,
                                absl::Time deadline, bool only_try);
  // See Lock::Release().
  absl::Status Release(absl::Time deadline);
  // The calling thread's.
  Grant grant() const;

 private:
  struct Held {
    std::unique_ptr<Claim> claim;
    int count = 0;
  };

  Client& client_;
  const std::string what_;
  mutable base::Mutex mu_;
  absl::flat_hash_map<std::thread::id, Held> held_ ABSL_GUARDED_BY(mu_);
};

}  // namespace roster::coordination
