// ZooKeeper is absent, cut off, restarted; rosterd is killed.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_ensemble.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<v1::EventType> TypesOf(const std::vector<v1::Event>& events,
                                   const std::string& member) {
  std::vector<v1::EventType> types;
  for (const v1::Event& event : events)
    if (event.member() == member) types.push_back(event.type());
  return types;
}

TEST(OutageTest, WithoutZooKeeperRosterdRunsSaysSoAndRecovers) {
  auto server = ZkServer::NotStarted();
  auto rosterd = RosterdProcess::Watching(server->ConnectString());

  const v1::ViewInfo view = rosterd->Summary().view();
  EXPECT_FALSE(view.connected());
  EXPECT_FALSE(view.synced());
  EXPECT_NE(view.disconnect_reason(), "");
  const CommandResult members = rosterd->Rosterctl({"members"});
  EXPECT_EQ(members.status.code, 0);
  EXPECT_NE(members.err, "") << "a stale view has to be announced";
  int code = 0;
  rosterd->HttpGet("/-/healthy", &code);
  EXPECT_EQ(code, 200);
  EXPECT_THAT(rosterd->HttpGet("/metrics"),
              HasSubstr("roster_view_connected{cluster=\"default\"} 0"));

  ASSERT_OK(server->Start());
  EVENTUALLY(rosterd->Connected());
  ZkProbe probe(server->ConnectString());
  ASSERT_OK(probe.CreateWithParents("/clusterServer"));
  ASSERT_OK(
      probe.Create("/clusterServer/a", "", NodeKind::kEphemeral).status());
  EVENTUALLY_THAT(rosterd->Status("a"), "UP");
}

class CutTest : public ::testing::Test {
 protected:
  CutTest()
      : chroot_(ZkServer::Shared().NewChroot()),
        probe_(ZkServer::Shared().ConnectString(chroot_)),
        proxy_(ZkServer::Shared().port()) {
    EXPECT_OK(probe_.CreateWithParents("/clusterServer"));
    rosterd_ = RosterdProcess::Watching(proxy_.ConnectString(chroot_));
  }
  void SetUp() override { EVENTUALLY(rosterd_->Connected()); }

  absl::Status Join(const std::string& name) {
    return probe_.Create("/clusterServer/" + name, "", NodeKind::kEphemeral)
        .status();
  }
  void Disconnect() {
    proxy_.Refuse(true);
    proxy_.Cut();
  }

  const std::string chroot_;
  ZkProbe probe_;
  TcpProxy proxy_;
  std::unique_ptr<RosterdProcess> rosterd_;
};

TEST_F(CutTest, F23_ABlindMonitorServesTheLastViewAndDeclaresNobodyLost) {
  ASSERT_OK(Join("steady"));
  EVENTUALLY_THAT(rosterd_->Status("steady"), "UP");

  Disconnect();
  EVENTUALLY(!rosterd_->Connected());
  // Longer than rosterd's own session lasts.
  EVENTUALLY_THAT(rosterd_->HttpGet("/metrics"),
                  HasSubstr("roster_zookeeper_state{state=\"LOST\"} 1"));

  EXPECT_EQ(rosterd_->Status("steady"), "UP");
  EXPECT_EQ(rosterd_->Members().size(), 1);
  EXPECT_THAT(TypesOf(rosterd_->Events(), "steady"),
              Not(Contains(v1::EVENT_TYPE_LOST)));
  proxy_.Refuse(false);
  EVENTUALLY(rosterd_->Connected());
  EXPECT_THAT(TypesOf(rosterd_->Events(), "steady"),
              Not(Contains(v1::EVENT_TYPE_LOST)));
}

TEST_F(CutTest, F37_WhatHappenedDuringTheCutIsToldOnceAfterIt) {
  for (const char* name : {"replaced", "gone", "steady"}) ASSERT_OK(Join(name));
  EVENTUALLY(rosterd_->Summary().present() == 3);
  const int64_t czxid = rosterd_->Get("replaced").czxid();
  Disconnect();
  EVENTUALLY(!rosterd_->Connected());

  ASSERT_OK(probe_.Delete("/clusterServer/replaced"));
  ASSERT_OK(Join("replaced"));
  ASSERT_OK(probe_.Delete("/clusterServer/gone"));
  ASSERT_OK(Join("new"));
  proxy_.Refuse(false);
  EVENTUALLY(rosterd_->Connected());

  EXPECT_GT(rosterd_->Get("replaced").czxid(), czxid);
  EXPECT_EQ(rosterd_->Status("gone"), "LOST");
  EXPECT_EQ(rosterd_->Status("new"), "UP");
  const std::vector<v1::Event> events = rosterd_->Events();
  EXPECT_THAT(TypesOf(events, "replaced"),
              Contains(v1::EVENT_TYPE_REPLACED).Times(1));
  EXPECT_THAT(TypesOf(events, "gone"), Contains(v1::EVENT_TYPE_LOST).Times(1));
  EXPECT_THAT(TypesOf(events, "new"), Contains(v1::EVENT_TYPE_JOINED).Times(1));
  for (const v1::Event& event : events)
    if (event.type() == v1::EVENT_TYPE_REPLACED ||
        event.type() == v1::EVENT_TYPE_LOST || event.member() == "new") {
      EXPECT_TRUE(event.while_blind()) << event.ShortDebugString();
    }
}

