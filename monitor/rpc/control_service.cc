#include "monitor/rpc/control_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/paths.h"
#include "monitor/rpc/call_meta.h"
#include "monitor/rpc/change_call.h"
#include "monitor/rpc/control_codec.h"
#include "monitor/rpc/control_reads.h"
#include "monitor/rpc/control_requests.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/monotonic.h"
#include "monitor/rpc/operation_stream.h"
#include "monitor/rpc/paging.h"
#include "monitor/rpc/reactors.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/rpc/time_codec.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {
namespace {

namespace v1 = roster::v1;

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

}  // namespace

ControlService::ControlService(ControlServiceOptions options,
                               std::vector<ControlledCluster> clusters)
    : options_(std::move(options)),
      loop_(std::make_unique<base::Loop>("rpc-control")) {
  for (ControlledCluster& source : clusters) {
    names_.push_back(source.name);
    clusters_.push_back(
        {std::move(source), std::make_unique<ParkingLot>(*loop_)});
  }
  loop_->Start();
  loop_->Post([this, &loop = *loop_] { ScheduleTick(loop); });
}

ControlService::~ControlService() {
  loop_.reset();
  // The server is gone, so all streams are; this shows it to ThreadSanitizer.
  counters_.operation_streams.load(std::memory_order_acquire);
}

void ControlService::ScheduleTick(base::Loop& loop) {
  const absl::Duration period = std::clamp(
      options_.bookmark_interval / 10, absl::Milliseconds(5), absl::Seconds(1));
  loop.RunAfter(period, [this, &loop] {
    const absl::Time now = MonotonicNow();
    for (const Cluster& cluster : clusters_) cluster.lot->WakeDue(now);
    ScheduleTick(loop);
  });
}

void ControlService::NotifyOperations(std::string_view cluster) {
  for (const Cluster& candidate : clusters_)
    if (candidate.source.name == cluster) candidate.lot->Notify();
}

void ControlService::StopStreams() {
  for (const Cluster& cluster : clusters_) cluster.lot->Stop();
}

absl::StatusOr<ControlService::Cluster*> ControlService::Find(
    const std::string& name) {
  ROSTER_ASSIGN_OR_RETURN(const size_t index, FindCluster(names_, name));
  return &clusters_[index];
}

template <typename Request, typename Order, typename Result, typename Encode>
Reactor* ControlService::Change(
    Context* context, const Request& request,
    void (ControlBackend::*ask)(Order, ControlBackend::Done<Result>),
    Encode encode) {
  const auto cluster = Find(request.cluster());
  if (!cluster.ok()) return Finish(context, cluster.status());
  const ControlledCluster& source = (*cluster)->source;
  return CallToChange(
      context, request, absl::StatusOr<ControlBackend*>(source.backend), ask,
      [](const Request& in, RequestMeta meta) {
        return DecodeRequest(in, std::move(meta), absl::Now());
      },
      [&source, encode](const Result& result) { encode(result, source.name); });
}

template <typename Answer>
Reactor* ControlService::Read(Context* context, const std::string& cluster,
                              Answer answer) {
  const auto found = Find(cluster);
  if (!found.ok()) return Finish(context, found.status());
  return Finish(context, answer(*(*found)->source.view()));
}

Reactor* ControlService::TakeOffline(Context* context,
                                     const v1::TakeOfflineRequest* request,
                                     v1::TakeOfflineResponse* response) {
  return Change(
      context, *request, &ControlBackend::TakeOffline,
      [response](const TakeOfflineResult& result, const std::string& cluster) {
        for (const OrderChange& change : result.changes)
          EncodeChange(change, response->add_changes());
        if (result.operation) {
          EncodeOperation(*result.operation, cluster,
                          OperationDetail::kWithMembers, absl::Now(),
                          response->mutable_operation());
        }
        for (const BudgetReport& report : result.budgets)
          EncodeReport(report, response->add_budgets());
        response->set_request_id(result.request_id);
      });
}

Reactor* ControlService::BringOnline(Context* context,
                                     const v1::BringOnlineRequest* request,
                                     v1::BringOnlineResponse* response) {
  return Change(context, *request, &ControlBackend::BringOnline,
                [response](const BringOnlineResult& result, const auto&) {
                  for (const OrderChange& change : result.changes)
                    EncodeChange(change, response->add_changes());
                  response->set_request_id(result.request_id);
                });
}

