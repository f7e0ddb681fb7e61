#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "roster/v1/membership.grpc.pb.h"
#include "tests/unit/cli/fake_control.h"
#include "tests/unit/cli/fake_coordination.h"

namespace roster::testing {

google::protobuf::Timestamp ToProto(absl::Time time);

// FakeMembershipService answers as membership.proto says, from members, a view
// and events that the test gives it. It knows one cluster, "default".
//
// Thread-safety: thread-safe.
class FakeMembershipService final
    : public roster::v1::MembershipService::Service {
 public:
  // `run` is the id of this "run of rosterd": resume tokens of others are not
  // honoured.
  explicit FakeMembershipService(std::string run);

  // Adds or replaces a member and tells the watchers.
  void SetMember(roster::v1::Member member);
  void RemoveMember(const std::string& name);
  void SetView(roster::v1::ViewInfo view);
  // Appends an event, numbered.
  void AddEvent(roster::v1::Event event);
  // Every unary call from now on fails with this.
  void FailWith(grpc::Status status);
  // Unary calls from now on do not answer until the call is cancelled.
  void Hang();
  // Pages hold at most so many members or events.
  void LimitPages(int size);
  // Ends all streams; no new ones stay open.
  void EndStreams();

  int list_members_calls() const;
  int watchers() const;
  // Tokens that WatchMembers was called with.
  std::vector<std::string> watch_tokens() const;

  grpc::Status ListClusters(
      grpc::ServerContext* context,
      const roster::v1::ListClustersRequest* request,
      roster::v1::ListClustersResponse* response) override;
  grpc::Status GetSummary(grpc::ServerContext* context,
                          const roster::v1::GetSummaryRequest* request,
                          roster::v1::GetSummaryResponse* response) override;
  grpc::Status ListMembers(grpc::ServerContext* context,
                           const roster::v1::ListMembersRequest* request,
                           roster::v1::ListMembersResponse* response) override;
  grpc::Status GetMember(grpc::ServerContext* context,
                         const roster::v1::GetMemberRequest* request,
                         roster::v1::GetMemberResponse* response) override;
  grpc::Status WatchMembers(
      grpc::ServerContext* context,
      const roster::v1::WatchMembersRequest* request,
      grpc::ServerWriter<roster::v1::WatchMembersResponse>* writer) override;
  grpc::Status ListEvents(grpc::ServerContext* context,
                          const roster::v1::ListEventsRequest* request,
                          roster::v1::ListEventsResponse* response) override;
  grpc::Status WatchEvents(
      grpc::ServerContext* context,
      const roster::v1::WatchEventsRequest* request,
      grpc::ServerWriter<roster::v1::WatchEventsResponse>* writer) override;

 private:
  grpc::Status Precheck(grpc::ServerContext* context,
                        const std::string& cluster) const;
  roster::v1::ClusterSummary Summary() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Append(roster::v1::WatchMembersResponse change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string Token(size_t position) const;
  std::optional<size_t> ParseToken(const std::string& token) const;

  const std::string run_;
  mutable base::Mutex mu_;
  mutable base::CondVar changed_;
  std::map<std::string, roster::v1::Member> members_ ABSL_GUARDED_BY(mu_);
  roster::v1::ViewInfo view_ ABSL_GUARDED_BY(mu_);
  std::vector<roster::v1::WatchMembersResponse> changes_ ABSL_GUARDED_BY(mu_);
  std::vector<roster::v1::Event> events_ ABSL_GUARDED_BY(mu_);
  grpc::Status failure_ ABSL_GUARDED_BY(mu_);
  bool hang_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  int page_limit_ ABSL_GUARDED_BY(mu_) = 10'000;
  int list_members_calls_ ABSL_GUARDED_BY(mu_) = 0;
  int watchers_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::string> watch_tokens_ ABSL_GUARDED_BY(mu_);
};

// FakeRosterd is that service, a FakeControlService and a
// FakeCoordinationService, on a real gRPC server on the loopback.
class FakeRosterd {
 public:
  FakeRosterd();
  ~FakeRosterd();

  // Where it listens; the same after Start().
  std::string endpoint() const;
  FakeMembershipService& service() { return *service_; }
  FakeControlService& control() { return control_; }
  FakeCoordinationService& coordination() { return coordination_; }

  void Stop();
  // At the same address: as another run, or, if `same_run`, going on with the
  // members, events and tokens that it had, as if only the link had been cut.
  void Start(bool same_run);

 private:
  int port_ = 0;
  int runs_ = 0;
  FakeControlService control_;
  FakeCoordinationService coordination_;
  std::unique_ptr<FakeMembershipService> service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace roster::testing
