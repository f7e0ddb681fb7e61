#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordination/change_signal.h"
#include "coordination/client.h"

namespace roster::coordination {

// Barrier is a bar that somebody puts up and takes away: while its node exists,
// who waits stands still. Curator's DistributedBarrier is the same.
//
// All who wait wake when it goes. It does not know who waits, and says nothing
// of what happens after it was taken away: it may be up again by the time that
// a waiter looks.
//
// Thread-safety: thread-safe. Lifetime: `client` must outlive this.
class Barrier {
 public:
  Barrier(Client& client, std::string path);

  // Puts the bar up; it outlives its maker. OK if it is up.
  absl::Status Raise(absl::Time deadline);
  // Takes it away. OK if it is not there.
  absl::Status Lower(absl::Time deadline);
  // Waits until it is not there. DeadlineExceeded if it still is; Unavailable
  // if ZooKeeper does not answer in time.
  absl::Status Wait(absl::Time deadline);

 private:
  Client& client_;
  const std::string path_;
  ChangeSignal signal_;
};

}  // namespace roster::coordination
