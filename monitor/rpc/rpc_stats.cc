#include "monitor/rpc/rpc_stats.h"

namespace roster::monitor {

RpcStats RpcCounters::Read() const {
  RpcStats stats;
  stats.member_streams = member_streams.load(std::memory_order_relaxed);
  stats.event_streams = event_streams.load(std::memory_order_relaxed);
  stats.operation_streams = operation_streams.load(std::memory_order_relaxed);
  stats.messages_sent = messages_sent.load(std::memory_order_relaxed);
  stats.merged_changes = merged_changes.load(std::memory_order_relaxed);
  stats.snapshots = snapshots.load(std::memory_order_relaxed);
  stats.overruns = overruns.load(std::memory_order_relaxed);
  stats.resumes = resumes.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace roster::monitor
