#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/loop.h"
#include "monitor/rpc/rpc_stats.h"
#include "monitor/rpc/stream_hub.h"
#include "monitor/state/cluster_view.h"
#include "monitor/state/event_log.h"
#include "monitor/state/zookeeper_server.h"
#include "roster/v1/membership.grpc.pb.h"

namespace roster::monitor {

// A cluster that is served.
struct ClusterSource {
  std::string name;
  // The newest view; thread-safe, never null.
  std::function<ClusterViewPtr()> view;
};

struct MembershipServiceOptions {
  // Changes with every start of rosterd.
  std::string view_id;
  std::string server_version;
  std::string zookeeper_servers;
  // "connected", "suspended", ...; thread-safe.
  std::function<std::string()> zookeeper_state;
  // What its servers say of themselves; thread-safe. Empty if nobody asks them.
  std::function<ZooKeeperServersPtr()> zookeeper_server_figures;
  absl::Duration bookmark_interval = absl::Seconds(10);
  // Changes that a reader of WatchMembers may be behind before it gets a new
  // snapshot.
  size_t ring_capacity = 32 * 1024;
  // See RpcCounters; may be empty.
  std::function<void(absl::Duration)> on_write;
  // Streams at a time; more are refused with RESOURCE_EXHAUSTED.
  size_t max_streams = 10'000;
};

// What MembershipService overrides: all methods in the callback API, and
// WatchMembers without (de)serialisation, since its messages are encoded once
// for all streams.
using MembershipServiceBase =
    roster::v1::MembershipService::WithCallbackMethod_ListClusters<
        roster::v1::MembershipService::WithCallbackMethod_GetSummary<
            roster::v1::MembershipService::WithCallbackMethod_ListMembers<
                roster::v1::MembershipService::WithCallbackMethod_GetMember<
                    roster::v1::MembershipService::
                        WithRawCallbackMethod_WatchMembers<
                            roster::v1::MembershipService::
                                WithCallbackMethod_ListEvents<
                                    roster::v1::MembershipService::
                                        WithCallbackMethod_WatchEvents<
                                            roster::v1::MembershipService::
                                                Service>>>>>>>;

// MembershipService serves proto/roster/v1/membership.proto. It reads immutable
// views and the event log; it never waits and changes nothing.
//
// Wiring, for every cluster, before its first change:
//
//   table.SetChangeListener([hub = service.hub("default")](const auto& change)
//   {
//     hub->Publish(change);
//   });
//   events.SetListener([&](const auto&) { service.NotifyEvents(); });
//
// Thread-safety: thread-safe, but for Publish...() of each hub.
// Lifetime: outlives the gRPC server; `events` and the sources outlive this.
class MembershipService final : public MembershipServiceBase {
 public:
  MembershipService(MembershipServiceOptions options,
                    std::vector<ClusterSource> clusters,
                    const EventLog& events);
  ~MembershipService() override;

  // The streams of a cluster; null if there is no such cluster.
  StreamHub* hub(std::string_view cluster);
  // An event was appended to the log.
  void NotifyEvents() { event_lot_.Notify(); }

  // Ends all streams with UNAVAILABLE, and new ones at once. Unary calls go on.
  void StopStreams();

  RpcStats stats() const { return counters_.Read(); }

  grpc::ServerUnaryReactor* ListClusters(
      grpc::CallbackServerContext* context,
      const roster::v1::ListClustersRequest* request,
      roster::v1::ListClustersResponse* response) override;
  grpc::ServerUnaryReactor* GetSummary(
      grpc::CallbackServerContext* context,
      const roster::v1::GetSummaryRequest* request,
      roster::v1::GetSummaryResponse* response) override;
  grpc::ServerUnaryReactor* ListMembers(
      grpc::CallbackServerContext* context,
      const roster::v1::ListMembersRequest* request,
      roster::v1::ListMembersResponse* response) override;
  grpc::ServerUnaryReactor* GetMember(
      grpc::CallbackServerContext* context,
      const roster::v1::GetMemberRequest* request,
      roster::v1::GetMemberResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchMembers(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* ListEvents(
      grpc::CallbackServerContext* context,
      const roster::v1::ListEventsRequest* request,
      roster::v1::ListEventsResponse* response) override;
  grpc::ServerWriteReactor<roster::v1::WatchEventsResponse>* WatchEvents(
      grpc::CallbackServerContext* context,
      const roster::v1::WatchEventsRequest* request) override;

 private:
  struct Cluster {
    ClusterSource source;
    std::unique_ptr<StreamHub> hub;
  };

  // The cluster of that name; the only one for "".
  absl::StatusOr<Cluster*> Find(const std::string& name);
  absl::Status List(const roster::v1::ListMembersRequest& request,
                    roster::v1::ListMembersResponse* response);
  absl::StatusOr<grpc::ServerWriteReactor<grpc::ByteBuffer>*> Watch(
      const grpc::ByteBuffer& raw_request);
  absl::StatusOr<grpc::ServerWriteReactor<roster::v1::WatchEventsResponse>*>
  Watch(const roster::v1::WatchEventsRequest& request);
  absl::Status CheckStreams() const;
  // The loop is handed over: the destructor takes loop_ away while it ends.
  void ScheduleTick(base::Loop& loop);

  const MembershipServiceOptions options_;
  const EventLog& events_;
  RpcCounters counters_;
  // Wakes waiting streams. Ended by the destructor before the rest goes.
  std::unique_ptr<base::Loop> loop_;
  ParkingLot event_lot_;
  std::vector<Cluster> clusters_;  // constant after construction
  std::vector<std::string> names_;
};

}  // namespace roster::monitor
