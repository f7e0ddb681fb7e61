#include "monitor/rpc/rpc_stats.h"

#include <algorithm>

namespace roster::monitor {

void RpcCounters::ObserveWriteLatency(absl::Duration latency) {
  const double seconds = absl::ToDoubleSeconds(latency);
  const auto bucket =
      std::lower_bound(kLatencyBounds.begin(), kLatencyBounds.end(), seconds);
  latency_[bucket - kLatencyBounds.begin()].fetch_add(
      1, std::memory_order_relaxed);
  latency_sum_ns_.fetch_add(absl::ToInt64Nanoseconds(latency),
                            std::memory_order_relaxed);
}

RpcStats RpcCounters::Read() const {
  RpcStats stats;
  stats.member_streams = member_streams.load(std::memory_order_relaxed);
  stats.event_streams = event_streams.load(std::memory_order_relaxed);
  stats.messages_sent = messages_sent.load(std::memory_order_relaxed);
  stats.merged_changes = merged_changes.load(std::memory_order_relaxed);
  stats.snapshots = snapshots.load(std::memory_order_relaxed);
  stats.overruns = overruns.load(std::memory_order_relaxed);
  stats.resumes = resumes.load(std::memory_order_relaxed);
  for (size_t i = 0; i < latency_.size(); ++i)
    stats.write_latency[i] = latency_[i].load(std::memory_order_relaxed);
  stats.write_latency_sum =
      1e-9 * latency_sum_ns_.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace roster::monitor
