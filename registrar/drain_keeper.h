#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "model/order.h"

namespace roster::registrar {

// Who decides that a held member is drained.
enum class DrainEnd {
  kWithTasks,    // nobody: when no task runs, or at once if work may not finish
  kServiceSays,  // the service, by Drain::Done(); running tasks do not count
};

// What an order that is newly obeyed asks of the service.
enum class DrainCall { kNone, kDrain, kOnline };

// DrainKeeper is what the order that the member obeys means for it: whether it
// is held, by whom, until when, and whether it is drained. Pure: no I/O, no
// clock.
//
// Thread-safety: thread-compatible.
class DrainKeeper {
 public:
  using DrainId = uint64_t;  // 0: none

  explicit DrainKeeper(DrainEnd end) : end_(end) {}

  // The caller has checked the epoch. A held member that is held differently
  // goes on with the drain it is at: what is finished stays finished.
  DrainCall Apply(const model::Order& order);
  // The service's work is finished. False if nothing changes thereby.
  bool Finish(DrainId drain);

  bool held() const { return order_.held(); }
  bool Drained(bool task_runs) const;
  // The order in force.
  const model::Order& order() const { return order_; }
  // The drain under way; 0 if not held.
  DrainId drain() const { return held() ? drain_ : 0; }

  // See DrainRequest.
  model::HoldMode mode() const;
  absl::Time deadline() const;
  bool restart() const;

 private:
  const DrainEnd end_;
  model::Order order_;
  // Holds of the first order. They are older than this process.
  std::optional<std::vector<std::string>> first_holds_;
  DrainId drain_ = 0;
  bool finished_ = false;
};

}  // namespace roster::registrar
