#include "monitor/rpc/coordination_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "monitor/rpc/call_meta.h"
#include "monitor/rpc/change_call.h"
#include "monitor/rpc/coordination_codec.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/paging.h"
#include "monitor/rpc/reactors.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {
namespace {

namespace v1 = roster::v1;

constexpr PageSizes kPages = {.standard = 100, .most = 1000};

using Reactor = grpc::ServerUnaryReactor;

// A page token is good for the request that it was made for.
template <typename Request>
std::string DigestOf(Request request) {
  request.clear_page_size();
  request.clear_page_token();
  return absl::StrCat(Fingerprint(ContentOf(request)));
}

// What the page before ended with; empty for the first.
template <typename Request>
absl::StatusOr<std::string> AfterOf(const Request& request) {
  if (request.page_token().empty()) return std::string();
  ROSTER_ASSIGN_OR_RETURN(auto fields,
                          UnpackPageToken(request.page_token(), 2));
  if (fields[0] != DigestOf(request)) return PageTokenMismatch();
  return std::move(fields[1]);
}

template <typename Request>
std::string TokenOf(const Request& request, const std::string& next_after) {
  if (next_after.empty()) return "";
  return PackToken({DigestOf(request), next_after});
}

// Which page is asked for.
template <typename Request, typename Query>
absl::Status DecodePage(const Request& request, Query& query) {
  ROSTER_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size(), kPages));
  ROSTER_ASSIGN_OR_RETURN(query.after, AfterOf(request));
  return absl::OkStatus();
}

}  // namespace

CoordinationService::CoordinationService(
    std::vector<CoordinatedCluster> clusters)
    : clusters_(std::move(clusters)) {
  for (const CoordinatedCluster& cluster : clusters_)
    names_.push_back(cluster.name);
}

absl::StatusOr<CoordinationBackend*> CoordinationService::Find(
    const std::string& cluster) const {
  ROSTER_ASSIGN_OR_RETURN(const size_t index, FindCluster(names_, cluster));
  return clusters_[index].backend;
}

template <typename Info, typename Request, typename Response, typename Add>
Reactor* CoordinationService::List(
    Context* context, const Request& request, Response* response,
    void (CoordinationBackend::*call)(
        FolderQuery, CoordinationBackend::Done<FolderPage<Info>>),
    Add add) {
  const auto backend = Find(request.cluster());
  if (!backend.ok()) return Finish(context, backend.status());
  FolderQuery query{.folder = request.folder(),
                    .deadline = DeadlineOf(*context)};
  if (const absl::Status valid = DecodePage(request, query); !valid.ok())
    return Finish(context, valid);
  Reactor* reactor = context->DefaultReactor();
  ((*backend)->*call)(
      std::move(query),
      Then<FolderPage<Info>>(
          reactor, [=, &request](const FolderPage<Info>& page) {
            std::string next_after = page.next_after;
            size_t bytes = 0;
            for (const Info& info : page.infos) {
              auto* const added = (response->*add)();
              Encode(info, added);
              bytes += added->ByteSizeLong();
              if (bytes <= kMaxPageBytes || &info == &page.infos.back())
                continue;
              next_after = info.path.substr(info.path.rfind('/') + 1);
              break;
            }
            response->set_next_page_token(TokenOf(request, next_after));
          }));
  return reactor;
}

template <typename Info, typename Request, typename Response, typename Message>
Reactor* CoordinationService::Get(
    Context* context, const Request& request, Response* response,
    void (CoordinationBackend::*call)(LookQuery,
                                      CoordinationBackend::Done<Look<Info>>),
    Message* message, std::function<void(std::function<void()>)> then) {
  const auto backend = Find(request.cluster());
  if (!backend.ok()) return Finish(context, backend.status());
  LookQuery query{.target = {.name = request.name(), .path = request.path()},
                  .deadline = DeadlineOf(*context)};
  if (const absl::Status valid = DecodePage(request, query); !valid.ok())
    return Finish(context, valid);
  Reactor* reactor = context->DefaultReactor();
  ((*backend)->*call)(
      std::move(query), [=, &request](absl::StatusOr<Look<Info>> look) {
        if (!look.ok()) return reactor->Finish(ToGrpcStatus(look.status()));
        Encode(look->info, message);
        response->set_next_page_token(TokenOf(request, look->next_after));
        if (!then) return reactor->Finish(grpc::Status::OK);
        then([=] { reactor->Finish(grpc::Status::OK); });
      });
  return reactor;
}

