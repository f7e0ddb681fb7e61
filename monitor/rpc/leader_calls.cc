// The calls of CoordinationService that a LeaderBackend answers.
#include <utility>

#include "base/status_macros.h"
#include "monitor/rpc/call_meta.h"
#include "monitor/rpc/change_call.h"
#include "monitor/rpc/coordination_codec.h"
#include "monitor/rpc/coordination_service.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/leader_codec.h"
#include "monitor/rpc/reactors.h"

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
  return CallToChange(context, request, FindLeaders(request.cluster()),
                      &LeaderBackend::Designate, decode,
                      [response](const DesignateResult& result) {
                        Encode(result.designation,
                               response->mutable_designation());
                        response->set_request_id(result.request_id);
                      });
}

Reactor* CoordinationService::GetLeader(Context* context,
                                        const v1::GetLeaderRequest* request,
                                        v1::GetLeaderResponse* response) {
  const auto backend = FindLeaders(request->cluster());
  if (!backend.ok()) return Finish(context, backend.status());
  Reactor* reactor = context->DefaultReactor();
  (*backend)->GetLeader(
      {.target = {.name = request->name(), .path = request->path()},
       .deadline = DeadlineOf(*context)},
      Then<LeaderAnswer>(reactor, [response](const LeaderAnswer& answer) {
        Encode(answer, response);
      }));
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
