#include "monitor/daemon.h"

#include <signal.h>
#include <unistd.h>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/version.h"
#include "model/monitor_record.h"
#include "monitor/address_file.h"
#include "monitor/api_server.h"
#include "monitor/data_folder.h"
#include "monitor/dev_zookeeper.h"
#include "monitor/ensemble/ensemble_probe.h"
#include "monitor/gateway/gateway.h"
#include "monitor/hosted_cluster.h"
#include "monitor/http/console_pages.h"
#include "monitor/http/http_server.h"
#include "monitor/http/status_pages.h"
#include "monitor/metrics/metrics_page.h"
#include "monitor/state/event_log.h"

namespace roster::monitor {
namespace {

using base::LogLevel;

// All of it together has to fit into the 5 s that a stop may take.
constexpr absl::Duration kStreamGrace = absl::Seconds(2);

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof(name) - 1);
  return name;
}

}  // namespace

Daemon::Daemon(Options options, base::LogSink log)
    : options_(std::move(options)),
      log_(std::move(log)),
      run_id_(boost::uuids::to_string(boost::uuids::random_generator()())) {}

Daemon::~Daemon() {
  if (api_) api_->StopBeingReady();
  // First: calls that wait for ZooKeeper would hold up the end of gRPC.
  for (auto& cluster : clusters_) cluster->Close();
  if (api_) api_->Shutdown(kStreamGrace);
  if (http_) http_->Stop();
  if (session_)
    loop_->RunAndWait([this] {
      for (auto& cluster : clusters_) cluster->StopWatching();
      session_.reset();
    });
  if (loop_) loop_->Stop();
}

std::string Daemon::failure() const {
  base::MutexLock lock(&mu_);
  return failure_;
}

absl::Status Daemon::Start() {
  ROSTER_RETURN_IF_ERROR(ReadCredentials());
  if (!options_.data.empty())
    // No reason not to watch.
    if (absl::Status status = PrepareDataFolder(options_.data); !status.ok())
      base::Log(log_, LogLevel::kError,
                "who leads is not kept over restarts: ", base::Message(status));
  if (options_.dev) {
    ROSTER_RETURN_IF_ERROR(StartDevZooKeeper());
  }
  if (options_.zookeeper_stats_interval > absl::ZeroDuration())
    ensemble_ = std::make_unique<EnsembleProbe>(
        EnsembleProbeOptions{.servers = options_.zookeeper,
                             .interval = options_.zookeeper_stats_interval,
                             .log = log_});
  MakeClusters();
  MakeApi();
  ROSTER_RETURN_IF_ERROR(api_->Start());
  ROSTER_RETURN_IF_ERROR(StartHttp());
  if (options_.dev) AwaitDevZooKeeper();
  if (ensemble_) ensemble_->Start();
  StartWatching();
  StartControllers();
  return AnnounceAddresses();
}

std::string Daemon::temporary_folder() const {
  return dev_zookeeper_ ? dev_zookeeper_->temporary_folder() : "";
}

absl::Status Daemon::StartDevZooKeeper() {
  ROSTER_ASSIGN_OR_RETURN(
      dev_zookeeper_, DevZooKeeper::Start({.data = options_.dev_data,
                                           .port = options_.dev_port,
                                           .log = log_,
                                           .on_exit = [this](std::string why) {
                                             {
                                               base::MutexLock lock(&mu_);
                                               failure_ = std::move(why);
                                             }
                                             kill(getpid(),
                                                  SIGTERM);  // wakes main
                                           }}));
  options_.zookeeper = dev_zookeeper_->servers();
  return absl::OkStatus();
}

// Sessions that try before it listens would begin each run with the warning of
// a refused connection.
void Daemon::AwaitDevZooKeeper() {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!dev_zookeeper_->Answers() && absl::Now() < deadline) {
    // A stop, which may be because it ended, is not kept waiting.
    sigset_t pending;
    sigpending(&pending);
    if (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT)) return;
    absl::SleepFor(absl::Milliseconds(20));
  }
}