Reactor* CoordinationService::ListElections(
    Context* context, const v1::ListElectionsRequest* request,
    v1::ListElectionsResponse* response) {
  return List(context, *request, response, &CoordinationBackend::ListElections,
              &v1::ListElectionsResponse::add_elections);
}

Reactor* CoordinationService::GetElection(Context* context,
                                          const v1::GetElectionRequest* request,
                                          v1::GetElectionResponse* response) {
  return Get(context, *request, response, &CoordinationBackend::GetElection,
             response->mutable_election(),
             [this, request, response,
              deadline = DeadlineOf(*context)](std::function<void()> finish) {
               AddDesignation(*request, deadline, response->mutable_election(),
                              std::move(finish));
             });
}

Reactor* CoordinationService::ListLocks(Context* context,
                                        const v1::ListLocksRequest* request,
                                        v1::ListLocksResponse* response) {
  return List(context, *request, response, &CoordinationBackend::ListLocks,
              &v1::ListLocksResponse::add_locks);
}

Reactor* CoordinationService::GetLock(Context* context,
                                      const v1::GetLockRequest* request,
                                      v1::GetLockResponse* response) {
  return Get(context, *request, response, &CoordinationBackend::GetLock,
             response->mutable_lock());
}

Reactor* CoordinationService::ListQueues(Context* context,
                                         const v1::ListQueuesRequest* request,
                                         v1::ListQueuesResponse* response) {
  return List(context, *request, response, &CoordinationBackend::ListQueues,
              &v1::ListQueuesResponse::add_queues);
}

Reactor* CoordinationService::GetQueue(Context* context,
                                       const v1::GetQueueRequest* request,
                                       v1::GetQueueResponse* response) {
  return Get(context, *request, response, &CoordinationBackend::GetQueue,
             response->mutable_queue());
}

Reactor* CoordinationService::ListBarriers(
    Context* context, const v1::ListBarriersRequest* request,
    v1::ListBarriersResponse* response) {
  return List(context, *request, response, &CoordinationBackend::ListBarriers,
              &v1::ListBarriersResponse::add_barriers);
}

Reactor* CoordinationService::GetBarrier(Context* context,
                                         const v1::GetBarrierRequest* request,
                                         v1::GetBarrierResponse* response) {
  return Get(context, *request, response, &CoordinationBackend::GetBarrier,
             response->mutable_barrier());
}

Reactor* CoordinationService::ForceReleaseLock(
    Context* context, const v1::ForceReleaseLockRequest* request,
    v1::ForceReleaseLockResponse* response) {
  return CallToChange(context, *request, Find(request->cluster()),
                      &CoordinationBackend::ForceReleaseLock,
                      &DecodeForceRelease,
                      [response](const ForceReleaseResult& result) {
                        Encode(result.holder, response->mutable_holder());
                        response->set_request_id(result.request_id);
                      });
}

Reactor* CoordinationService::OpenBarrier(Context* context,
                                          const v1::OpenBarrierRequest* request,
                                          v1::OpenBarrierResponse* response) {
  return CallToChange(context, *request, Find(request->cluster()),
                      &CoordinationBackend::OpenBarrier, &DecodeOpenBarrier,
                      [response](const OpenBarrierResult& result) {
                        response->set_request_id(result.request_id);
                      });
}

}  // namespace roster::monitor
