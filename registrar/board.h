#pragma once

#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "registrar/record_keeper.h"

namespace roster::registrar {

// Board is where the service's threads leave their updates and the registrar's
// thread picks them up: a RecordKeeper behind a mutex that is held for
// microseconds, and one wake-up per pick-up however many updates there were.
//
// Thread-safety: thread-safe.
class Board {
 public:
  using Wake = std::function<void(Urgency)>;

  // `wake` is called under the mutex, when something became pending or more
  // urgent than it was; it must only queue work elsewhere.
  Board(RecordKeeper keeper, Wake wake)
      : keeper_(std::move(keeper)), wake_(std::move(wake)) {}

  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  // Runs `change(keeper, now)`.
  template <typename F>
  void Update(F change) {
    const absl::Time now = absl::Now();
    base::MutexLock lock(&mu_);
    const Urgency before = keeper_.pending();
    change(keeper_, now);
    if (wake_ && keeper_.pending() > before) wake_(keeper_.pending());
  }

  // Runs `read(keeper)`; wakes nobody.
  template <typename F>
  auto Read(F read) {
    base::MutexLock lock(&mu_);
    return read(keeper_);
  }

  // Wakes nobody from now on: whoever was woken is going away.
  void Close() {
    base::MutexLock lock(&mu_);
    wake_ = nullptr;
  }

 private:
  base::Mutex mu_;
  RecordKeeper keeper_ ABSL_GUARDED_BY(mu_);
  Wake wake_ ABSL_GUARDED_BY(mu_);
};

}  // namespace roster::registrar
