#include "monitor/api_server.h"

#include <utility>

#include "base/status_macros.h"

namespace roster::monitor {

ApiServer::ApiServer(
    ApiServerOptions options,
    const std::vector<std::unique_ptr<HostedCluster>>& clusters,
    EventLog& events)
    : options_(std::move(options)) {
  std::vector<ClusterSource> sources;
  std::vector<ControlledCluster> controlled;
  std::vector<ConfiguredCluster> configured;
  std::vector<CoordinatedCluster> coordinated;
  for (const auto& cluster : clusters) {
    const std::string& name = cluster->name();
    const auto view = [one = cluster.get()] { return one->view(); };
    Controller* const controller = &cluster->controller();
    sources.push_back({.name = name, .view = view});
    controlled.push_back({.name = name, .view = view, .backend = controller});
    configured.push_back({.name = name, .backend = controller});
    coordinated.push_back({.name = name,
                           .backend = &cluster->inspector(),
                           .leaders = &cluster->leadership()});
  }
  membership_ = std::make_unique<MembershipService>(options_.membership,
                                                    std::move(sources), events);
  control_ = std::make_unique<ControlService>(
      ControlServiceOptions{.view_id = options_.membership.view_id},
      std::move(controlled));
  config_ = std::make_unique<ConfigService>(std::move(configured));
  coordination_ = std::make_unique<CoordinationService>(std::move(coordinated));
  for (const auto& cluster : clusters) Follow(*cluster);
  events.SetListener([this](const EventPtr&) {
    membership_->NotifyEvents();
    options_.on_news();
  });
}

void ApiServer::Follow(HostedCluster& cluster) {
  StreamHub* const hub = membership_->hub(cluster.name());
  Controller* const controller = &cluster.controller();
  cluster.table().SetChangeListener(
      [this, hub, controller](const MemberChange& change) {
        hub->Publish(change);
        controller->OnMemberChange(change);
        options_.on_news();
      });
  cluster.table().SetViewListener([this, hub](const ClusterViewPtr& view) {
    hub->PublishView(view);
    options_.on_news();
  });
  cluster.table().SetClusterListener(
      [this, hub, controller,
       name = cluster.name()](const ClusterViewPtr& view) {
        hub->PublishGuard(view);
        control_->NotifyOperations(name);
        options_.on_news();
        controller->OnClusterChange();
      });
}

absl::Status ApiServer::Start() {
  RpcServerOptions server{.listen = options_.listen};
  if (!options_.tls.certificate.empty()) {
    ROSTER_ASSIGN_OR_RETURN(server.credentials,
                            MakeTlsCredentials(options_.tls));
  }
  ROSTER_ASSIGN_OR_RETURN(
      server_,
      RpcServer::Start(
          server, {{.service = membership_.get(),
                    .name = v1::MembershipService::service_full_name(),
                    .stop_streams = [this] { membership_->StopStreams(); }},
                   {.service = control_.get(),
                    .name = v1::ControlService::service_full_name(),
                    .stop_streams = [this] { control_->StopStreams(); }},
                   {.service = config_.get(),
                    .name = v1::ConfigService::service_full_name()},
                   {.service = coordination_.get(),
                    .name = v1::CoordinationService::service_full_name()}}));
  serving_ = true;
  return absl::OkStatus();
}

void ApiServer::Shutdown(absl::Duration grace) {
  serving_ = false;
  if (server_) server_->Shutdown(grace);
}

}  // namespace roster::monitor
