#include "tests/unit/cli/fake_rosterd.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace roster::testing {
namespace {

using base::MutexLock;
using grpc::Status;
using grpc::StatusCode;
using roster::v1::WatchMembersResponse;

constexpr absl::Duration kCancelPoll = absl::Milliseconds(20);

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  proto.set_seconds(absl::ToUnixSeconds(time));
  proto.set_nanos(static_cast<int>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(proto.seconds()))));
  return proto;
}

FakeMembershipService::FakeMembershipService(std::string run)
    : run_(std::move(run)) {
  view_.set_connected(true);
  view_.set_synced(true);
  view_.set_view_id(run_);
  *view_.mutable_as_of() = ToProto(absl::Now());
}

void FakeMembershipService::SetMember(roster::v1::Member member) {
  const MutexLock lock(&mu_);
  WatchMembersResponse change;
  *change.mutable_member() = member;
  const std::string name = member.name();
  members_[name] = std::move(member);
  Append(std::move(change));
}

void FakeMembershipService::RemoveMember(const std::string& name) {
  const MutexLock lock(&mu_);
  WatchMembersResponse change;
  change.mutable_removed()->set_name(name);
  members_.erase(name);
  Append(std::move(change));
}

void FakeMembershipService::SetView(roster::v1::ViewInfo view) {
  const MutexLock lock(&mu_);
  WatchMembersResponse change;
  *change.mutable_view() = view;
  view_ = std::move(view);
  Append(std::move(change));
}

void FakeMembershipService::AddEvent(roster::v1::Event event) {
  const MutexLock lock(&mu_);
  event.set_sequence(events_.size() + 1);
  event.set_log_id(run_);
  event.set_cluster("default");
  events_.push_back(std::move(event));
  changed_.NotifyAll();
}

void FakeMembershipService::FailWith(Status status) {
  const MutexLock lock(&mu_);
  failure_ = std::move(status);
}

void FakeMembershipService::Hang() {
  const MutexLock lock(&mu_);
  hang_ = true;
}

void FakeMembershipService::LimitPages(int size) {
  const MutexLock lock(&mu_);
  page_limit_ = size;
}

void FakeMembershipService::EndStreams() {
  const MutexLock lock(&mu_);
  ended_ = true;
  changed_.NotifyAll();
}

int FakeMembershipService::list_members_calls() const {
  const MutexLock lock(&mu_);
  return list_members_calls_;
}

int FakeMembershipService::watchers() const {
  const MutexLock lock(&mu_);
  return watchers_;
}

std::vector<std::string> FakeMembershipService::watch_tokens() const {
  const MutexLock lock(&mu_);
  return watch_tokens_;
}

void FakeMembershipService::Append(WatchMembersResponse change) {
  changes_.push_back(std::move(change));
  changed_.NotifyAll();
}

std::string FakeMembershipService::Token(size_t position) const {
  return absl::StrCat(run_, "/", position);
}

std::optional<size_t> FakeMembershipService::ParseToken(
    const std::string& token) const {
  const std::string prefix = run_ + "/";
  size_t position = 0;
  if (!token.starts_with(prefix)) return std::nullopt;
  if (!absl::SimpleAtoi(token.substr(prefix.size()), &position)) {
    return std::nullopt;
  }
  return position;
}

Status FakeMembershipService::Precheck(grpc::ServerContext* context,
                                       const std::string& cluster) const {
  const MutexLock lock(&mu_);
  while (hang_ && !context->IsCancelled()) {
    changed_.WaitWithTimeout(&mu_, kCancelPoll);
  }
  if (!failure_.ok()) return failure_;
  if (cluster.empty() || cluster == "default") return Status::OK;
  return Status(StatusCode::NOT_FOUND, "there is no cluster '" + cluster + "'");
}

