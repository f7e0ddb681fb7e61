#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/log.h"
#include "base/loop.h"
#include "monitor/control/controller.h"
#include "monitor/control/inspector.h"
#include "monitor/control/leadership.h"
#include "monitor/state/cluster_table.h"
#include "monitor/state/event_log.h"
#include "monitor/watch/cluster_watcher.h"
#include "zk/session.h"

namespace roster::monitor {

struct HostedClusterOptions {
  ClusterTableOptions table;
  std::string state_path;
  // Of all clusters of this rosterd: nobody may take the nodes there for locks.
  std::vector<std::string> all_members_paths;
  std::string monitor_id;
  std::vector<std::string> controllers;
  zk::SessionOptions session;  // the controller's own
  // A folder for what has to outlive rosterd; empty: nothing does.
  std::string data_folder;
  base::LogSink log;
  // In an empty --dev ZooKeeper the members' parent is made, so that a bare
  // `create -e` works. Elsewhere a missing one is only told of: it may be a
  // mistake, and it is not ours to make.
  bool make_members_path = false;
};

// HostedCluster is what rosterd has for one of its clusters, put together: the
// table, who watches for it, who changes, and who looks. No logic lives here.
//
// Thread-safety: constructed, started and closed by one thread; Watch(),
// StopWatching() and LookForMembers() on `watch_loop`; the parts have their
// own rules.
// Lifetime: `watch_loop` and `events` outlive this. Close(), then
// StopWatching() when anything was watched, before its end.
class HostedCluster {
 public:
  // The controller and the inspector answer, as Unavailable, from now on.
  HostedCluster(base::Loop& watch_loop, EventLog& events,
                HostedClusterOptions options);
  ~HostedCluster();

  HostedCluster(const HostedCluster&) = delete;
  HostedCluster& operator=(const HostedCluster&) = delete;

  const std::string& name() const { return table_->options().cluster; }
  ClusterTable& table() { return *table_; }
  ClusterViewPtr view() const { return table_->view(); }
  Controller& controller() { return *controller_; }
  Inspector& inspector() { return *inspector_; }
  Leadership& leadership() { return *leadership_; }

  void Watch(zk::Session& session,
             std::function<void(absl::Duration)> on_published);
  void StopWatching();
  void LookForMembers(zk::Session& session);

  // Once it is watched: see Controller::Start().
  void Start(std::string monitor_record);
  // Every call is answered when it returns. Idempotent.
  void Close();

 private:
  model::ClusterPaths paths() const;
  std::vector<std::string> OwnPlaces() const;

  base::Loop& watch_loop_;
  const HostedClusterOptions options_;
  std::unique_ptr<ClusterTable> table_;
  std::unique_ptr<Controller> controller_;
  std::unique_ptr<Inspector> inspector_;
  std::unique_ptr<Leadership> leadership_;
  std::unique_ptr<ClusterWatcher> watcher_;  // confined to watch_loop_
};

}  // namespace roster::monitor
