#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/time/time.h"

namespace roster::monitor {

// A copy of the counters at one moment.
struct RpcStats {
  // Streams that are open now.
  uint64_t member_streams = 0;
  uint64_t event_streams = 0;
  uint64_t operation_streams = 0;
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
};

// RpcCounters counts what the streams do.
//
// Thread-safety: thread-safe; every call is a few relaxed atomic operations.
class RpcCounters {
 public:
  // `on_write` is told, for readers that were waiting, how long a change took
  // from its publishing to its handing over to gRPC: what the monitor itself
  // adds. Called on any thread; may be empty.
  explicit RpcCounters(std::function<void(absl::Duration)> on_write = {})
      : on_write_(std::move(on_write)) {}

  std::atomic<uint64_t> member_streams = 0;
  std::atomic<uint64_t> event_streams = 0;
  std::atomic<uint64_t> operation_streams = 0;
  std::atomic<uint64_t> messages_sent = 0;
  std::atomic<uint64_t> merged_changes = 0;
  std::atomic<uint64_t> snapshots = 0;
  std::atomic<uint64_t> overruns = 0;
  std::atomic<uint64_t> resumes = 0;

  void ObserveWriteLatency(absl::Duration latency) const {
    if (on_write_) on_write_(latency);
  }
  RpcStats Read() const;

 private:
  const std::function<void(absl::Duration)> on_write_;
};

}  // namespace roster::monitor
