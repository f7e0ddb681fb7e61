#pragma once

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"

namespace roster::bench {

// Nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
inline int64_t MonotonicNanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// CPU time that this process has used, user and system, in seconds.
inline double ProcessCpuSeconds() {
  timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + used.tv_nsec * 1e-9;
}

// Latencies of one phase.
class Latencies {
 public:
  void Add(int64_t nanos) { samples_.push_back(nanos); }
  void Append(const Latencies& other) {
    samples_.insert(samples_.end(), other.samples_.begin(),
                    other.samples_.end());
  }
  void Clear() { samples_.clear(); }
  size_t count() const { return samples_.size(); }

  // In milliseconds; 0 without samples.
  double Percentile(double p) {
    if (samples_.empty()) return 0;
    const size_t index =
        std::min(samples_.size() - 1, static_cast<size_t>(p * samples_.size()));
    std::nth_element(samples_.begin(), samples_.begin() + index,
                     samples_.end());
    return samples_[index] * 1e-6;
  }

  // "count=... p50=... p99=... max=...", in milliseconds.
  std::string Report() {
    return absl::StrFormat("count=%d p50=%.3f p99=%.3f max=%.3f", count(),
                           Percentile(0.5), Percentile(0.99), Percentile(1.0));
  }

 private:
  std::vector<int64_t> samples_;
};

}  // namespace roster::bench
