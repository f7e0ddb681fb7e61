#include "monitor/rpc/membership_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "monitor/rpc/ensemble_codec.h"
#include "monitor/rpc/event_query.h"
#include "monitor/rpc/event_stream.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/monotonic.h"
#include "monitor/rpc/paging.h"
#include "monitor/rpc/reactors.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {
namespace {

constexpr PageSizes kPageSizes = {.standard = 1000, .most = 10'000};

absl::Status BadResumeToken(const absl::Status& status) {
  if (!absl::IsInvalidArgument(status)) return status;
  return base::WithReason(
      base::WithBadField(absl::InvalidArgumentError(
                             absl::StrCat("resume_token: ", status.message())),
                         "resume_token"),
      "INVALID_RESUME_TOKEN");
}

}  // namespace

MembershipService::MembershipService(MembershipServiceOptions options,
                                     std::vector<ClusterSource> clusters,
                                     const EventLog& events)
    : options_(std::move(options)),
      events_(events),
      counters_(options_.on_write),
      loop_(std::make_unique<base::Loop>("rpc-streams")),
      event_lot_(*loop_) {
  for (ClusterSource& source : clusters) {
    auto hub = std::make_unique<StreamHub>(
        StreamHubOptions{.cluster = source.name,
                         .view_id = options_.view_id,
                         .ring_capacity = options_.ring_capacity,
                         .bookmark_interval = options_.bookmark_interval},
        source.view, *loop_, counters_);
    names_.push_back(source.name);
    clusters_.push_back({std::move(source), std::move(hub)});
  }
  loop_->Start();
  loop_->Post([this, &loop = *loop_] { ScheduleTick(loop); });
}

MembershipService::~MembershipService() {
  loop_.reset();
  // The server is gone, so all streams are; this shows it to ThreadSanitizer.
  counters_.member_streams.load(std::memory_order_acquire);
  counters_.event_streams.load(std::memory_order_acquire);
}

void MembershipService::ScheduleTick(base::Loop& loop) {
  const absl::Duration period = std::clamp(
      options_.bookmark_interval / 10, absl::Milliseconds(5), absl::Seconds(1));
  loop.RunAfter(period, [this, &loop] {
    const absl::Time now = MonotonicNow();
    event_lot_.WakeDue(now);
    for (const Cluster& cluster : clusters_) cluster.hub->Tick(now);
    ScheduleTick(loop);
  });
}

StreamHub* MembershipService::hub(std::string_view cluster) {
  for (const Cluster& candidate : clusters_)
    if (candidate.source.name == cluster) return candidate.hub.get();
  return nullptr;
}

void MembershipService::StopStreams() {
  event_lot_.Stop();
  for (const Cluster& cluster : clusters_) cluster.hub->Stop();
}

grpc::ServerUnaryReactor* MembershipService::ListClusters(
    grpc::CallbackServerContext* context,
    const roster::v1::ListClustersRequest*,
    roster::v1::ListClustersResponse* response) {
  for (const Cluster& cluster : clusters_)
    EncodeSummary(*cluster.source.view(), options_.view_id,
                  response->add_clusters());
  return Finish(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* MembershipService::GetSummary(
    grpc::CallbackServerContext* context,
    const roster::v1::GetSummaryRequest* request,
    roster::v1::GetSummaryResponse* response) {
  const auto cluster = Find(request->cluster());
  if (!cluster.ok()) return Finish(context, cluster.status());
  EncodeSummary(*(*cluster)->source.view(), options_.view_id,
                response->mutable_summary());
  response->set_server_version(options_.server_version);
  response->set_zookeeper_servers(options_.zookeeper_servers);
  if (options_.zookeeper_state)
    response->set_zookeeper_state(options_.zookeeper_state());
  if (options_.zookeeper_server_figures)
    EncodeEnsemble(*options_.zookeeper_server_figures(),
                   response->mutable_ensemble());
  return Finish(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* MembershipService::ListMembers(
    grpc::CallbackServerContext* context,
    const roster::v1::ListMembersRequest* request,
    roster::v1::ListMembersResponse* response) {
  return Finish(context, List(*request, response));
}

grpc::ServerUnaryReactor* MembershipService::GetMember(
    grpc::CallbackServerContext* context,
    const roster::v1::GetMemberRequest* request,
    roster::v1::GetMemberResponse* response) {
  const auto cluster = Find(request->cluster());
  if (!cluster.ok()) return Finish(context, cluster.status());
  if (request->name().empty()) {
    return Finish(context,
                  base::WithBadField(
                      absl::InvalidArgumentError("name: it is empty"), "name"));
  }
  const ClusterViewPtr view = (*cluster)->source.view();
  const MemberPtr member = view->members.Find(request->name());
  if (!member) {
    const std::string& name = (*cluster)->source.name;
    // Before the first sync nobody can say that it does not exist.
    if (!view->synced)
      return Finish(
          context, base::WithReason(
                       absl::UnavailableError(absl::StrCat(
                           "the view of cluster '", name,
                           "' is not complete yet: ", view->disconnect_reason)),
                       "VIEW_NOT_SYNCED", {{"cluster", name}}));
    return Finish(context,
                  base::WithReason(
                      absl::NotFoundError(
                          absl::StrCat("cluster '", name, "' has no member '",
                                       Shown(request->name()), "'")),
                      "MEMBER_NOT_FOUND",
                      {{"cluster", name}, {"name", Shown(request->name())}}));
  }
  EncodeMember(*member, response->mutable_member());
  EncodeViewInfo(*view, options_.view_id, response->mutable_view());
  return Finish(context, absl::OkStatus());
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* MembershipService::WatchMembers(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* request) {
  auto stream = Watch(*request);
  if (stream.ok()) return *stream;
  return new FailedStream<grpc::ByteBuffer>(stream.status());
}

grpc::ServerUnaryReactor* MembershipService::ListEvents(
    grpc::CallbackServerContext* context,
    const roster::v1::ListEventsRequest* request,
    roster::v1::ListEventsResponse* response) {
  if (!request->cluster().empty())
    if (const auto cluster = Find(request->cluster()); !cluster.ok())
      return Finish(context, cluster.status());
  return Finish(context, monitor::ListEvents(events_, *request, response));
}

grpc::ServerWriteReactor<roster::v1::WatchEventsResponse>*
MembershipService::WatchEvents(grpc::CallbackServerContext*,
                               const roster::v1::WatchEventsRequest* request) {
  auto stream = Watch(*request);
  if (stream.ok()) return *stream;
  return new FailedStream<roster::v1::WatchEventsResponse>(stream.status());
}

absl::StatusOr<MembershipService::Cluster*> MembershipService::Find(
    const std::string& name) {
  ROSTER_ASSIGN_OR_RETURN(const size_t index, FindCluster(names_, name));
  return &clusters_[index];
}

absl::Status MembershipService::List(
    const roster::v1::ListMembersRequest& request,
    roster::v1::ListMembersResponse* response) {
  ROSTER_ASSIGN_OR_RETURN(const Cluster* cluster, Find(request.cluster()));
  ROSTER_ASSIGN_OR_RETURN(const Selector selector,
                          ParseSelector(request.selector()));
  ROSTER_ASSIGN_OR_RETURN(const size_t size,
                          PageSize(request.page_size(), kPageSizes));
  const std::string digest = absl::StrCat(
      Fingerprint(PackToken({cluster->source.name, request.selector()})));
  std::string after;
  if (!request.page_token().empty()) {
    ROSTER_ASSIGN_OR_RETURN(const auto fields,
                            UnpackPageToken(request.page_token(), 2));
    if (fields[0] != digest) return PageTokenMismatch();
    after = fields[1];
  }
  const ClusterViewPtr view = cluster->source.view();
  size_t bytes = 0;
  view->members.ForEachAfter(after, [&](const MemberPtr& member) {
    if (!selector.Matches(*member)) return true;
    if (static_cast<size_t>(response->members_size()) == size ||
        bytes > kMaxPageBytes) {
      response->set_next_page_token(
          PackToken({digest, response->members().rbegin()->name()}));
      return false;
    }
    EncodeMember(*member, response->add_members());
    bytes += response->members().rbegin()->ByteSizeLong();
    return true;
  });
  EncodeViewInfo(*view, options_.view_id, response->mutable_view());
  return absl::OkStatus();
}

absl::StatusOr<grpc::ServerWriteReactor<grpc::ByteBuffer>*>
MembershipService::Watch(const grpc::ByteBuffer& raw_request) {
  roster::v1::WatchMembersRequest request;
  grpc::ByteBuffer copy = raw_request;
  if (!grpc::SerializationTraits<roster::v1::WatchMembersRequest>::Deserialize(
           &copy, &request)
           .ok())
    return absl::InvalidArgumentError("the request cannot be parsed");
  ROSTER_ASSIGN_OR_RETURN(const Cluster* cluster, Find(request.cluster()));
  ROSTER_ASSIGN_OR_RETURN(Selector selector, ParseSelector(request.selector()));
  ROSTER_RETURN_IF_ERROR(CheckStreams());
  auto stream =
      cluster->hub->Watch(std::move(selector), request.resume_token());
  if (!stream.ok()) return BadResumeToken(stream.status());
  return stream;
}

absl::StatusOr<grpc::ServerWriteReactor<roster::v1::WatchEventsResponse>*>
MembershipService::Watch(const roster::v1::WatchEventsRequest& request) {
  if (!request.cluster().empty())
    ROSTER_RETURN_IF_ERROR(Find(request.cluster()).status());
  ROSTER_RETURN_IF_ERROR(CheckStreams());
  uint64_t sequence = events_.newest();
  if (!request.resume_token().empty()) {
    const auto resumed = SequenceOfToken(events_, request.resume_token());
    if (!resumed.ok()) return BadResumeToken(resumed.status());
    sequence = *resumed;
  } else if (request.from_oldest()) {
    sequence = std::max<uint64_t>(events_.oldest(), 1) - 1;
  }
  auto* stream = new EventStream(
      events_, {.cluster = request.cluster(), .member = request.member()},
      sequence, event_lot_, counters_, options_.bookmark_interval);
  stream->Advance();
  return stream;
}

absl::Status MembershipService::CheckStreams() const {
  return CheckStreamLimit(
      counters_.member_streams.load(std::memory_order_relaxed) +
          counters_.event_streams.load(std::memory_order_relaxed),
      options_.max_streams);
}

}  // namespace roster::monitor