roster::v1::ClusterSummary FakeMembershipService::Summary() const {
  roster::v1::ClusterSummary summary;
  summary.set_cluster("default");
  summary.set_members_path("/clusterServer");
  *summary.mutable_view() = view_;
  std::map<int, int> counts;
  for (const auto& [name, member] : members_) {
    ++counts[member.status()];
    if (member.present()) summary.set_present(summary.present() + 1);
    for (const auto& task : member.tasks()) {
      if (task.state() != v1::TASK_STATE_RUNNING) continue;
      summary.set_running_tasks(summary.running_tasks() + 1);
      summary.set_stalled_tasks(summary.stalled_tasks() + task.stalled());
    }
  }
  for (int status = 1; status <= v1::MEMBER_STATUS_LEFT; ++status) {
    auto* count = summary.add_counts();
    count->set_status(static_cast<v1::MemberStatus>(status));
    count->set_count(counts[status]);
  }
  return summary;
}

Status FakeMembershipService::ListClusters(
    grpc::ServerContext* context, const roster::v1::ListClustersRequest*,
    roster::v1::ListClustersResponse* response) {
  if (Status status = Precheck(context, ""); !status.ok()) return status;
  const MutexLock lock(&mu_);
  *response->add_clusters() = Summary();
  return Status::OK;
}

Status FakeMembershipService::GetSummary(
    grpc::ServerContext* context, const roster::v1::GetSummaryRequest* request,
    roster::v1::GetSummaryResponse* response) {
  if (Status status = Precheck(context, request->cluster()); !status.ok()) {
    return status;
  }
  const MutexLock lock(&mu_);
  *response->mutable_summary() = Summary();
  response->set_server_version("9.8.7");
  response->set_zookeeper_state(view_.connected() ? "CONNECTED" : "SUSPENDED");
  response->set_zookeeper_servers("zk:2181");
  return Status::OK;
}

Status FakeMembershipService::ListMembers(
    grpc::ServerContext* context, const roster::v1::ListMembersRequest* request,
    roster::v1::ListMembersResponse* response) {
  if (Status status = Precheck(context, request->cluster()); !status.ok()) {
    return status;
  }
  if (request->selector() == "zone=") {
    return Status(StatusCode::INVALID_ARGUMENT,
                  "selector: a value is missing after 'zone='");
  }
  const MutexLock lock(&mu_);
  ++list_members_calls_;
  const int size = std::min(request->page_size(), page_limit_);
  auto next = members_.upper_bound(request->page_token());
  for (; next != members_.end() && response->members_size() < size; ++next) {
    // The one selector that this fake understands.
    if (request->selector() == "status=LOST" &&
        next->second.status() != v1::MEMBER_STATUS_LOST) {
      continue;
    }
    *response->add_members() = next->second;
  }
  if (next != members_.end()) {
    response->set_next_page_token(std::prev(next)->first);
  }
  *response->mutable_view() = view_;
  return Status::OK;
}

Status FakeMembershipService::GetMember(
    grpc::ServerContext* context, const roster::v1::GetMemberRequest* request,
    roster::v1::GetMemberResponse* response) {
  if (Status status = Precheck(context, request->cluster()); !status.ok()) {
    return status;
  }
  const MutexLock lock(&mu_);
  const auto found = members_.find(request->name());
  if (found == members_.end()) {
    return Status(StatusCode::NOT_FOUND, "no such member");
  }
  *response->mutable_member() = found->second;
  *response->mutable_view() = view_;
  return Status::OK;
}

Status FakeMembershipService::WatchMembers(
    grpc::ServerContext* context,
    const roster::v1::WatchMembersRequest* request,
    grpc::ServerWriter<WatchMembersResponse>* writer) {
  if (Status status = Precheck(context, request->cluster()); !status.ok()) {
    return status;
  }
  const MutexLock lock(&mu_);
  ++watchers_;
  watch_tokens_.push_back(request->resume_token());
  std::optional<size_t> position = ParseToken(request->resume_token());
  WatchMembersResponse message;
  if (!position.has_value()) {
    message.mutable_reset();
    writer->Write(message);
    *message.mutable_view() = view_;
    writer->Write(message);
    for (const auto& [name, member] : members_) {
      *message.mutable_member() = member;
      writer->Write(message);
    }
    position = changes_.size();
    message.mutable_synced();
  } else {
    message.mutable_bookmark();
  }
  message.set_resume_token(Token(*position));
  writer->Write(message);
  while (!context->IsCancelled() && !ended_) {
    if (*position == changes_.size()) {
      changed_.WaitWithTimeout(&mu_, kCancelPoll);
      continue;
    }
    message = changes_[(*position)++];
    message.set_resume_token(Token(*position));
    writer->Write(message);
  }
  --watchers_;
  return Status(StatusCode::UNAVAILABLE, "rosterd is stopping");
}

