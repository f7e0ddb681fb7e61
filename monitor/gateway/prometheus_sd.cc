#include "monitor/gateway/prometheus_sd.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/member_status.h"
#include "monitor/gateway/rest_error.h"
#include "monitor/http/http_query.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/state/selector.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using nlohmann::json;

struct SdQuery {
  std::string cluster;  // empty: all
  std::string endpoint = "metrics";
  std::string service;  // empty: all
  Selector selector;
  bool include_held = false;
};

absl::StatusOr<SdQuery> ParseSdQuery(const HttpRequest& request) {
  SdQuery query;
  ROSTER_ASSIGN_OR_RETURN(const HttpQuery parameters,
                          ParseHttpQuery(request.query));
  for (const auto& [name, value] : parameters) {
    if (name == "cluster") {
      query.cluster = value;
    } else if (name == "endpoint") {
      query.endpoint = value;
    } else if (name == "service") {
      query.service = value;
    } else if (name == "selector") {
      ROSTER_ASSIGN_OR_RETURN(query.selector, ParseSelector(value));
    } else if (name == "include_held") {
      query.include_held = value != "false" && value != "0";
    } else {
      return BadField(Shown(name), "there is no such parameter");
    }
  }
  return query;
}

// "host:port" or "[::1]:port". Prometheus refuses the whole list for one
// address with a path in it.
bool IsAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 1 ||
      port > 65535)
    return false;
  const bool bracketed = address.front() == '[' && address[colon - 1] == ']';
  for (size_t i = bracketed; i < colon - bracketed; ++i) {
    const char c = address[i];
    if (absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_') continue;
    if (c != ':' || !bracketed) return false;
  }
  return true;
}

// A label's name may not hold everything that the key of one of ours may.
std::string LabelName(const std::string& key) {
  std::string name = "__meta_roster_label_" + key;
  for (char& c : name)
    if (!absl::ascii_isalnum(c)) c = '_';
  return name;
}

bool IsTarget(const Member& member, const SdQuery& query) {
  return member.present && (query.include_held || !member.held()) &&
         (query.service.empty() || member.record.service == query.service) &&
         query.selector.Matches(member);
}

void AppendTargets(const Member& member, const SdQuery& query, json& groups) {
  for (const auto& [name, address] : member.record.endpoints) {
    if (query.endpoint != "*" && query.endpoint != name) continue;
    if (!IsAddress(address)) continue;
    json labels = {
        {"__meta_roster_cluster", *member.cluster},
        {"__meta_roster_name", member.name},
        {"__meta_roster_service", member.record.service},
        {"__meta_roster_version", member.record.version},
        {"__meta_roster_status", model::MemberStatusName(member.status)},
        {"__meta_roster_endpoint", name}};
    for (const auto& [key, value] : member.record.labels)
      labels[LabelName(key)] = value;
    groups.push_back({{"targets", {address}}, {"labels", std::move(labels)}});
  }
}

// Why the view is no ground to make Prometheus forget a target; OK if it is.
absl::Status CheckTrust(const ClusterView& view) {
  std::string_view reason;
  std::string_view why;
  if (!view.synced) {
    reason = "VIEW_NOT_SYNCED";
    why = "is being read";
  } else if (!view.connected) {
    reason = "VIEW_STALE";
    why = "is out of reach with ZooKeeper";
  } else if (view.guard) {
    reason = "MASS_LOSS_GUARD";
    why = "lost very many members at once, which may be a fault of the network";
  } else {
    return absl::OkStatus();
  }
  return base::WithReason(
      absl::UnavailableError(base::StrCat("cluster ", view.cluster, " ", why,
                                          "; keep the targets you have")),
      reason);
}

absl::StatusOr<json> FindTargets(const HttpRequest& request,
                                 const std::vector<ClusterViewPtr>& views) {
  ROSTER_ASSIGN_OR_RETURN(const SdQuery query, ParseSdQuery(request));
  if (!query.cluster.empty()) {
    std::vector<std::string> names;
    for (const ClusterViewPtr& view : views) names.push_back(view->cluster);
    ROSTER_RETURN_IF_ERROR(FindCluster(names, query.cluster).status());
  }
  json groups = json::array();
  for (const ClusterViewPtr& view : views) {
    if (!query.cluster.empty() && view->cluster != query.cluster) continue;
    ROSTER_RETURN_IF_ERROR(CheckTrust(*view));
    view->members.ForEach([&](const MemberPtr& member) {
      if (IsTarget(*member, query)) AppendTargets(*member, query, groups);
      return true;
    });
  }
  return groups;
}

}  // namespace

HttpResponse PrometheusTargets(const HttpRequest& request,
                               const std::vector<ClusterViewPtr>& views) {
  const auto groups = FindTargets(request, views);
  if (!groups.ok()) return RestError(groups.status());
  using ErrorHandler = json::error_handler_t;
  return {.content_type = "application/json",
          .body = groups->dump(-1, ' ', false, ErrorHandler::replace) + "\n"};
}

}  // namespace roster::monitor
