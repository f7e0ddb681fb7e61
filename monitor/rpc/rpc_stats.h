#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace roster::monitor {

// Upper bounds of the buckets of RpcStats::write_latency, in seconds; one more
// bucket has the rest.
inline constexpr std::array<double, 14> kLatencyBounds = {
    25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3,
    5e-3,  10e-3, 25e-3,  50e-3,  100e-3, 0.5,  1};

// A copy of the counters at one moment.
struct RpcStats {
  // Streams that are open now.
  uint64_t member_streams = 0;
  uint64_t event_streams = 0;
  // Totals since the start.
  uint64_t messages_sent = 0;
  // States between that a slow reader never got because a newer one of the same
  // member came first.
  uint64_t merged_changes = 0;
  // Snapshots begun, and those of them that were forced on a reader that fell
  // too far behind.
  uint64_t snapshots = 0;
  uint64_t overruns = 0;
  // Streams that went on from a token.
  uint64_t resumes = 0;
  // From the publishing of a change to its handing over to gRPC, for readers
  // that were waiting for it: what the monitor itself adds. Counts per bucket,
  // not cumulative.
  std::array<uint64_t, kLatencyBounds.size() + 1> write_latency{};
  double write_latency_sum = 0;  // seconds
};

// RpcCounters counts what the streams do.
//
// Thread-safety: thread-safe; every call is a few relaxed atomic operations.
class RpcCounters {
 public:
  std::atomic<uint64_t> member_streams = 0;
  std::atomic<uint64_t> event_streams = 0;
  std::atomic<uint64_t> messages_sent = 0;
  std::atomic<uint64_t> merged_changes = 0;
  std::atomic<uint64_t> snapshots = 0;
  std::atomic<uint64_t> overruns = 0;
  std::atomic<uint64_t> resumes = 0;

  void ObserveWriteLatency(absl::Duration latency);
  RpcStats Read() const;

 private:
  std::array<std::atomic<uint64_t>, kLatencyBounds.size() + 1> latency_{};
  std::atomic<uint64_t> latency_sum_ns_ = 0;
};

}  // namespace roster::monitor
