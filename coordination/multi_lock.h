#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/grant.h"
#include "coordination/lock.h"

namespace roster::coordination {

struct MultiLockOptions {
  // Folders of locks. Duplicates are taken once.
  std::vector<std::string> paths;
  std::string data;         // of each contender's node: who it is
  GrantCallback on_change;  // of any of them
  base::LogSink log;
};

// MultiLock holds several Locks at once, or none: if one cannot be had, those
// that were are released again. They are acquired in the order of their paths,
// whatever the order given, so two that share paths cannot block each other for
// ever. The other guarantees, and their limits, are Lock's.
//
// Thread-safety: thread-safe; as in Lock, what a thread acquired is its own.
// Lifetime: `client` must outlive this. The destructor releases all.
class MultiLock {
 public:
  MultiLock(Client& client, MultiLockOptions options);
  ~MultiLock();

  MultiLock(const MultiLock&) = delete;
  MultiLock& operator=(const MultiLock&) = delete;

  // Errors are those of the lock that failed, which the message names.
  absl::Status Acquire(absl::Time deadline);
  absl::Status TryAcquire(absl::Time deadline);
  // Releases all; the first error, but it goes on after one.
  absl::Status Release();

  // Whether the calling thread holds all of them and may act.
  bool may_act() const;
  // The calling thread's, in the order of the paths.
  std::vector<Grant> grants() const;

 private:
  absl::Status AcquireAll(absl::Time deadline, bool only_try);

  std::vector<std::unique_ptr<Lock>> locks_;
};

}  // namespace roster::coordination
