// The calls of CoordinationService that a LeaderBackend answers.
#include <utility>

#include "base/status_macros.h"
#include "monitor/rpc/call_meta.h"
#include "monitor/rpc/coordination_codec.h"
#include "monitor/rpc/coordination_service.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/leader_codec.h"
#include "monitor/rpc/to_grpc_status.h"

namespace roster::monitor {

namespace v1 = roster::v1;

using Context = CoordinationService::Context;
using Reactor = CoordinationService::Reactor;

absl::StatusOr<LeaderBackend*> CoordinationService::FindLeaders(
    const std::string& cluster) const {
  ROSTER_ASSIGN_OR_RETURN(const size_t index, FindCluster(names_, cluster));
  LeaderBackend* const leaders = clusters_[index].leaders;
  if (leaders == nullptr)
    return absl::UnimplementedError("nobody knows the leaders of this cluster");
  return leaders;
}

template <typename Request, typename Response>
Reactor* CoordinationService::Designate(
    Context* context, const Request& request, Response* response,
    absl::StatusOr<DesignateRequest> (*decode)(const Request&, RequestMeta)) {
  Reactor* reactor = context->DefaultReactor();
  const auto start = [&]() -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(LeaderBackend * backend,
                            FindLeaders(request.cluster()));
    ROSTER_ASSIGN_OR_RETURN(RequestMeta meta, MetaOf(*context, request));
    ROSTER_ASSIGN_OR_RETURN(DesignateRequest change,
                            decode(request, std::move(meta)));
    backend->Designate(
        std::move(change), [=](absl::StatusOr<DesignateResult> result) {
          if (result.ok()) {
            Encode(result->designation, response->mutable_designation());
            response->set_request_id(result->request_id);
          }
          reactor->Finish(ToGrpcStatus(result.status()));
        });
    return absl::OkStatus();
  };
  if (const absl::Status status = start(); !status.ok())
    reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

Reactor* CoordinationService::GetLeader(Context* context,
                                        const v1::GetLeaderRequest* request,
                                        v1::GetLeaderResponse* response) {
  Reactor* reactor = context->DefaultReactor();
  const auto backend = FindLeaders(request->cluster());
  if (!backend.ok()) {
    reactor->Finish(ToGrpcStatus(backend.status()));
    return reactor;
  }
  (*backend)->GetLeader(
      {.target = {.name = request->name(), .path = request->path()},
       .deadline = DeadlineOf(*context)},
      [=](absl::StatusOr<LeaderAnswer> answer) {
        if (answer.ok()) Encode(*answer, response);
        reactor->Finish(ToGrpcStatus(answer.status()));
      });
  return reactor;
}

Reactor* CoordinationService::DesignateLeader(
    Context* context, const v1::DesignateLeaderRequest* request,
    v1::DesignateLeaderResponse* response) {
  return Designate(context, *request, response, &DecodeDesignate);
}

Reactor* CoordinationService::ClearDesignation(
    Context* context, const v1::ClearDesignationRequest* request,
    v1::ClearDesignationResponse* response) {
  return Designate(context, *request, response, &DecodeClear);
}

void CoordinationService::AddDesignation(const v1::GetElectionRequest& request,
                                         absl::Time deadline,
                                         v1::Election* election,
                                         std::function<void()> done) const {
  const auto leaders = FindLeaders(request.cluster());
  if (!leaders.ok()) return done();
  (*leaders)->GetLeader(
      {.target = {.name = request.name(), .path = request.path()},
       .deadline = deadline},
      [=](const absl::StatusOr<LeaderAnswer>& answer) {
        if (answer.ok() && answer->designation)
          Encode(*answer->designation, election->mutable_designation());
        done();
      });
}

}  // namespace roster::monitor
