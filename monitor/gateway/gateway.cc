#include "monitor/gateway/gateway.h"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <utility>

#include "base/version.h"
#include "monitor/gateway/cross_site.h"
#include "monitor/gateway/host_check.h"
#include "monitor/gateway/openapi.h"
#include "monitor/gateway/prometheus_sd.h"
#include "monitor/gateway/rest_request.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

std::string SessionJson() {
  // No secret: what counts is that the header is there. It is drawn all the
  // same, so that pages do not come to rely on a constant.
  const std::string token =
      boost::uuids::to_string(boost::uuids::random_generator()());
  return nlohmann::ordered_json{{"csrf_header", kCsrfHeader},
                                {"csrf_token", token},
                                {"actor_header", kActorHeader},
                                {"server_version", kVersion}}
             .dump() +
         "\n";
}

HttpHandler Constant(std::string json) {
  return [json = std::move(json)](const HttpRequest&) {
    return HttpResponse{.content_type = "application/json", .body = json};
  };
}

}  // namespace

Gateway::Gateway(GatewayOptions options, std::shared_ptr<grpc::Channel> channel,
                 std::vector<WatchedCluster> clusters, const EventLog& events)
    : clusters_(clusters),
      hosts_(std::move(options.hosts)),
      api_(channel, options.api),
      fleet_lock_(channel),
      watch_(std::move(options.watch), std::move(clusters), events) {}

std::vector<ClusterViewPtr> Gateway::Views() const {
  std::vector<ClusterViewPtr> views;
  for (const WatchedCluster& cluster : clusters_)
    views.push_back(cluster.view());
  return views;
}

void Gateway::AddRoutes(HttpRouter& router, HttpWorker& worker) {
  router.SetGate(HostCheck(hosts_));
  router.AddAsyncPrefix("/api/",
                        [this](HttpRequest request, HttpRespond respond) {
                          api_.Handle(std::move(request), std::move(respond));
                        });
  router.AddAsyncPath(
      "GET", "/api/v1/watch",
      [this](const HttpRequest& request, const HttpRespond& respond) {
        watch_.Open(request, respond);
      });
  router.AddPath("GET", "/api/v1/openapi.json", Constant(OpenApiDocument()));
  router.AddPath("GET", "/api/v1/session", Constant(SessionJson()));
  router.AddAsyncPath("GET", "/sd/prometheus",
                      worker.Aside([this](const HttpRequest& request) {
                        return PrometheusTargets(request, Views());
                      }));
  const auto fleet_lock = [this](HttpRequest request, HttpRespond respond) {
    fleet_lock_.Handle(std::move(request), std::move(respond));
  };
  router.AddAsyncPath("POST", "/v1/pre-reboot", fleet_lock);
  router.AddAsyncPath("POST", "/v1/steady-state", fleet_lock);
  router.AddAsyncPrefix("/fleetlock/", fleet_lock);
}

}  // namespace roster::monitor
