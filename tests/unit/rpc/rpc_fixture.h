#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "monitor/rpc/membership_service.h"
#include "monitor/rpc/rpc_server.h"
#include "monitor/state/cluster_table.h"
#include "monitor/state/event_log.h"
#include "roster/v1/membership.grpc.pb.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {

namespace v1 = roster::v1;

// The detail of type Detail in a gRPC error; empty if there is none.
template <typename Detail>
Detail DetailOf(const grpc::Status& status) {
  google::rpc::Status details;
  Detail detail;
  if (details.ParseFromString(status.error_details()))
    for (const auto& any : details.details())
      if (any.UnpackTo(&detail)) return detail;
  return Detail();
}

// "NOT_FOUND/CLUSTER_NOT_FOUND": code and reason, after checking that the error
// is a well-formed one of ours.
inline std::string ErrorOf(const grpc::Status& status) {
  if (status.ok()) return "OK";
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.domain(), "roster") << status.error_message();
  EXPECT_NE(status.error_message(), "");
  return absl::StrCat(absl::StatusCodeToString(
                          static_cast<absl::StatusCode>(status.error_code())),
                      "/", info.reason());
}

// One cluster that the test feeds by hand. Apply...() on the test's thread
// only, which plays the watch loop.
class FedCluster {
 public:
  FedCluster(std::string name, EventLog& events)
      : table_({.cluster = name, .members_path = "/" + name}, events) {}

  ClusterTable& table() { return table_; }

  void Up(std::string_view name, std::string_view labels = "{}",
          double done = 0) {
    Write(name, absl::StrCat(
                    R"({"v":1,"state":"UP","service":"search","labels":)",
                    base::ToAbsl(labels), R"(,"gauges":{"done":)", done, "}}"));
  }
  void Write(std::string_view name, const std::string& data) {
    auto& node = nodes_[std::string(name)];
    const bool created = node.czxid == 0;
    node.mzxid = ++zxid_;
    if (created) node.czxid = zxid_;
    node.version = created ? 0 : node.version + 1;
    node.ephemeral_owner = 0x1234;
    node.ctime = node.mtime = absl::Now();
    node.data = data;
    table_.ApplyNode(name, node, absl::Now());
    node.data = {};
  }
  void Gone(std::string_view name) {
    nodes_.erase(std::string(name));
    table_.ApplyGone(name, absl::Now());
  }

 private:
  ClusterTable table_;
  std::map<std::string, ObservedNode> nodes_;
  int64_t zxid_ = 0;
};

// A real server on a free port, a cluster "alpha", and a client.
class RpcTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kRunId = "run-1";

  // Derived fixtures may change these before Serve().
  MembershipServiceOptions options_{
      .view_id = std::string(kRunId),
      .server_version = "1.2.3",
      .zookeeper_servers = "zk:2181",
      .zookeeper_state = [] { return std::string("connected"); },
  };

  explicit RpcTest(size_t event_capacity = 1000)
      : events_(std::string(kRunId), event_capacity) {
    AddCluster("alpha");
  }
  ~RpcTest() override {
    if (server_) server_->Shutdown(absl::ZeroDuration());
  }

  void AddCluster(const std::string& name) {
    clusters_.push_back(std::make_unique<FedCluster>(name, events_));
  }
  FedCluster& alpha() { return *clusters_.front(); }

  void Serve() {
    std::vector<ClusterSource> sources;
    for (const auto& cluster : clusters_) {
      ClusterTable& table = cluster->table();
      sources.push_back(
          {table.options().cluster, [&table] { return table.view(); }});
    }
    service_ = std::make_unique<MembershipService>(options_, sources, events_);
    for (const auto& cluster : clusters_) {
      StreamHub* hub = service_->hub(cluster->table().options().cluster);
      cluster->table().SetChangeListener(
          [hub](const MemberChange& change) { hub->Publish(change); });
      cluster->table().SetViewListener(
          [hub](const ClusterViewPtr& view) { hub->PublishView(view); });
      cluster->table().SetClusterListener(
          [hub](const ClusterViewPtr& view) { hub->PublishGuard(view); });
    }
    events_.SetListener([this](const EventPtr&) { service_->NotifyEvents(); });
    auto server = RpcServer::Start(
        {.listen = {"127.0.0.1:0"}},
        {{service_.get(), v1::MembershipService::service_full_name(),
          [this] { service_->StopStreams(); }}});
    ASSERT_OK(server);
    server_ = *std::move(server);
    stub_ = NewStub();
  }

  // On a connection of its own. One with a small window takes 64 KiB unread,
  // not as much as the loopback can carry.
  enum class Window { kGrowing, kSmall };
  std::unique_ptr<v1::MembershipService::Stub> NewStub(
      Window window = Window::kGrowing) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    if (window == Window::kSmall) arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    return v1::MembershipService::NewStub(grpc::CreateCustomChannel(
        server_->addresses().front(), grpc::InsecureChannelCredentials(),
        arguments));
  }

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::MembershipService::Stub::*method)(
                        grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(
        absl::ToChronoTime(absl::Now() + testing::Scaled(absl::Seconds(20))));
    return (stub_.get()->*method)(&context, request, response);
  }

  EventLog events_;
  std::vector<std::unique_ptr<FedCluster>> clusters_;
  std::unique_ptr<MembershipService> service_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<v1::MembershipService::Stub> stub_;
};