Reactor* ControlService::ListHolds(Context* context,
                                   const v1::ListHoldsRequest* request,
                                   v1::ListHoldsResponse* response) {
  return Read(context, request->cluster(), [&](const ClusterView& view) {
    return monitor::ListHolds(view, options_.view_id, *request, response);
  });
}

Reactor* ControlService::GetOrder(Context* context,
                                  const v1::GetOrderRequest* request,
                                  v1::GetOrderResponse* response) {
  const auto cluster = Find(request->cluster());
  if (!cluster.ok()) return Finish(context, cluster.status());
  const std::string name = request->name();
  if (const absl::Status valid = model::ValidateMemberName(name); !valid.ok())
    return Finish(context, BadField("name", base::Message(valid)));
  Reactor* reactor = context->DefaultReactor();
  (*cluster)->source.backend->GetOrder(
      name, DeadlineOf(*context),
      Then<StoredOrder>(reactor, [=](const StoredOrder& stored) {
        const MemberPtr member = (*cluster)->source.view()->members.Find(name);
        response->set_name(name);
        // What cannot be read stands as it was last read; it is no release.
        const bool last_read = !stored.problem.empty() && member != nullptr;
        EncodeDesired(last_read ? *member->order : stored.order, stored.problem,
                      response->mutable_desired());
        if (IsGiven(stored.changed_at))
          *response->mutable_changed_at() = EncodeTime(stored.changed_at);
        if (member && !member->never_seen())
          EncodeMember(*member, response->mutable_member());
      }));
  return reactor;
}

Reactor* ControlService::Evict(Context* context,
                               const v1::EvictRequest* request,
                               v1::EvictResponse* response) {
  return Change(context, *request, &ControlBackend::Evict,
                [response](const MemberResult& result, const auto&) {
                  response->set_czxid(result.czxid);
                  response->set_request_id(result.request_id);
                });
}

Reactor* ControlService::Forget(Context* context,
                                const v1::ForgetRequest* request,
                                v1::ForgetResponse* response) {
  return Change(context, *request, &ControlBackend::Forget,
                [response](const MemberResult& result, const auto&) {
                  response->set_request_id(result.request_id);
                });
}

Reactor* ControlService::ListBudgets(Context* context,
                                     const v1::ListBudgetsRequest* request,
                                     v1::ListBudgetsResponse* response) {
  return Read(context, request->cluster(), [&](const ClusterView& view) {
    return monitor::ListBudgets(view, response);
  });
}

Reactor* ControlService::SetBudget(Context* context,
                                   const v1::SetBudgetRequest* request,
                                   v1::SetBudgetResponse* response) {
  return Change(context, *request, &ControlBackend::SetBudget,
                [response](const BudgetReport& report, const auto&) {
                  EncodeReport(report, response->mutable_budget());
                });
}

Reactor* ControlService::DeleteBudget(Context* context,
                                      const v1::DeleteBudgetRequest* request,
                                      v1::DeleteBudgetResponse*) {
  return Change(context, *request, &ControlBackend::DeleteBudget,
                [](ControlBackend::Nothing, const auto&) {});
}

Reactor* ControlService::ExplainBudgets(
    Context* context, const v1::ExplainBudgetsRequest* request,
    v1::ExplainBudgetsResponse* response) {
  return Read(context, request->cluster(), [&](const ClusterView& view) {
    return monitor::ExplainBudgets(view, *request, response);
  });
}

Reactor* ControlService::RollingRestart(
    Context* context, const v1::RollingRestartRequest* request,
    v1::RollingRestartResponse* response) {
  return Change(
      context, *request, &ControlBackend::RollingRestart,
      [response](const OperationResult& result, const std::string& cluster) {
        EncodeOperation(result.operation, cluster,
                        OperationDetail::kWithMembers, absl::Now(),
                        response->mutable_operation());
        for (const BudgetReport& report : result.budgets)
          EncodeReport(report, response->add_budgets());
      });
}

Reactor* ControlService::ListOperations(
    Context* context, const v1::ListOperationsRequest* request,
    v1::ListOperationsResponse* response) {
  return Read(context, request->cluster(), [&](const ClusterView& view) {
    return monitor::ListOperations(view, absl::Now(), *request, response);
  });
}

Reactor* ControlService::GetOperation(Context* context,
                                      const v1::GetOperationRequest* request,
                                      v1::GetOperationResponse* response) {
  return Read(context, request->cluster(),
              [&](const ClusterView& view) -> absl::Status {
                ROSTER_ASSIGN_OR_RETURN(const auto stored,
                                        FindOperation(view, request->id()));
                EncodeOperation(*stored, view.cluster,
                                OperationDetail::kWithMembers, absl::Now(),
                                response->mutable_operation());
                return absl::OkStatus();
              });
}

