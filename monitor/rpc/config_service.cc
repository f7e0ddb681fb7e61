#include "monitor/rpc/config_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "monitor/rpc/call_meta.h"
#include "monitor/rpc/change_call.h"
#include "monitor/rpc/config_codec.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/paging.h"
#include "monitor/rpc/reactors.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {
namespace {

namespace v1 = roster::v1;

constexpr PageSizes kPages = {.standard = 100, .most = 1000};

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// What a page token of ListConfig was made for.
std::string ListDigest(const v1::ListConfigRequest& request) {
  return absl::StrCat(
      Fingerprint(PackToken({request.cluster(), request.prefix()})));
}

absl::StatusOr<ConfigQuery> DecodeQuery(const v1::ListConfigRequest& request,
                                        absl::Time deadline) {
  ConfigQuery query{.prefix = request.prefix(), .deadline = deadline};
  if (!base::IsValidUtf8(request.prefix()))
    return BadField("prefix", "not valid UTF-8");
  ROSTER_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size(), kPages));
  if (request.page_token().empty()) return query;
  ROSTER_ASSIGN_OR_RETURN(const auto fields,
                          UnpackPageToken(request.page_token(), 2));
  if (fields[0] != ListDigest(request)) return PageTokenMismatch();
  query.after = fields[1];
  return query;
}

}  // namespace

ConfigService::ConfigService(std::vector<ConfiguredCluster> clusters)
    : clusters_(std::move(clusters)) {
  for (const ConfiguredCluster& cluster : clusters_)
    names_.push_back(cluster.name);
}

absl::StatusOr<ConfigBackend*> ConfigService::Find(
    const std::string& cluster) const {
  ROSTER_ASSIGN_OR_RETURN(const size_t index, FindCluster(names_, cluster));
  return clusters_[index].backend;
}

template <typename Request, typename Response>
Reactor* ConfigService::Change(Context* context, const Request& request,
                               Response* response) {
  return CallToChange(
      context, request, Find(request.cluster()), &ConfigBackend::ChangeConfig,
      [](const Request& in, RequestMeta meta) {
        return DecodeConfigRequest(in, std::move(meta));
      },
      [response](const ChangeConfigResult& result) {
        EncodeConfigEntry(result.entry, ConfigValues::kIncluded,
                          response->mutable_entry());
        response->set_request_id(result.request_id);
      });
}

Reactor* ConfigService::ListConfig(Context* context,
                                   const v1::ListConfigRequest* request,
                                   v1::ListConfigResponse* response) {
  const auto backend = Find(request->cluster());
  if (!backend.ok()) return Finish(context, backend.status());
  auto query = DecodeQuery(*request, DeadlineOf(*context));
  if (!query.ok()) return Finish(context, query.status());
  Reactor* reactor = context->DefaultReactor();
  (*backend)->ListConfig(
      *std::move(query),
      Then<ConfigPage>(
          reactor, [=, digest = ListDigest(*request)](const ConfigPage& page) {
            for (const model::ConfigEntry& entry : page.entries)
              EncodeConfigEntry(entry, ConfigValues::kLeftOut,
                                response->add_entries());
            if (page.more)
              response->set_next_page_token(
                  PackToken({digest, page.entries.back().name}));
          }));
  return reactor;
}

Reactor* ConfigService::GetConfig(Context* context,
                                  const v1::GetConfigRequest* request,
                                  v1::GetConfigResponse* response) {
  const auto backend = Find(request->cluster());
  if (!backend.ok()) return Finish(context, backend.status());
  Reactor* reactor = context->DefaultReactor();
  (*backend)->GetConfig(
      {.name = request->name(), .deadline = DeadlineOf(*context)},
      Then<model::ConfigEntry>(reactor, [=](const model::ConfigEntry& entry) {
        EncodeConfigEntry(entry, ConfigValues::kIncluded,
                          response->mutable_entry());
      }));
  return reactor;
}

Reactor* ConfigService::PutConfig(Context* context,
                                  const v1::PutConfigRequest* request,
                                  v1::PutConfigResponse* response) {
  return Change(context, *request, response);
}

Reactor* ConfigService::DeleteConfig(Context* context,
                                     const v1::DeleteConfigRequest* request,
                                     v1::DeleteConfigResponse* response) {
  return Change(context, *request, response);
}

Reactor* ConfigService::RollbackConfig(Context* context,
                                       const v1::RollbackConfigRequest* request,
                                       v1::RollbackConfigResponse* response) {
  return Change(context, *request, response);
}

Reactor* ConfigService::ListConfigHistory(
    Context* context, const v1::ListConfigHistoryRequest* request,
    v1::ListConfigHistoryResponse* response) {
  const auto backend = Find(request->cluster());
  if (!backend.ok()) return Finish(context, backend.status());
  Reactor* reactor = context->DefaultReactor();
  (*backend)->ListConfigHistory(
      {.name = request->name(), .deadline = DeadlineOf(*context)},
      Then<std::vector<model::ConfigEntry>>(
          reactor, [=](const std::vector<model::ConfigEntry>& entries) {
            for (const model::ConfigEntry& entry : entries)
              EncodeConfigEntry(entry, ConfigValues::kIncluded,
                                response->add_entries());
          }));
  return reactor;
}

}  // namespace roster::monitor
