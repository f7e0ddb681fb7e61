#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordination/client.h"

namespace roster::coordination {

class BarrierEntry;

// CountBarrier is the classic barrier: the barrier node's data is a number N in
// decimal digits, each participant is an ephemeral child, and when N have come
// everybody proceeds, from then on at once. N is set by whoever sets the
// barrier up, with Set() or any ZooKeeper client.
//
//   <path>          N
//   <path>/<uuid>   ephemeral: a participant
//   <path>/ready    persistent: N have come
//
// It is for one use; Clear() makes it ready for the next. A participant that
// dies before N have come is no longer counted; see DoubleBarrier for work that
// also ends together.
//
// Thread-safety: thread-compatible: one participant.
// Lifetime: `client` must outlive this, which stays a participant until its
// end.
class CountBarrier {
 public:
  CountBarrier(Client& client, std::string path);
  ~CountBarrier();

  // Sets N, at least 1, of the barrier at `path`, which is created if it is
  // missing. It counts for who arrives later.
  static absl::Status Set(Client& client, const std::string& path, size_t count,
                          absl::Time deadline);
  // Closes the barrier again. Participants inside stay.
  static absl::Status Clear(Client& client, const std::string& path,
                            absl::Time deadline);

  // Arrives and waits until N have. Errors, after which it has not arrived:
  //   DeadlineExceeded    too few came
  //   NotFound            there is no barrier at the path
  //   FailedPrecondition  its data is no number from 1 on
  //   Unavailable         ZooKeeper did not answer in time
  absl::Status Arrive(absl::Time deadline);

 private:
  Client& client_;
  const std::string path_;
  std::unique_ptr<BarrierEntry> entry_;
};

}  // namespace roster::coordination