absl::Status Daemon::ReadCredentials() {
  const std::string& file = options_.zookeeper_credentials_file;
  if (file.empty()) return absl::OkStatus();
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  absl::StripAsciiWhitespace(&text);
  if (text.find(':') == std::string::npos)
    return absl::InvalidArgumentError(
        base::StrCat("--zookeeper-credentials-file ", file,
                     ": cannot be read, or does not hold user:password"));
  credentials_ = std::move(text);
  return absl::OkStatus();
}

void Daemon::MakeClusters() {
  loop_ = std::make_unique<base::Loop>("watch");
  events_ = std::make_unique<EventLog>(run_id_, options_.event_history);
  std::vector<std::string> members_paths;
  for (const ClusterOption& cluster : options_.clusters)
    members_paths.push_back(cluster.members_path);
  for (const ClusterOption& cluster : options_.clusters)
    clusters_.push_back(std::make_unique<HostedCluster>(
        *loop_, *events_,
        HostedClusterOptions{
            .table = {.cluster = cluster.name,
                      .members_path = cluster.members_path,
                      .left_retention = options_.left_retention,
                      .lost_retention = options_.lost_retention},
            .state_path = options_.state_path,
            .all_members_paths = members_paths,
            .monitor_id = run_id_,
            .controllers = options_.controllers,
            .session = SessionOptions(),
            .data_folder = options_.data,
            .log = log_,
            .make_members_path = options_.dev}));
  metrics_ = std::make_unique<MetricsPage>(
      MetricsOptions{
          .member_series = {.max_members = options_.max_member_series}},
      MetricSources());
}

zk::SessionOptions Daemon::SessionOptions() const {
  return {.servers = options_.zookeeper,
          .session_timeout = options_.session_timeout,
          .digest_credentials = credentials_,
          .log = log_};
}

std::vector<ClusterViewPtr> Daemon::Views() const {
  std::vector<ClusterViewPtr> views;
  views.reserve(clusters_.size());
  for (const auto& cluster : clusters_) views.push_back(cluster->view());
  return views;
}

std::function<ZooKeeperServersPtr()> Daemon::ServerFigures() const {
  if (ensemble_ == nullptr) return nullptr;
  return [this] { return ensemble_->servers(); };
}

MetricsSources Daemon::MetricSources() {
  return {.views = [this] { return Views(); },
          .zookeeper =
              [this] {
                const auto info = connection_.Get();
                return ZooKeeperStats{
                    .state = std::string(zk::ConnectionStateName(info->state)),
                    .sessions = info->generation};
              },
          .zookeeper_servers = ServerFigures(),
          .streams =
              [this] {
                const RpcStats stats = api_->stats();
                return StreamStats{
                    .subscribers = static_cast<int64_t>(stats.member_streams +
                                                        stats.event_streams),
                    .resets = stats.overruns,
                    .merged = stats.merged_changes};
              },
          .events = [this] { return events_->newest(); },
          .run_id = [this] { return run_id_; },
          .duty_failures =
              [this] {
                std::vector<DutyFailures> all;
                for (const auto& cluster : clusters_)
                  for (const auto& [duty, count] :
                       cluster->controller().duty_failures())
                    all.push_back({cluster->name(), std::string(duty), count});
                return all;
              }};
}

void Daemon::MakeApi() {
  api_ = std::make_unique<ApiServer>(
      ApiServerOptions{
          .membership = {.view_id = run_id_,
                         .server_version = std::string(kVersion),
                         .zookeeper_servers = options_.zookeeper,
                         .zookeeper_state =
                             [this] {
                               return std::string(zk::ConnectionStateName(
                                   connection_.Get()->state));
                             },
                         .zookeeper_server_figures = ServerFigures(),
                         .on_write = metrics_->StreamWriteObserver()},
          .listen = options_.grpc_listen,
          .tls = {.certificate = options_.tls_certificate,
                  .key = options_.tls_key,
                  .client_ca = options_.tls_client_ca},
          .on_news = [this] { gateway_->Notify(); }},
      clusters_, *events_);
}

