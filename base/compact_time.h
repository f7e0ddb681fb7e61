#pragma once

#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace roster::base {

// CompactTime is an absl::Time that takes 8 bytes instead of 16, for what there
// are very many of. It counts nanoseconds since 1970: times before 1677 become
// InfinitePast(), those after 2262 InfiniteFuture().
//
// It converts from and to absl::Time by itself, and absl's operators and
// functions take it: having absl::Time as an argument makes them be found.
template <typename Time>
class BasicCompactTime {
 public:
  BasicCompactTime() = default;  // 1970, as with absl::Time
  BasicCompactTime(Time time) : nanos_(absl::ToUnixNanos(time)) {}

  operator Time() const {
    if (nanos_ == kPast) return absl::InfinitePast();
    if (nanos_ == kFuture) return absl::InfiniteFuture();
    return absl::FromUnixNanos(nanos_);
  }

 private:
  // What absl::ToUnixNanos() makes of all that it cannot tell.
  static constexpr int64_t kPast = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kFuture = std::numeric_limits<int64_t>::max();

  int64_t nanos_ = 0;
};
using CompactTime = BasicCompactTime<absl::Time>;

}  // namespace roster::base
