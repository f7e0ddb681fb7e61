#include "monitor/rpc/membership_service.h"

#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::MembershipService::Stub;

class MembershipServiceTest : public RpcTest {
 protected:
  std::vector<std::string> Names(const v1::ListMembersResponse& response) {
    std::vector<std::string> names;
    for (const auto& member : response.members())
      names.push_back(member.name());
    return names;
  }
};

TEST_F(MembershipServiceTest, ListsMembersPageByPage) {
  Serve();
  for (const char* name : {"c", "a", "e", "b", "d"}) alpha().Up(name);
  v1::ListMembersRequest request;
  request.set_page_size(2);
  v1::ListMembersResponse response;

  ASSERT_TRUE(Call(&Stub::ListMembers, request, &response).ok());
  EXPECT_THAT(Names(response), ElementsAre("a", "b"));
  request.set_page_token(response.next_page_token());
  alpha().Gone("c");  // still known, as LOST
  alpha().Up("bb");   // right where the page was cut
  ASSERT_TRUE(Call(&Stub::ListMembers, request, &response).ok());
  EXPECT_THAT(Names(response), ElementsAre("bb", "c"));
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call(&Stub::ListMembers, request, &response).ok());
  EXPECT_THAT(Names(response), ElementsAre("d", "e"));
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(MembershipServiceTest, ListsWhatTheSelectorMatches) {
  Serve();
  alpha().Up("a", R"({"zone":"1"})");
  alpha().Up("b", R"({"zone":"2"})");
  v1::ListMembersRequest request;
  request.set_selector("zone=2");
  v1::ListMembersResponse response;

  ASSERT_TRUE(Call(&Stub::ListMembers, request, &response).ok());

  EXPECT_THAT(Names(response), ElementsAre("b"));
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(MembershipServiceTest, PagesStayBelowWhatClientsTake) {
  Serve();
  const std::string record = absl::StrCat(R"({"v":1,"state_reason":")",
                                          std::string(60'000, 'x'), "\"}");
  for (int i = 0; i < 100; ++i) alpha().Write(absl::StrCat("m", i), record);
  v1::ListMembersRequest request;
  v1::ListMembersResponse response;
  size_t seen = 0;
  do {
    const grpc::Status status = Call(&Stub::ListMembers, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    ASSERT_LT(response.ByteSizeLong(), 4u << 20);
    seen += response.members_size();
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_EQ(seen, 100u);
}

TEST_F(MembershipServiceTest, SaysWhatIsWrongWithAListing) {
  Serve();
  for (const char* name : {"a", "b"}) alpha().Up(name);
  const auto error = [&](const v1::ListMembersRequest& request) {
    v1::ListMembersResponse response;
    return Call(&Stub::ListMembers, request, &response);
  };
  v1::ListMembersRequest request;
  request.set_page_size(-1);
  EXPECT_EQ(ErrorOf(error(request)), "INVALID_ARGUMENT/INVALID_ARGUMENT");
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(error(request))
                .field_violations(0)
                .field(),
            "page_size");

  request.set_page_size(1);
  request.set_page_token("garbage");
  EXPECT_EQ(ErrorOf(error(request)), "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");

  v1::ListMembersResponse page;
  request.clear_page_token();
  ASSERT_TRUE(Call(&Stub::ListMembers, request, &page).ok());
  request.set_page_token(page.next_page_token());
  request.set_selector("zone=a");
  EXPECT_EQ(ErrorOf(error(request)), "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");

  request.clear_page_token();
  request.set_selector("zone=");
  EXPECT_EQ(ErrorOf(error(request)), "INVALID_ARGUMENT/INVALID_SELECTOR");
  EXPECT_THAT(error(request).error_message(), HasSubstr("at column 6"));

  request.clear_selector();
  request.set_cluster("beta");
  EXPECT_EQ(ErrorOf(error(request)), "NOT_FOUND/CLUSTER_NOT_FOUND");
  EXPECT_EQ(error(request).error_message(),
            "this rosterd watches no cluster 'beta'; it watches: alpha");
}

TEST_F(MembershipServiceTest, GetsOneMember) {
  Serve();
  alpha().Write("web-1", R"({"v":1,"incarnation":"i-1","service":"search",
      "version":"1.4","state":"DEGRADED","state_reason":"slow disk",
      "endpoints":{"grpc":"10.0.0.7:50051"},"labels":{"zone":"a"},
      "gauges":{"queue_depth":42},"applied_epoch":3,
      "tasks":[{"id":"t","name":"reindex","state":"RUNNING","done":30,
                "total":120,"unit":"documents"}]})");
  alpha().table().ApplyOrder(
      "web-1",
      R"({"v":1,"epoch":3,"desired":"OFFLINE","holds":[{"id":"h","owner":"ops",
          "mode":"DRAIN","reason":"kernel","ticket":"OPS-1",
          "created_at":"2026-11-22T08:00:00Z"}]})",
      absl::Now());
  v1::GetMemberRequest request;
  request.set_name("web-1");
  v1::GetMemberResponse response;

  ASSERT_TRUE(Call(&Stub::GetMember, request, &response).ok());

  const v1::Member& member = response.member();
  EXPECT_EQ(member.name(), "web-1");
  EXPECT_EQ(member.cluster(), "alpha");
  EXPECT_EQ(member.status(), v1::MEMBER_STATUS_DRAINING);
  EXPECT_EQ(member.reported_state(), v1::REPORTED_STATE_DEGRADED);
  EXPECT_EQ(member.state_reason(), "slow disk");
  EXPECT_TRUE(member.present());
  EXPECT_FALSE(member.opaque());
  EXPECT_EQ(member.endpoints().at("grpc"), "10.0.0.7:50051");
  EXPECT_EQ(member.labels().at("zone"), "a");
  EXPECT_EQ(member.gauges().at("queue_depth"), 42);
  EXPECT_EQ(member.applied_epoch(), 3);
  ASSERT_EQ(member.tasks_size(), 1);
  EXPECT_EQ(member.tasks(0).progress_ratio(), 0.25);
  EXPECT_EQ(member.tasks(0).stall_after().seconds(), 300);
  EXPECT_EQ(member.desired().epoch(), 3);
  ASSERT_EQ(member.desired().holds_size(), 1);
  EXPECT_EQ(member.desired().holds(0).owner(), "ops");
  EXPECT_FALSE(member.desired().holds(0).has_deadline());
  EXPECT_EQ(member.session_id(), "0x1234");
  EXPECT_FALSE(member.has_departed_at());
  EXPECT_EQ(response.view().view_id(), kRunId);
  EXPECT_EQ(response.view().revision(), member.revision());
}

