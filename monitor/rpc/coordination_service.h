#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitor/control/coordination_backend.h"
#include "monitor/control/leader_backend.h"
#include "roster/v1/coordination.grpc.pb.h"

namespace roster::monitor {

// A cluster whose elections, locks, queues and barriers are served.
struct CoordinatedCluster {
  std::string name;
  // Outlive the service.
  CoordinationBackend* backend = nullptr;
  LeaderBackend* leaders = nullptr;
};

// CoordinationService serves proto/roster/v1/coordination.proto, like
// ConfigService: what is wrong with a request by itself it refuses; everything
// else goes to the cluster's backend. It never waits.
//
// Thread-safety: thread-safe.
// Lifetime: outlives the gRPC server; the backends outlive the server too, and
// have answered every call before it ends.
class CoordinationService final
    : public roster::v1::CoordinationService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  explicit CoordinationService(std::vector<CoordinatedCluster> clusters);

  Reactor* ListElections(Context* context,
                         const roster::v1::ListElectionsRequest* request,
                         roster::v1::ListElectionsResponse* response) override;
  Reactor* GetElection(Context* context,
                       const roster::v1::GetElectionRequest* request,
                       roster::v1::GetElectionResponse* response) override;
  Reactor* GetLeader(Context* context,
                     const roster::v1::GetLeaderRequest* request,
                     roster::v1::GetLeaderResponse* response) override;
  Reactor* DesignateLeader(
      Context* context, const roster::v1::DesignateLeaderRequest* request,
      roster::v1::DesignateLeaderResponse* response) override;
  Reactor* ClearDesignation(
      Context* context, const roster::v1::ClearDesignationRequest* request,
      roster::v1::ClearDesignationResponse* response) override;

  Reactor* ListLocks(Context* context,
                     const roster::v1::ListLocksRequest* request,
                     roster::v1::ListLocksResponse* response) override;
  Reactor* GetLock(Context* context, const roster::v1::GetLockRequest* request,
                   roster::v1::GetLockResponse* response) override;
  Reactor* ForceReleaseLock(
      Context* context, const roster::v1::ForceReleaseLockRequest* request,
      roster::v1::ForceReleaseLockResponse* response) override;

  Reactor* ListQueues(Context* context,
                      const roster::v1::ListQueuesRequest* request,
                      roster::v1::ListQueuesResponse* response) override;
  Reactor* GetQueue(Context* context,
                    const roster::v1::GetQueueRequest* request,
                    roster::v1::GetQueueResponse* response) override;

  Reactor* ListBarriers(Context* context,
                        const roster::v1::ListBarriersRequest* request,
                        roster::v1::ListBarriersResponse* response) override;
  Reactor* GetBarrier(Context* context,
                      const roster::v1::GetBarrierRequest* request,
                      roster::v1::GetBarrierResponse* response) override;
  Reactor* OpenBarrier(Context* context,
                       const roster::v1::OpenBarrierRequest* request,
                       roster::v1::OpenBarrierResponse* response) override;

 private:
  // The backend of the cluster of that name; of the only one for "".
  absl::StatusOr<CoordinationBackend*> Find(const std::string& cluster) const;
  absl::StatusOr<LeaderBackend*> FindLeaders(const std::string& cluster) const;
  // What is wanted of an election, beside how it stands.
  void AddDesignation(const roster::v1::GetElectionRequest& request,
                      absl::Time deadline, roster::v1::Election* election,
                      std::function<void()> done) const;
  template <typename Request, typename Response>
  Reactor* Designate(Context* context, const Request& request,
                     Response* response,
                     absl::StatusOr<DesignateRequest> (*decode)(const Request&,
                                                                RequestMeta));

  // `call` is the backend's; `add` makes room for each. `then` adds something
  // before the call ends.
  template <typename Info, typename Request, typename Response, typename Add>
  Reactor* List(Context* context, const Request& request, Response* response,
                void (CoordinationBackend::*call)(
                    FolderQuery, CoordinationBackend::Done<FolderPage<Info>>),
                Add add);
  template <typename Info, typename Request, typename Response,
            typename Message>
  Reactor* Get(Context* context, const Request& request, Response* response,
               void (CoordinationBackend::*call)(
                   LookQuery, CoordinationBackend::Done<Look<Info>>),
               Message* message,
               std::function<void(std::function<void()>)> then = nullptr);

  std::vector<CoordinatedCluster> clusters_;  // constant after construction
  std::vector<std::string> names_;
};

}  // namespace roster::monitor
