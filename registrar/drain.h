#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "model/order.h"

namespace roster::registrar {

class Board;

// Drain is how a service says that the work which it wanted to finish before it
// goes offline is finished. It comes with a DrainRequest.
//
// It names one drain: the time from the first hold to the release of the last
// one. A handle of an earlier drain does nothing.
//
// Thread-safety: thread-safe, assignment aside. Copies are the same handle.
// Lifetime: may outlive the Registrar, and then does nothing.
class Drain {
 public:
  Drain() = default;  // does nothing
  Drain(std::weak_ptr<Board> board, uint64_t id);

  // The member is DRAINED from now on. Takes microseconds; calling it again
  // does nothing.
  void Done() const;

 private:
  std::weak_ptr<Board> board_;
  uint64_t id_ = 0;
};

// What operators want of a member that they take offline. A plain value.
struct DrainRequest {
  // Of the order. A later call has a newer one, and replaces what was asked.
  int64_t epoch = 0;
  // Who wants it, why, and by which ticket; never empty.
  std::vector<model::Hold> holds;
  // kImmediate if any hold is: drop the work, do not finish it.
  model::HoldMode mode = model::HoldMode::kDrain;
  // When work must be finished: the earliest of the holds. InfiniteFuture:
  // none. Nothing happens to the member then, but operators see it as overdue,
  // and may evict it.
  absl::Time deadline = absl::InfiniteFuture();
  // The process should end once it is drained and be started anew: all holds
  // want the member back. False for holds that were there when this process
  // read its first order, because then it is the one that was started anew.
  bool restart = false;

  Drain drain;
};

}  // namespace roster::registrar