TEST_F(MembershipServiceTest, SaysWhichMemberIsMissing) {
  Serve();
  v1::GetMemberRequest request;
  v1::GetMemberResponse response;
  EXPECT_EQ(ErrorOf(Call(&Stub::GetMember, request, &response)),
            "INVALID_ARGUMENT/INVALID_ARGUMENT");
  request.set_name("nobody");
  // Before the first sync nobody can say that it does not exist.
  EXPECT_EQ(ErrorOf(Call(&Stub::GetMember, request, &response)),
            "UNAVAILABLE/VIEW_NOT_SYNCED");
  alpha().table().ApplySynced(absl::Now());
  const grpc::Status status = Call(&Stub::GetMember, request, &response);
  EXPECT_EQ(ErrorOf(status), "NOT_FOUND/MEMBER_NOT_FOUND");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("name"),
            "nobody");
}

TEST_F(MembershipServiceTest, F42_AMemberWithoutPayloadIsShownUpAndOpaque) {
  Serve();
  alpha().Write("plain", "");
  v1::GetMemberRequest request;
  request.set_name("plain");
  v1::GetMemberResponse response;
  ASSERT_TRUE(Call(&Stub::GetMember, request, &response).ok());
  EXPECT_EQ(response.member().status(), v1::MEMBER_STATUS_UP);
  EXPECT_TRUE(response.member().opaque());
  EXPECT_NE(response.member().opaque_reason(), "");
  EXPECT_EQ(response.member().reported_state(), v1::REPORTED_STATE_UNSPECIFIED);
}