Status FakeMembershipService::ListEvents(
    grpc::ServerContext* context, const roster::v1::ListEventsRequest* request,
    roster::v1::ListEventsResponse* response) {
  if (Status status = Precheck(context, request->cluster()); !status.ok()) {
    return status;
  }
  const MutexLock lock(&mu_);
  std::vector<roster::v1::Event> events;
  for (const auto& event : events_) {
    const auto& types = request->types();
    const bool wanted =
        (types.empty() ||
         std::find(types.begin(), types.end(), event.type()) != types.end()) &&
        (request->member().empty() || request->member() == event.member());
    if (wanted) events.push_back(event);
  }
  if (request->newest_first()) std::reverse(events.begin(), events.end());
  size_t from = 0;
  if (!request->page_token().empty() &&
      !absl::SimpleAtoi(request->page_token(), &from)) {
    return Status(StatusCode::INVALID_ARGUMENT, "bad page token");
  }
  const size_t size = std::min(request->page_size(), page_limit_);
  const size_t end = std::min(events.size(), from + size);
  for (size_t i = from; i < end; ++i) *response->add_events() = events[i];
  if (end < events.size()) response->set_next_page_token(absl::StrCat(end));
  return Status::OK;
}

Status FakeMembershipService::WatchEvents(
    grpc::ServerContext* context, const roster::v1::WatchEventsRequest* request,
    grpc::ServerWriter<roster::v1::WatchEventsResponse>* writer) {
  if (Status status = Precheck(context, request->cluster()); !status.ok()) {
    return status;
  }
  const MutexLock lock(&mu_);
  size_t position = request->from_oldest() ? 0 : events_.size();
  if (!request->resume_token().empty()) {
    const auto resumed = ParseToken(request->resume_token());
    if (!resumed.has_value()) {
      return Status(StatusCode::OUT_OF_RANGE,
                    "the token is of another run of rosterd");
    }
    position = *resumed;
  }
  ++watchers_;
  while (!context->IsCancelled() && !ended_) {
    if (position == events_.size()) {
      changed_.WaitWithTimeout(&mu_, kCancelPoll);
      continue;
    }
    roster::v1::WatchEventsResponse message;
    *message.mutable_event() = events_[position++];
    message.set_resume_token(Token(position));
    writer->Write(message);
  }
  --watchers_;
  return Status(StatusCode::UNAVAILABLE, "rosterd is stopping");
}

FakeRosterd::FakeRosterd() { Start(/*same_run=*/false); }

FakeRosterd::~FakeRosterd() { Stop(); }

std::string FakeRosterd::endpoint() const {
  return absl::StrCat("127.0.0.1:", port_);
}

void FakeRosterd::Start(bool same_run) {
  if (!same_run) {
    service_ =
        std::make_unique<FakeMembershipService>(absl::StrCat("run", ++runs_));
  }
  grpc::ServerBuilder builder;
  builder.AddListeningPort(endpoint(), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(service_.get());
  builder.RegisterService(&control_);
  builder.RegisterService(&coordination_);
  server_ = builder.BuildAndStart();
}

void FakeRosterd::Stop() {
  if (server_ == nullptr) return;
  // Cancels the streams, whose methods look at that.
  server_->Shutdown(absl::ToChronoTime(absl::Now()));
  server_->Wait();
  server_.reset();
}

}  // namespace roster::testing
