#include "tests/unit/cli/fake_coordination.h"

#include <utility>

#include "absl/strings/numbers.h"

namespace roster::testing {

using base::MutexLock;
using grpc::Status;

void FakeCoordinationService::SetElections(
    std::vector<v1::Election> elections) {
  const MutexLock lock(&mu_);
  elections_ = std::move(elections);
}

void FakeCoordinationService::SetLeader(v1::GetLeaderResponse answer) {
  const MutexLock lock(&mu_);
  leader_ = std::move(answer);
}

void FakeCoordinationService::FailWith(grpc::Status status) {
  const MutexLock lock(&mu_);
  failure_ = std::move(status);
}

std::vector<v1::DesignateLeaderRequest> FakeCoordinationService::designations()
    const {
  const MutexLock lock(&mu_);
  return designations_;
}

std::vector<v1::ClearDesignationRequest> FakeCoordinationService::clearings()
    const {
  const MutexLock lock(&mu_);
  return clearings_;
}

Status FakeCoordinationService::ListElections(
    grpc::ServerContext* /*context*/, const v1::ListElectionsRequest* /*in*/,
    v1::ListElectionsResponse* response) {
  const MutexLock lock(&mu_);
  for (const v1::Election& election : elections_) {
    v1::Election& listed = *response->add_elections();
    listed = election;
    listed.clear_candidates();
  }
  return Status::OK;
}

Status FakeCoordinationService::GetElection(
    grpc::ServerContext* /*context*/, const v1::GetElectionRequest* request,
    v1::GetElectionResponse* response) {
  const MutexLock lock(&mu_);
  int page = 0;
  if (!request->page_token().empty() &&
      !absl::SimpleAtoi(request->page_token(), &page))
    return {grpc::StatusCode::INVALID_ARGUMENT, "no token of mine"};
  for (const v1::Election& election : elections_) {
    if (election.name() != request->name()) continue;
    v1::Election& shown = *response->mutable_election();
    shown = election;
    shown.clear_candidates();
    if (page < election.candidates_size())
      *shown.add_candidates() = election.candidates(page);
    if (page + 1 < election.candidates_size())
      response->set_next_page_token(std::to_string(page + 1));
    return Status::OK;
  }
  return {grpc::StatusCode::NOT_FOUND,
          "there is no election at /e/" + request->name()};
}

Status FakeCoordinationService::GetLeader(grpc::ServerContext* /*context*/,
                                          const v1::GetLeaderRequest* /*in*/,
                                          v1::GetLeaderResponse* response) {
  const MutexLock lock(&mu_);
  *response = leader_;
  return Status::OK;
}

Status FakeCoordinationService::DesignateLeader(
    grpc::ServerContext* /*context*/, const v1::DesignateLeaderRequest* request,
    v1::DesignateLeaderResponse* response) {
  const MutexLock lock(&mu_);
  designations_.push_back(*request);
  if (!failure_.ok()) return failure_;
  v1::Designation& designation = *response->mutable_designation();
  *designation.mutable_leaders() = request->leaders();
  designation.set_hand_back(request->hand_back());
  if (request->has_settle()) *designation.mutable_settle() = request->settle();
  response->set_request_id(request->request_id());
  return Status::OK;
}

Status FakeCoordinationService::ClearDesignation(
    grpc::ServerContext* /*context*/,
    const v1::ClearDesignationRequest* request,
    v1::ClearDesignationResponse* response) {
  const MutexLock lock(&mu_);
  clearings_.push_back(*request);
  if (!failure_.ok()) return failure_;
  response->set_request_id(request->request_id());
  return Status::OK;
}

}  // namespace roster::testing