TEST_F(MembershipServiceTest, SummarisesClusters) {
  AddCluster("beta");
  Serve();
  alpha().Up("a");
  alpha().Up("b");
  alpha().table().ApplySynced(absl::Now());
  alpha().Gone("b");
  v1::ListClustersResponse clusters;
  ASSERT_TRUE(Call(&Stub::ListClusters, {}, &clusters).ok());
  ASSERT_EQ(clusters.clusters_size(), 2);
  EXPECT_EQ(clusters.clusters(1).cluster(), "beta");
  EXPECT_FALSE(clusters.clusters(1).view().synced());
  EXPECT_FALSE(clusters.clusters(1).view().has_as_of());

  v1::GetSummaryRequest request;
  v1::GetSummaryResponse response;
  EXPECT_EQ(ErrorOf(Call(&Stub::GetSummary, request, &response)),
            "INVALID_ARGUMENT/CLUSTER_REQUIRED");
  request.set_cluster("alpha");
  ASSERT_TRUE(Call(&Stub::GetSummary, request, &response).ok());
  EXPECT_EQ(response.zookeeper_state(), "connected");
  EXPECT_EQ(response.server_version(), "1.2.3");
  const auto& summary = response.summary();
  EXPECT_EQ(summary.members_path(), "/alpha");
  EXPECT_EQ(summary.present(), 1);
  EXPECT_TRUE(summary.view().connected());
  ASSERT_EQ(summary.counts_size(), 7);
  for (const auto& count : summary.counts()) {
    const bool one = count.status() == v1::MEMBER_STATUS_UP ||
                     count.status() == v1::MEMBER_STATUS_LOST;
    EXPECT_EQ(count.count(), one ? 1 : 0)
        << v1::MemberStatus_Name(count.status());
  }
}

TEST_F(MembershipServiceTest, TellsWhatEachZooKeeperServerSays) {
  const auto servers = std::make_shared<ZooKeeperServers>(
      ZooKeeperServers{{.address = "zk1:2181",
                        .state = ZooKeeperServerState::kServing,
                        .role = ZooKeeperRole::kObserver,
                        .problem = "no data size",
                        .version = "3.8.0",
                        .latency_avg = absl::Milliseconds(1.5),
                        .connections = 0,
                        .outstanding = 4,
                        .znodes = 5,
                        .zxid = 0x700000002,
                        .asked_at = absl::FromUnixSeconds(3000)},
                       {.address = "zk2:2181"}});
  options_.zookeeper_server_figures = [servers] { return servers; };
  Serve();

  v1::GetSummaryResponse response;
  ASSERT_TRUE(Call(&Stub::GetSummary, {}, &response).ok());
  ASSERT_EQ(response.ensemble().servers_size(), 2);
  const v1::ZooKeeperServer& told = response.ensemble().servers(0);
  EXPECT_EQ(told.address(), "zk1:2181");
  EXPECT_EQ(told.state(), v1::ZOO_KEEPER_SERVER_STATE_SERVING);
  EXPECT_EQ(told.role(), v1::ZOO_KEEPER_ROLE_OBSERVER);
  EXPECT_EQ(told.problem(), "no data size");
  EXPECT_EQ(told.latency_avg().nanos(), 1'500'000);
  EXPECT_FALSE(told.has_latency_max());
  EXPECT_TRUE(told.has_connections());
  EXPECT_EQ(told.outstanding_requests(), 4);
  EXPECT_FALSE(told.has_data_bytes());
  EXPECT_EQ(told.zxid(), 0x700000002);
  EXPECT_EQ(told.asked_at().seconds(), 3000);
  const v1::ZooKeeperServer& unasked = response.ensemble().servers(1);
  EXPECT_EQ(unasked.state(), v1::ZOO_KEEPER_SERVER_STATE_UNSPECIFIED);
  EXPECT_FALSE(unasked.has_asked_at());
}

TEST_F(MembershipServiceTest, WithoutAskingThereIsNoEnsemble) {
  Serve();
  v1::GetSummaryResponse response;
  ASSERT_TRUE(Call(&Stub::GetSummary, {}, &response).ok());
  EXPECT_FALSE(response.has_ensemble());
}

TEST_F(MembershipServiceTest, F55_TooMuchIsRefusedAndServiceGoesOn) {
  Serve();
  v1::GetMemberRequest request;
  v1::GetMemberResponse response;
  request.set_name(std::string(2 << 20, 'x'));
  EXPECT_EQ(Call(&Stub::GetMember, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);

  grpc::ClientContext context;
  context.AddMetadata("big", std::string(100'000, 'x'));
  request.set_name("a");
  EXPECT_EQ(stub_->GetMember(&context, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);

  // The connection may be closed for that; the next one is served.
  alpha().Up("a");
  stub_ = NewStub();
  const grpc::Status status = Call(&Stub::GetMember, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

}  // namespace
}  // namespace roster::monitor
