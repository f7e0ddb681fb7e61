#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/callback_scope.h"
#include "base/log.h"
#include "base/loop.h"
#include "coordination/child_mirror.h"
#include "model/paths.h"
#include "monitor/state/cluster_table.h"
#include "monitor/state/fenced_view.h"
#include "zk/session.h"

namespace roster::monitor {

struct ClusterWatcherOptions {
  std::string members_path;
  model::ClusterPaths paths;
  base::LogSink log;
  // Told how long it took from data read out of ZooKeeper to a published
  // view: the monitor's own share of the latency.
  std::function<void(absl::Duration)> on_published;
};

// ClusterWatcher carries what happens in ZooKeeper into a ClusterTable: it
// mirrors the members' znodes, the orders, the operations, the monitors and the
// single nodes of the cluster, and wakes the table's clock once a second. It
// decides nothing; ClusterTable does.
//
// These are mirrors of their own, so a member may be seen some milliseconds
// before its order. The view counts as synced when all are.
//
// A member that vanishes without having said LEAVING is looked up in the ledger
// before the table hears of it: a registrar's goodbye is left there, so that it
// is not missed however late this monitor is.
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

  // A view as of now or later: it has everything that was committed before the
  // call. Unavailable while the view is not up to date.
  void Fence(absl::AnyInvocable<void(absl::StatusOr<FencedView>)> done);

 private:
  class Mirrored;

  void AddMirror(
      std::string path,
      std::function<void(std::string_view, const zk::Node&)> on_child,
      std::function<void(std::string_view)> on_gone);
  void OnMember(std::string_view name, const zk::Node& node);
  void OnMemberGone(std::string_view name);
  void ReadLedger(const std::string& name);
  void OnLedgerRead(const std::string& name,
                    const absl::StatusOr<zk::Node>& node);
  // A child of the cluster's own node; nothing: gone.
  void OnClusterNode(std::string_view name,
                     std::optional<std::string_view> data);

  void SyncIfDone();
  void OnDisconnected(const zk::ConnectionInfo& info);
  void OnError(Mirrored& mirrored, std::string_view name,
               const absl::Status& status);
  void ScheduleTick();

  base::Loop& loop_;
  zk::Session& session_;
  ClusterTable& table_;
  const ClusterWatcherOptions options_;

  // Confined to loop_.
  std::vector<std::unique_ptr<Mirrored>> mirrors_;
  // Gone, and being looked up in the ledger.
  absl::flat_hash_set<std::string> departing_;
  // Those of them whose look-up was cut off.
  std::vector<std::string> unread_;
  base::Loop::TimerId tick_ = 0;
  base::CallbackScope scope_;
};

}  // namespace roster::monitor