TEST(OutageTest, F23_AReadOnlyMinorityLeavesTheViewStaleAndNobodyLost) {
  ZkEnsemble ensemble(3, {.jvm_flags = {"-Dreadonlymode.enabled=true"}});
  const std::string servers = ensemble.server(0).ConnectString();
  ZkProbe probe(servers);
  ASSERT_OK(probe.CreateWithParents("/clusterServer"));
  ASSERT_OK(
      probe.Create("/clusterServer/a", "", NodeKind::kEphemeral).status());
  auto rosterd = RosterdProcess::Watching(servers);
  EVENTUALLY_THAT(rosterd->Status("a"), "UP");

  ensemble.server(1).Kill9();
  ensemble.server(2).Kill9();
  EVENTUALLY_THAT(ensemble.server(0).FourLetterWord("srvr"),
                  IsOkAndHolds(HasSubstr("Mode: read-only")));
  // Longer than rosterd's own session lasts.
  EVENTUALLY_THAT(rosterd->HttpGet("/metrics"),
                  HasSubstr("roster_zookeeper_state{state=\"LOST\"} 1"));

  EXPECT_FALSE(rosterd->Connected());
  EXPECT_NE(rosterd->Summary().view().disconnect_reason(), "");
  EXPECT_EQ(rosterd->Status("a"), "UP");
  EXPECT_EQ(rosterd->Members().size(), 1);
  ASSERT_OK(ensemble.StartAll());
  EVENTUALLY(rosterd->Connected());
  EXPECT_EQ(rosterd->Status("a"), "UP");
  EXPECT_THAT(TypesOf(rosterd->Events(), "a"),
              Not(Contains(v1::EVENT_TYPE_LOST)));
}

TEST(OutageTest, F25_ARestartOfZooKeeperLosesNobodyWhoComesBack) {
  ZkServer server;
  ZkProbe probe(server.ConnectString());
  ASSERT_OK(probe.CreateWithParents("/clusterServer"));
  ASSERT_OK(
      probe.Create("/clusterServer/a", "", NodeKind::kEphemeral).status());
  auto rosterd = RosterdProcess::Watching(server.ConnectString());
  EVENTUALLY_THAT(rosterd->Status("a"), "UP");

  server.Kill9();
  EVENTUALLY(!rosterd->Connected());
  EXPECT_EQ(rosterd->Status("a"), "UP");
  ASSERT_OK(server.Start());

  EVENTUALLY(rosterd->Connected());
  // The probe resumes its session, and so keeps its node.
  EXPECT_EQ(rosterd->Status("a"), "UP");
  EXPECT_THAT(TypesOf(rosterd->Events(), "a"),
              Not(Contains(v1::EVENT_TYPE_LOST)));
}

TEST_F(CutTest, F45_ATokenOfAKilledRosterdStartsAnewInsteadOfLeavingAGap) {
  ASSERT_OK(Join("a"));
  EVENTUALLY_THAT(rosterd_->Status("a"), "UP");
  std::string member_token, event_token;
  {
    grpc::ClientContext context;
    auto stream = rosterd_->stub().WatchMembers(&context, {});
    v1::WatchMembersResponse message;
    while (member_token.empty() && stream->Read(&message))
      member_token = message.resume_token();
    context.TryCancel();
  }
  {
    grpc::ClientContext context;
    v1::WatchEventsRequest request;
    request.set_from_oldest(true);
    auto stream = rosterd_->stub().WatchEvents(&context, request);
    v1::WatchEventsResponse message;
    ASSERT_TRUE(stream->Read(&message));
    event_token = message.resume_token();
    context.TryCancel();
  }
  for (int i = 0; i < 200; ++i)
    ASSERT_OK(probe_.Set("/clusterServer/a", base::StrCat(i)).status());
  rosterd_->process().Kill(SIGKILL);
  rosterd_ = RosterdProcess::Watching(proxy_.ConnectString(chroot_));
  EVENTUALLY(rosterd_->Connected());

  grpc::ClientContext members_context;
  v1::WatchMembersRequest members_request;
  members_request.set_resume_token(member_token);
  auto members =
      rosterd_->stub().WatchMembers(&members_context, members_request);
  v1::WatchMembersResponse first;
  ASSERT_TRUE(members->Read(&first));
  EXPECT_TRUE(first.has_reset());
  members_context.TryCancel();

  grpc::ClientContext events_context;
  v1::WatchEventsRequest events_request;
  events_request.set_resume_token(event_token);
  auto events = rosterd_->stub().WatchEvents(&events_context, events_request);
  v1::WatchEventsResponse event;
  EXPECT_FALSE(events->Read(&event));
  const grpc::Status status = events->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_THAT(status.error_details(), HasSubstr("HISTORY_OF_ANOTHER_RUN"));
}

}  // namespace
}  // namespace roster::testing