// A stream being read. It ends itself after a while, so that a test which waits
// for what never comes fails instead of hanging.
template <typename Response>
class Stream {
 public:
  template <typename Request>
  Stream(v1::MembershipService::Stub& stub,
         std::unique_ptr<grpc::ClientReader<Response>> (
             v1::MembershipService::Stub::*method)(grpc::ClientContext*,
                                                   const Request&),
         const Request& request) {
    context_.set_deadline(
        absl::ToChronoTime(absl::Now() + testing::Scaled(absl::Seconds(60))));
    reader_ = (stub.*method)(&context_, request);
  }
  ~Stream() {
    if (!reader_) return;
    context_.TryCancel();
    Finish();
  }

  // False when the stream has ended.
  bool Read(Response* response) { return reader_->Read(response); }
  Response Next() {
    Response response;
    EXPECT_TRUE(reader_->Read(&response)) << "the stream has ended";
    return response;
  }
  // Reads what is left, and the status.
  grpc::Status Finish() {
    Response response;
    while (reader_->Read(&response)) continue;
    const grpc::Status status = reader_->Finish();
    reader_.reset();
    return status;
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
};

// A reader of WatchMembers that keeps what it was told, as a client would.
class MemberWatch : public Stream<v1::WatchMembersResponse> {
 public:
  explicit MemberWatch(v1::MembershipService::Stub& stub,
                       const std::string& selector = "",
                       const std::string& resume_token = "")
      : Stream(stub, &v1::MembershipService::Stub::WatchMembers,
               Request(selector, resume_token)) {}

  // Reads and applies one message; its kind is the answer.
  v1::WatchMembersResponse::EventCase Step() {
    if (!Read(&last_)) return v1::WatchMembersResponse::EVENT_NOT_SET;
    if (!last_.resume_token().empty()) token_ = last_.resume_token();
    switch (last_.event_case()) {
      case v1::WatchMembersResponse::kReset:
        ++resets_;
        members_.clear();
        break;
      case v1::WatchMembersResponse::kMember:
        ++changes_;
        members_[last_.member().name()] = last_.member();
        break;
      case v1::WatchMembersResponse::kRemoved:
        members_.erase(last_.removed().name());
        break;
      default:
        break;
    }
    return last_.event_case();
  }
  // False if the stream ended first.
  bool StepUntil(v1::WatchMembersResponse::EventCase kind) {
    while (true) {
      const auto seen = Step();
      if (seen == kind) return true;
      if (seen == v1::WatchMembersResponse::EVENT_NOT_SET) return false;
    }
  }

  const v1::WatchMembersResponse& last() const { return last_; }
  const std::map<std::string, v1::Member>& members() const { return members_; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, member] : members_) names.push_back(name);
    return names;
  }
  const std::string& token() const { return token_; }
  int resets() const { return resets_; }
  int changes() const { return changes_; }

 private:
  static v1::WatchMembersRequest Request(const std::string& selector,
                                         const std::string& resume_token) {
    v1::WatchMembersRequest request;
    request.set_selector(selector);
    request.set_resume_token(resume_token);
    return request;
  }

  v1::WatchMembersResponse last_;
  std::map<std::string, v1::Member> members_;
  std::string token_;
  int resets_ = 0;
  int changes_ = 0;
};

}  // namespace roster::monitor
