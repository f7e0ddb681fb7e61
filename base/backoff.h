#pragma once

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace roster::base {

// Backoff gives the pauses between tries: "full jitter", a uniform pick from
// [0, min(cap, first * 2^n)], never under a tenth of that bound so that a
// refusing server is not spun on.
// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog,
// 2015.
//
// Thread-safety: thread-compatible.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration cap)
      : first_(first), cap_(cap), bound_(first) {}

  absl::Duration Next() {
    const absl::Duration pause = bound_ * absl::Uniform(random_, 0.1, 1.0);
    bound_ = std::min(cap_, bound_ * 2);
    return pause;
  }
  void Reset() { bound_ = first_; }

 private:
  const absl::Duration first_;
  const absl::Duration cap_;
  absl::Duration bound_;
  absl::BitGen random_;
};

}  // namespace roster::base
