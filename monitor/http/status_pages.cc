#include "monitor/http/status_pages.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "base/strings.h"
#include "base/version.h"

namespace roster::monitor {
namespace {

std::string IndexPage() {
  return base::StrCat("rosterd ", kVersion, " (", kRevision, ")\n\n",
                      "/metrics     metrics for Prometheus\n"
                      "/-/ready     whether it can answer, and what it sees\n"
                      "/-/healthy   whether it is alive\n\n"
                      "Members are listed by: rosterctl members\n");
}

std::string_view YesNo(bool value) { return value ? "true" : "false"; }

// cluster=default synced=true connected=false as_of=... reason="..."
std::string DescribeView(const ClusterView& view) {
  std::string line =
      base::StrCat("cluster=", view.cluster, " synced=", YesNo(view.synced),
                   " connected=", YesNo(view.connected));
  if (view.as_of != absl::InfinitePast())
    line += " as_of=" + absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", view.as_of,
                                         absl::UTCTimeZone());
  if (!view.disconnect_reason.empty())
    line += " reason=\"" + view.disconnect_reason + "\"";
  return line + "\n";
}

}  // namespace

HttpResponse Readiness(const StatusSources& sources) {
  const std::vector<ClusterViewPtr> views = sources.views();
  const bool tried = sources.zookeeper_tried();
  std::string why_not;
  std::string details;
  if (!sources.grpc_serving()) why_not = "gRPC does not serve";
  for (const ClusterViewPtr& view : views) {
    details += DescribeView(*view);
    // A first sync that is under way is worth waiting for; one that cannot
    // begin is not.
    const bool usable = view->synced || (tried && !view->connected);
    if (!usable && why_not.empty())
      why_not = base::StrCat("cluster ", view->cluster, " is being read");
  }
  const bool connected =
      std::all_of(views.begin(), views.end(),
                  [](const ClusterViewPtr& view) { return view->connected; });
  std::string body = why_not.empty() ? "ready" : "not ready: " + why_not;
  body += base::StrCat("\nconnected=", YesNo(connected), "\n", details);
  return {.status = why_not.empty() ? 200 : 503, .body = std::move(body)};
}

void AddStatusPages(StatusSources sources, HttpWorker& worker,
                    HttpRouter& router) {
  const auto shared = std::make_shared<const StatusSources>(std::move(sources));
  router.AddPath("GET", "/", [](const HttpRequest&) {
    return HttpResponse{.body = IndexPage()};
  });
  router.AddPath("GET", "/-/healthy", [](const HttpRequest&) {
    return HttpResponse{.body = "healthy\n"};
  });
  router.AddPath("GET", "/-/ready",
                 [shared](const HttpRequest&) { return Readiness(*shared); });
  router.AddAsyncPath(
      "GET", "/metrics", worker.Aside([shared](const HttpRequest&) {
        return HttpResponse{.content_type = shared->metrics_content_type,
                            .body = shared->metrics()};
      }));
}

}  // namespace roster::monitor