template <typename Request, typename Response>
Reactor* ControlService::ChangeOperation(Context* context,
                                         const Request& request,
                                         Response* response) {
  return Change(
      context, request, &ControlBackend::ChangeOperation,
      [response](const StoredOperation& stored, const std::string& cluster) {
        EncodeOperation(stored, cluster, OperationDetail::kWithMembers,
                        absl::Now(), response->mutable_operation());
      });
}

Reactor* ControlService::PauseOperation(
    Context* context, const v1::PauseOperationRequest* request,
    v1::PauseOperationResponse* response) {
  return ChangeOperation(context, *request, response);
}

Reactor* ControlService::ResumeOperation(
    Context* context, const v1::ResumeOperationRequest* request,
    v1::ResumeOperationResponse* response) {
  return ChangeOperation(context, *request, response);
}

Reactor* ControlService::CancelOperation(
    Context* context, const v1::CancelOperationRequest* request,
    v1::CancelOperationResponse* response) {
  return ChangeOperation(context, *request, response);
}

Reactor* ControlService::ListAudit(Context* context,
                                   const v1::ListAuditRequest* request,
                                   v1::ListAuditResponse* response) {
  const auto cluster = Find(request->cluster());
  if (!cluster.ok()) return Finish(context, cluster.status());
  const std::string digest = AuditDigest((*cluster)->source.name, *request);
  auto query = DecodeAuditQuery(*request, digest, DeadlineOf(*context));
  if (!query.ok()) return Finish(context, query.status());
  Reactor* reactor = context->DefaultReactor();
  (*cluster)->source.backend->ListAudit(
      *std::move(query),
      Then<AuditPage>(reactor, [response, digest](const AuditPage& page) {
        for (const AuditLine& line : page.lines)
          EncodeAudit(line, response->add_entries());
        if (page.next_before != 0) {
          response->set_next_page_token(
              PackToken({digest, absl::StrCat(page.next_before)}));
        }
      }));
  return reactor;
}

Reactor* ControlService::GetPolicy(Context* context,
                                   const v1::GetPolicyRequest* request,
                                   v1::GetPolicyResponse* response) {
  return Read(context, request->cluster(), [&](const ClusterView& view) {
    return monitor::GetPolicy(view, response);
  });
}

Reactor* ControlService::SetPolicy(Context* context,
                                   const v1::SetPolicyRequest* request,
                                   v1::SetPolicyResponse* response) {
  return Change(context, *request, &ControlBackend::SetPolicy,
                [response](const model::Policy& policy, const auto&) {
                  EncodePolicy(policy, response->mutable_policy());
                });
}

Reactor* ControlService::ReleaseGuard(Context* context,
                                      const v1::ReleaseGuardRequest* request,
                                      v1::ReleaseGuardResponse*) {
  return Change(context, *request, &ControlBackend::ReleaseGuard,
                [](ControlBackend::Nothing, const auto&) {});
}

Reactor* ControlService::ListMonitors(Context* context,
                                      const v1::ListMonitorsRequest* request,
                                      v1::ListMonitorsResponse* response) {
  return Read(context, request->cluster(), [&](const ClusterView& view) {
    return monitor::ListMonitors(view, options_.view_id, response);
  });
}

grpc::ServerWriteReactor<v1::WatchOperationResponse>*
ControlService::WatchOperation(Context*,
                               const v1::WatchOperationRequest* request) {
  auto stream = Watch(*request);
  if (stream.ok()) return *stream;
  return new FailedStream<v1::WatchOperationResponse>(stream.status());
}

absl::StatusOr<grpc::ServerWriteReactor<v1::WatchOperationResponse>*>
ControlService::Watch(const v1::WatchOperationRequest& request) {
  ROSTER_ASSIGN_OR_RETURN(const Cluster* cluster, Find(request.cluster()));
  ROSTER_RETURN_IF_ERROR(
      FindOperation(*cluster->source.view(), request.id()).status());
  ROSTER_RETURN_IF_ERROR(CheckStreamLimit(
      counters_.operation_streams.load(std::memory_order_relaxed),
      options_.max_streams));
  auto* stream =
      new OperationStream(cluster->source.view, request.id(), *cluster->lot,
                          counters_, options_.bookmark_interval);
  stream->Advance();
  return stream;
}

}  // namespace roster::monitor
