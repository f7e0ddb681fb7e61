#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/loop.h"
#include "monitor/control/control_backend.h"
#include "monitor/rpc/parking_lot.h"
#include "monitor/rpc/rpc_stats.h"
#include "monitor/state/cluster_view.h"
#include "roster/v1/control.grpc.pb.h"

namespace roster::monitor {

// A cluster that can be controlled.
struct ControlledCluster {
  std::string name;
  // The newest view; thread-safe, never null.
  std::function<ClusterViewPtr()> view;
  // Carries out changes; outlives the service.
  ControlBackend* backend = nullptr;
};

struct ControlServiceOptions {
  // Changes with every start of rosterd; also its id among the monitors.
  std::string view_id;
  absl::Duration bookmark_interval = absl::Seconds(10);
  // Streams at a time; more are refused with RESOURCE_EXHAUSTED.
  size_t max_streams = 1000;
};

// ControlService serves proto/roster/v1/control.proto. What is wrong with a
// request by itself it refuses; changes go to the cluster's backend, which
// answers on a thread of its own; the rest is read from immutable views. It
// never waits.
//
// Who asks is told by the connection where that is authenticated, else by the
// request, and marked as claimed.
//
// Wiring: call NotifyOperations() when a view with other operations is
// published, as from ClusterTable::SetClusterListener().
//
// Thread-safety: thread-safe.
// Lifetime: outlives the gRPC server; the backends outlive the server too, and
// have answered every call before it ends.
class ControlService final
    : public roster::v1::ControlService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  ControlService(ControlServiceOptions options,
                 std::vector<ControlledCluster> clusters);
  ~ControlService() override;

  // An operation of the cluster changed.
  void NotifyOperations(std::string_view cluster);
  // Ends all streams with UNAVAILABLE, and new ones at once. Unary calls go on.
  void StopStreams();

  RpcStats stats() const { return counters_.Read(); }

  Reactor* TakeOffline(Context* context,
                       const roster::v1::TakeOfflineRequest* request,
                       roster::v1::TakeOfflineResponse* response) override;
  Reactor* BringOnline(Context* context,
                       const roster::v1::BringOnlineRequest* request,
                       roster::v1::BringOnlineResponse* response) override;
  Reactor* ListHolds(Context* context,
                     const roster::v1::ListHoldsRequest* request,
                     roster::v1::ListHoldsResponse* response) override;
  Reactor* GetOrder(Context* context,
                    const roster::v1::GetOrderRequest* request,
                    roster::v1::GetOrderResponse* response) override;
  Reactor* Evict(Context* context, const roster::v1::EvictRequest* request,
                 roster::v1::EvictResponse* response) override;
  Reactor* Forget(Context* context, const roster::v1::ForgetRequest* request,
                  roster::v1::ForgetResponse* response) override;
  Reactor* ListBudgets(Context* context,
                       const roster::v1::ListBudgetsRequest* request,
                       roster::v1::ListBudgetsResponse* response) override;
  Reactor* SetBudget(Context* context,
                     const roster::v1::SetBudgetRequest* request,
                     roster::v1::SetBudgetResponse* response) override;
  Reactor* DeleteBudget(Context* context,
                        const roster::v1::DeleteBudgetRequest* request,
                        roster::v1::DeleteBudgetResponse* response) override;
  Reactor* ExplainBudgets(
      Context* context, const roster::v1::ExplainBudgetsRequest* request,
      roster::v1::ExplainBudgetsResponse* response) override;
  Reactor* RollingRestart(
      Context* context, const roster::v1::RollingRestartRequest* request,
      roster::v1::RollingRestartResponse* response) override;
  Reactor* ListOperations(
      Context* context, const roster::v1::ListOperationsRequest* request,
      roster::v1::ListOperationsResponse* response) override;
  Reactor* GetOperation(Context* context,
                        const roster::v1::GetOperationRequest* request,
                        roster::v1::GetOperationResponse* response) override;
  Reactor* PauseOperation(
      Context* context, const roster::v1::PauseOperationRequest* request,
      roster::v1::PauseOperationResponse* response) override;
  Reactor* ResumeOperation(
      Context* context, const roster::v1::ResumeOperationRequest* request,
      roster::v1::ResumeOperationResponse* response) override;
  Reactor* CancelOperation(
      Context* context, const roster::v1::CancelOperationRequest* request,
      roster::v1::CancelOperationResponse* response) override;
  Reactor* ListAudit(Context* context,
                     const roster::v1::ListAuditRequest* request,
                     roster::v1::ListAuditResponse* response) override;
  Reactor* GetPolicy(Context* context,
                     const roster::v1::GetPolicyRequest* request,
                     roster::v1::GetPolicyResponse* response) override;
  Reactor* SetPolicy(Context* context,
                     const roster::v1::SetPolicyRequest* request,
                     roster::v1::SetPolicyResponse* response) override;
  Reactor* ReleaseGuard(Context* context,
                        const roster::v1::ReleaseGuardRequest* request,
                        roster::v1::ReleaseGuardResponse* response) override;
  Reactor* ListMonitors(Context* context,
                        const roster::v1::ListMonitorsRequest* request,
                        roster::v1::ListMonitorsResponse* response) override;
  grpc::ServerWriteReactor<roster::v1::WatchOperationResponse>* WatchOperation(
      Context* context,
      const roster::v1::WatchOperationRequest* request) override;

 private:
  struct Cluster {
    ControlledCluster source;
    std::unique_ptr<ParkingLot> lot;
  };

  // The cluster of that name; the only one for "".
  absl::StatusOr<Cluster*> Find(const std::string& name);
  // A change: decodes the request and has the backend carry it out. `encode`
  // is called with the result and the cluster's name.
  template <typename Request, typename Order, typename Result, typename Encode>
  Reactor* Change(Context* context, const Request& request,
                  void (ControlBackend::*ask)(Order,
                                              ControlBackend::Done<Result>),
                  Encode encode);
  template <typename Request, typename Response>
  Reactor* ChangeOperation(Context* context, const Request& request,
                           Response* response);
  // A call that is answered from the view, at once.
  template <typename Answer>
  Reactor* Read(Context* context, const std::string& cluster, Answer answer);
  absl::StatusOr<grpc::ServerWriteReactor<roster::v1::WatchOperationResponse>*>
  Watch(const roster::v1::WatchOperationRequest& request);
  // The loop is handed over: the destructor takes loop_ away while it ends.
  void ScheduleTick(base::Loop& loop);

  const ControlServiceOptions options_;
  RpcCounters counters_;
  // Wakes waiting streams. Ended by the destructor before the rest goes.
  std::unique_ptr<base::Loop> loop_;
  std::vector<Cluster> clusters_;  // constant after construction
  std::vector<std::string> names_;
};

}  // namespace roster::monitor
