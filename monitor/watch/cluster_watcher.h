#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/log.h"
#include "base/loop.h"
#include "coordination/child_mirror.h"
#include "monitor/state/cluster_table.h"
#include "zk/session.h"

namespace roster::monitor {

struct ClusterWatcherOptions {
  std::string members_path;
  std::string control_path;  // the orders' parent
  base::LogSink log;
  // Told how long it took from data read out of ZooKeeper to a published
  // view: the monitor's own share of the latency.
  std::function<void(absl::Duration)> on_published;
};

// ClusterWatcher carries what happens in ZooKeeper into a ClusterTable: it
// mirrors the members' znodes and the orders', and wakes the table's clock
// once a second. It decides nothing; ClusterTable does.
//
// Members and orders are two mirrors, so a member may be seen some
// milliseconds before its order. The view counts as synced when both are.
//
// Thread-safety: confined to `loop`.
// Lifetime: `loop`, `session` and `table` must outlive this.
class ClusterWatcher {
 public:
  ClusterWatcher(base::Loop& loop, zk::Session& session, ClusterTable& table,
                 ClusterWatcherOptions options);
  ~ClusterWatcher();

  ClusterWatcher(const ClusterWatcher&) = delete;
  ClusterWatcher& operator=(const ClusterWatcher&) = delete;

 private:
  class MemberListener;
  class OrderListener;

  void OnMirrorSynced();
  void OnDisconnected(const zk::ConnectionInfo& info);
  void OnError(std::string_view path, std::string_view name,
               const absl::Status& status);
  void ScheduleTick();

  base::Loop& loop_;
  zk::Session& session_;
  ClusterTable& table_;
  const ClusterWatcherOptions options_;

  // Confined to loop_.
  bool members_synced_ = false;
  bool orders_synced_ = false;
  base::Loop::TimerId tick_ = 0;
  std::unique_ptr<MemberListener> member_listener_;
  std::unique_ptr<OrderListener> order_listener_;
  std::unique_ptr<coordination::ChildMirror> members_;
  std::unique_ptr<coordination::ChildMirror> orders_;
};

}  // namespace roster::monitor
