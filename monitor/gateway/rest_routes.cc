#include "monitor/gateway/rest_routes.h"

#include <cstdlib>
#include <optional>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"
#include "roster/v1/config.pb.h"
#include "roster/v1/control.pb.h"
#include "roster/v1/coordination.pb.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;

constexpr const char* kServices[] = {
    "roster.v1.MembershipService", "roster.v1.ControlService",
    "roster.v1.ConfigService", "roster.v1.CoordinationService"};

struct Entry {
  const char* verb;
  // After /api/v1. "{name=**}" is a field that may hold slashes.
  const char* path;
  const char* method;
};

constexpr Entry kTable[] = {
    {"GET", "/clusters", "ListClusters"},
    {"GET", "/summary", "GetSummary"},
    {"GET", "/members", "ListMembers"},
    {"GET", "/members/{name}", "GetMember"},
    {"GET", "/events", "ListEvents"},

    {"POST", "/members:take_offline", "TakeOffline"},
    {"POST", "/members:bring_online", "BringOnline"},
    {"POST", "/members/{name}:evict", "Evict"},
    {"POST", "/members/{name}:forget", "Forget"},
    {"GET", "/holds", "ListHolds"},
    {"GET", "/orders/{name}", "GetOrder"},

    {"GET", "/budgets", "ListBudgets"},
    {"PUT", "/budgets/{budget.name}", "SetBudget"},
    {"DELETE", "/budgets/{name}", "DeleteBudget"},
    {"POST", "/budgets:explain", "ExplainBudgets"},

    {"GET", "/operations", "ListOperations"},
    {"GET", "/operations/{id}", "GetOperation"},
    {"POST", "/operations:rolling_restart", "RollingRestart"},
    {"POST", "/operations/{id}:pause", "PauseOperation"},
    {"POST", "/operations/{id}:resume", "ResumeOperation"},
    {"POST", "/operations/{id}:cancel", "CancelOperation"},

    {"GET", "/audit", "ListAudit"},
    {"GET", "/policy", "GetPolicy"},
    {"PUT", "/policy", "SetPolicy"},
    {"POST", "/guard:release", "ReleaseGuard"},
    {"GET", "/monitors", "ListMonitors"},

    {"GET", "/config", "ListConfig"},
    {"GET", "/config/{name=**}", "GetConfig"},
    {"PUT", "/config/{name=**}", "PutConfig"},
    {"DELETE", "/config/{name=**}", "DeleteConfig"},
    {"POST", "/config/{name=**}:rollback", "RollbackConfig"},
    // Not "{name}:history", which is the name of an entry as well.
    {"GET", "/config_history/{name=**}", "ListConfigHistory"},

    // One is named by the parameter `name`, or, wherever it lies, `path`.
    {"GET", "/elections", "ListElections"},
    {"GET", "/election", "GetElection"},
    {"GET", "/election/leader", "GetLeader"},
    // The same; what everybody asks has a plain address.
    {"GET", "/elections/{name}/leader", "GetLeader"},
    {"POST", "/election:designate", "DesignateLeader"},
    {"POST", "/election:clear_designation", "ClearDesignation"},
    {"GET", "/locks", "ListLocks"},
    {"GET", "/lock", "GetLock"},
    {"POST", "/lock:force_release", "ForceReleaseLock"},
    {"GET", "/queues", "ListQueues"},
    {"GET", "/queue", "GetQueue"},
    {"GET", "/barriers", "ListBarriers"},
    {"GET", "/barrier", "GetBarrier"},
    {"POST", "/barrier:open", "OpenBarrier"},
};

const MethodDescriptor* FindMethod(const std::string& name) {
  for (const char* service : kServices) {
    const auto* found =
        DescriptorPool::generated_pool()->FindServiceByName(service);
    if (found == nullptr) continue;
    if (const auto* method = found->FindMethodByName(name)) return method;
  }
  std::abort();  // a mistake in the table, which any test finds
}

std::vector<RestRoute> MakeRoutes() {
  // What is not referred to otherwise would not be in the pool.
  (void)roster::v1::Member::descriptor();
  (void)roster::v1::Operation::descriptor();
  (void)roster::v1::ConfigEntry::descriptor();
  (void)roster::v1::Election::descriptor();
  std::vector<RestRoute> routes;
  for (const Entry& entry : kTable) {
    const std::string path = absl::StrReplaceAll(entry.path, {{"=**", ""}});
    routes.push_back({.verb = entry.verb,
                      .path = "/api/v1" + path,
                      .method = FindMethod(entry.method),
                      .deep = path != entry.path});
  }
  return routes;
}

// The field that `part` of a template stands for, and what follows it:
// "{name}:evict" is {"name", ":evict"}. Nothing for a literal part.
std::optional<std::pair<std::string_view, std::string_view>> FieldOf(
    std::string_view part) {
  const size_t end = part.find('}');
  if (part.substr(0, 1) != "{" || end == std::string_view::npos)
    return std::nullopt;
  return std::pair(part.substr(1, end - 1), part.substr(end + 1));
}

// The fields of `path` if the route's template fits it. Names may hold colons,
// so a verb is what the part ends with.
std::optional<PathFields> Match(const RestRoute& route, std::string_view path) {
  const std::vector<absl::string_view> want = absl::StrSplit(route.path, '/');
  std::vector<absl::string_view> have = absl::StrSplit(base::ToAbsl(path), '/');
  if (route.deep)
    have = absl::StrSplit(base::ToAbsl(path),
                          absl::MaxSplits('/', want.size() - 1));
  if (want.size() != have.size()) return std::nullopt;
  PathFields fields;
  for (size_t i = 0; i < want.size(); ++i) {
    const std::string_view part = base::ToStd(have[i]);
    const auto field = FieldOf(base::ToStd(want[i]));
    if (!field) {
      if (base::ToStd(want[i]) != part) return std::nullopt;
      continue;
    }
    const auto& [name, verb] = *field;
    if (part.size() <= verb.size() || !part.ends_with(verb))
      return std::nullopt;
    fields.emplace_back(name, part.substr(0, part.size() - verb.size()));
  }
  return fields;
}

}  // namespace

const std::vector<RestRoute>& RestRoutes() {
  static const auto* routes = new std::vector<RestRoute>(MakeRoutes());
  return *routes;
}

std::vector<const MethodDescriptor*> StreamedMethods() {
  return {FindMethod("WatchMembers"), FindMethod("WatchEvents"),
          FindMethod("WatchOperation")};
}

RouteMatch FindRoute(std::string_view verb, std::string_view path) {
  RouteMatch match;
  for (const RestRoute& route : RestRoutes()) {
    auto fields = Match(route, path);
    if (!fields) continue;
    if (route.verb == verb) {
      match.route = &route;
      match.fields = *std::move(fields);
      return match;
    }
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += route.verb == "GET" ? "GET, HEAD" : route.verb;
  }
  return match;
}

}  // namespace roster::monitor
