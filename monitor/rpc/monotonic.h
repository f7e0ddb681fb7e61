#pragma once

#include <chrono>

#include "absl/time/time.h"

namespace roster::monitor {

// Now by the monotonic clock: for intervals only, it is no date.
inline absl::Time MonotonicNow() {
  return absl::UnixEpoch() +
         absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace roster::monitor
