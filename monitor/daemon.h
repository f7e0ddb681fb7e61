#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/listen_address.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mutex.h"
#include "base/published.h"
#include "monitor/metrics/metrics_sources.h"
#include "monitor/options.h"
#include "monitor/state/cluster_view.h"
#include "zk/session.h"

namespace roster::monitor {

class ApiServer;
class DevZooKeeper;
class EnsembleProbe;
class EventLog;
class Gateway;
class HostedCluster;
class HttpServer;
class HttpWorker;
class MetricsPage;

// Daemon is rosterd without its flags and signals: it makes the parts, starts
// them in order, and stops them in reverse. No logic lives here. It holds them
// in the order in which they depend on each other, so that destruction goes the
// other way.
//
// Thread-safety: for one thread; failure() for any. While it runs with a
// ZooKeeper of its own, SIGTERM and SIGINT are to be blocked and waited for:
// it sends itself the former when that one ends.
class Daemon {
 public:
  Daemon(Options options, base::LogSink log);
  // Stops what serves, and then the rest.
  ~Daemon();

  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Everything serves when it returns OK.
  absl::Status Start();
  // What has to go even if the process ends without destroying this; "": none.
  std::string temporary_folder() const;
  // Why rosterd has to end although nobody asked it to; "" if it need not.
  std::string failure() const;

 private:
  absl::Status StartDevZooKeeper();
  void AwaitDevZooKeeper();
  absl::Status ReadCredentials();
  void MakeClusters();
  void MakeApi();
  absl::Status StartHttp();
  void StartWatching();
  void StartControllers();
  zk::SessionOptions SessionOptions() const;
  absl::Status AnnounceAddresses();
  std::vector<ClusterViewPtr> Views() const;
  // Empty if the ZooKeeper servers are not asked.
  std::function<ZooKeeperServersPtr()> ServerFigures() const;
  MetricsSources MetricSources();

  Options options_;
  const base::LogSink log_;
  // Tells the runs of rosterd apart, in resume tokens and events.
  const std::string run_id_;

  mutable base::Mutex mu_;
  std::string failure_ ABSL_GUARDED_BY(mu_);

  std::unique_ptr<DevZooKeeper> dev_zookeeper_;
  std::unique_ptr<EnsembleProbe> ensemble_;  // null: servers are not asked
  std::string credentials_;
  base::Published<zk::ConnectionInfo> connection_{
      std::make_shared<zk::ConnectionInfo>()};
  std::unique_ptr<EventLog> events_;
  std::unique_ptr<base::Loop> loop_;  // "watch"
  std::vector<std::unique_ptr<HostedCluster>> clusters_;
  std::unique_ptr<MetricsPage> metrics_;
  std::unique_ptr<ApiServer> api_;
  std::unique_ptr<HttpServer> http_;
  std::vector<base::ListenAddress> http_addresses_;
  std::unique_ptr<Gateway> gateway_;      // its answers need http_'s loop
  std::unique_ptr<HttpWorker> worker_;    // so do its
  std::unique_ptr<zk::Session> session_;  // confined to loop_
};

}  // namespace roster::monitor
