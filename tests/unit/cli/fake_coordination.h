#pragma once

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"
#include "roster/v1/coordination.grpc.pb.h"

namespace roster::testing {

namespace v1 = roster::v1;

// FakeCoordinationService knows the elections that the test gives it, notes who
// is designated, and changes nothing by that.
//
// Thread-safety: thread-safe.
class FakeCoordinationService final : public v1::CoordinationService::Service {
 public:
  // All that there are; GetElection gives out one candidate a page.
  void SetElections(std::vector<v1::Election> elections);
  // What GetLeader says, whatever election is meant.
  void SetLeader(v1::GetLeaderResponse answer);
  // Both changes from now on fail with this.
  void FailWith(grpc::Status status);

  std::vector<v1::DesignateLeaderRequest> designations() const;
  std::vector<v1::ClearDesignationRequest> clearings() const;

  grpc::Status ListElections(grpc::ServerContext* context,
                             const v1::ListElectionsRequest* request,
                             v1::ListElectionsResponse* response) override;
  grpc::Status GetElection(grpc::ServerContext* context,
                           const v1::GetElectionRequest* request,
                           v1::GetElectionResponse* response) override;
  grpc::Status GetLeader(grpc::ServerContext* context,
                         const v1::GetLeaderRequest* request,
                         v1::GetLeaderResponse* response) override;
  grpc::Status DesignateLeader(grpc::ServerContext* context,
                               const v1::DesignateLeaderRequest* request,
                               v1::DesignateLeaderResponse* response) override;
  grpc::Status ClearDesignation(
      grpc::ServerContext* context, const v1::ClearDesignationRequest* request,
      v1::ClearDesignationResponse* response) override;

 private:
  mutable base::Mutex mu_;
  std::vector<v1::Election> elections_ ABSL_GUARDED_BY(mu_);
  v1::GetLeaderResponse leader_ ABSL_GUARDED_BY(mu_);
  grpc::Status failure_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::DesignateLeaderRequest> designations_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::ClearDesignationRequest> clearings_ ABSL_GUARDED_BY(mu_);
};

}  // namespace roster::testing