absl::Status Daemon::StartHttp() {
  HttpServerOptions options{.log = log_};
  for (const std::string& text : options_.http_listen) {
    ROSTER_ASSIGN_OR_RETURN(base::ListenAddress address,
                            base::ParseListenAddress(text));
    options.listen.push_back(std::move(address));
  }
  std::vector<WatchedCluster> watched;
  for (auto& cluster : clusters_)
    watched.push_back({.name = cluster->name(),
                       .view = [one = cluster.get()] { return one->view(); },
                       .hub = api_->hub(cluster->name())});
  gateway_ = std::make_unique<Gateway>(
      GatewayOptions{.watch = {.view_id = run_id_},
                     .hosts = options_.http_hosts},
      api_->server().InProcessChannel(), std::move(watched), *events_);
  HttpRouter router;
  worker_ = std::make_unique<HttpWorker>(log_);
  gateway_->AddRoutes(router, *worker_);
  AddStatusPages({.views = [this] { return Views(); },
                  .grpc_serving = [this] { return api_->serving(); },
                  .zookeeper_tried =
                      [this] {
                        const auto info = connection_.Get();
                        return info->state !=
                                   zk::ConnectionState::kConnecting ||
                               !info->reason.empty();
                      },
                  .metrics = [this] { return metrics_->Render(); },
                  .metrics_content_type = std::string(kMetricsContentType)},
                 *worker_, router);
  AddConsolePages(console::ConsoleFiles(), router);  // in place of its "/"
  http_ = std::make_unique<HttpServer>(std::move(options), std::move(router));
  gateway_->SetLoop(http_->loop());
  ROSTER_ASSIGN_OR_RETURN(http_addresses_, http_->Start());
  return absl::OkStatus();
}

void Daemon::StartWatching() {
  loop_->Start();
  loop_->RunAndWait([this] {
    session_ = std::make_unique<zk::Session>(*loop_, SessionOptions());
    session_->AddListener([this](const zk::ConnectionInfo& info) {
      const bool new_session = info.generation > connection_.Get()->generation;
      connection_.Publish(std::make_shared<zk::ConnectionInfo>(info));
      if (!new_session) return;
      for (auto& cluster : clusters_) cluster->LookForMembers(*session_);
    });
    for (auto& cluster : clusters_)
      cluster->Watch(*session_, metrics_->WatchPublishObserver());
    session_->Start();
  });
}

void Daemon::StartControllers() {
  model::MonitorRecord record{.id = run_id_,
                              .host = HostName(),
                              .pid = getpid(),
                              .version = std::string(kVersion),
                              .grpc_addresses = api_->server().addresses(),
                              .http_addresses = {},
                              .started_at = absl::Now()};
  for (const base::ListenAddress& address : http_addresses_)
    record.http_addresses.push_back(address.ToString());
  for (auto& cluster : clusters_)
    cluster->Start(model::SerializeMonitorRecord(record));
}

absl::Status Daemon::AnnounceAddresses() {
  BoundAddresses addresses{.grpc = api_->server().addresses(),
                           .zookeeper = options_.zookeeper,
                           .pid = getpid()};
  for (const base::ListenAddress& address : http_addresses_)
    addresses.http.push_back(address.ToString());
  for (const std::string& address : addresses.grpc)
    base::Log(log_, LogLevel::kInfo, "serving grpc address=", address);
  for (const std::string& address : addresses.http)
    base::Log(log_, LogLevel::kInfo, "serving http address=", address);
  if (!options_.address_file.empty()) {
    ROSTER_RETURN_IF_ERROR(WriteAddressFile(options_.address_file, addresses));
  }
  return absl::OkStatus();
}

}  // namespace roster::monitor
