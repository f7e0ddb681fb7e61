#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordination/client.h"

namespace roster::coordination {

class BarrierEntry;

// DoubleBarrier lets `count` participants begin together and end together.
// Layout and order of Curator's DistributedDoubleBarrier, and both share one:
//
//   <path>/<uuid>   ephemeral: a participant
//   <path>/ready    persistent: enough have come
//
// More than `count` may enter; they begin and end with the others. One that
// dies inside counts as having left. `ready` that a former round left behind,
// because all died inside, is removed by the first who comes next.
//
// It does NOT tell whether a participant did its part: who dies before `ready`
// is missed, who dies after it is not.
//
// Thread-safety: thread-compatible: one participant.
// Lifetime: `client` must outlive this. The destructor leaves, and does not
// wait for the others.
class DoubleBarrier {
 public:
  DoubleBarrier(Client& client, std::string path, size_t count);
  ~DoubleBarrier();

  // Waits until `count` have entered. Errors, after which it has not:
  // DeadlineExceeded if too few came, Unavailable if ZooKeeper did not answer
  // in time.
  absl::Status Enter(absl::Time deadline);
  // Waits until all have left. DeadlineExceeded: others are still inside; this
  // one has left all the same. FailedPrecondition: it has not entered.
  absl::Status Leave(absl::Time deadline);

 private:
  Client& client_;
  const std::string path_;
  const size_t count_;
  std::unique_ptr<BarrierEntry> entry_;
};

}  // namespace roster::coordination
