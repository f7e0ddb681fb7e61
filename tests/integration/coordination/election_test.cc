// Election and StaticElection on a real server.
#include "coordination/election.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "coordination/static_election.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::NodeKind;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TcpProxy;
using testing::ZkProbe;
using testing::ZkServer;
using enum absl::StatusCode;

class ElectionTest : public ::testing::Test {
 protected:
  std::vector<std::string> Candidates() {
    auto children = probe_.Children("/election");
    return children.ok() ? *children : std::vector<std::string>();
  }
  std::string ThroughProxy(const TcpProxy& proxy) const {
    return proxy.ConnectString(servers_.substr(servers_.find('/')));
  }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};
};

// Its resignation and its turn at the same moment: the loop is held up between
// the two.
TEST_F(ElectionTest, ResignedInTheMomentOfItsTurnLeadsNoLonger) {
  ASSERT_OK(probe_.Create("/designation", "broken, which is said in the log"));
  Peer peer(servers_);
  std::promise<void> has_turn, go_on;
  GrantLog told;
  Election election(peer, {.path = "/election",
                           .data = "one",
                           .designation = "/designation",
                           .on_change = told.callback(),
                           .log = [&](base::LogLevel level, std::string_view) {
                             if (level != base::LogLevel::kWarning) return;
                             has_turn.set_value();
                             go_on.get_future().wait();
                           }});
  auto campaign = std::async(std::launch::async,
                             [&] { return election.Campaign(Patience()); });
  has_turn.get_future().wait();

  auto resigned = std::async(std::launch::async,
                             [&] { return election.Resign(Patience()); });
  EXPECT_THAT(campaign.get(), StatusIs(kCancelled));
  go_on.set_value();
  EXPECT_OK(resigned.get());

  EXPECT_FALSE(election.grant().may_act());
  EXPECT_THAT(told.states(), ElementsAre(GrantState::kHeld, GrantState::kLost));
  EXPECT_THAT(Candidates(), IsEmpty());
}

TEST_F(ElectionTest, TheFirstLeadsAndTheNextTakesOver) {
  Peer one(servers_), two(servers_);
  Election first(one, {.path = "/election", .data = "one"});
  Election second(two, {.path = "/election", .data = "two"});

  ASSERT_OK(first.Campaign(Patience()));
  EXPECT_THAT(
      second.Campaign(absl::Now() + absl::Milliseconds(300)),
      StatusIs(kDeadlineExceeded, HasSubstr(first.grant().node_path())));
  ASSERT_OK_AND_ASSIGN(const Leader leader,
                       Election::FindLeader(two, "/election", Patience()));
  EXPECT_EQ(leader.data, "one");
  EXPECT_EQ(leader.token, first.grant().token());
  const Grant former = first.grant();
  ASSERT_OK(first.Resign(Patience()));
  EXPECT_EQ(former.state(), GrantState::kReleased);
  ASSERT_OK(second.Campaign(Patience()));

  EXPECT_GT(second.grant().token(), former.token());
  EXPECT_THAT(Candidates(), SizeIs(1));
}

TEST_F(ElectionTest, FindsNobodyWhereNobodyLeads) {
  Peer peer(servers_);

  EXPECT_THAT(Election::FindLeader(peer, "/election", Patience()),
              StatusIs(kNotFound));
}

TEST_F(ElectionTest, KilledSessionElectsAnotherAndComesBackAsLast) {
  Peer one(servers_), two(servers_);
  GrantLog log;
  Election first(one, {.path = "/election", .on_change = log.callback()});
  Election second(two, {.path = "/election"});
  ASSERT_OK(first.Campaign(Patience()));
  const Grant former = first.grant();
  second.Join();
  EVENTUALLY_THAT(Candidates(), SizeIs(2));

  one.Expire(probe_);
  ASSERT_OK(second.Campaign(Patience()));

  EVENTUALLY(former.state() == GrantState::kLost);
  EVENTUALLY_THAT(Candidates(), SizeIs(2));
  EXPECT_TRUE(second.grant().may_act());
  ASSERT_OK(second.Resign(Patience()));
  ASSERT_OK(first.Campaign(Patience()));
  EXPECT_GT(first.grant().token(), former.token());
}

TEST_F(ElectionTest, SuspensionTakesTheLeadAwayAndGivesItBack) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer one(ThroughProxy(proxy)), two(servers_);
  GrantLog log;
  Election first(one, {.path = "/election", .on_change = log.callback()});
  Election second(two, {.path = "/election"});
  ASSERT_OK(first.Campaign(Patience()));
  const Grant grant = first.grant();
  second.Join();
  EVENTUALLY_THAT(Candidates(), SizeIs(2));

  for (int i = 0; i < 3; ++i) {
    proxy.Refuse(true);
    proxy.Cut();
    EVENTUALLY(!grant.may_act());
    proxy.Refuse(false);
    EVENTUALLY(grant.may_act());
  }

  EXPECT_FALSE(second.grant().may_act());
  EXPECT_EQ(first.grant(), grant);
  EXPECT_THAT(log.states(),
              ElementsAre(GrantState::kHeld,  // elected
                          GrantState::kSuspended, GrantState::kHeld,
                          GrantState::kSuspended, GrantState::kHeld,
                          GrantState::kSuspended, GrantState::kHeld));
}

TEST_F(ElectionTest, F67_CutRightAfterTheCreateLeavesOneCandidate) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(ThroughProxy(proxy));
  ASSERT_TRUE(peer.WaitConnected());
  proxy.CutBeforeReply("-latch-");
  Election election(peer, {.path = "/election"});

  ASSERT_OK(election.Campaign(Patience()));

  EXPECT_EQ(proxy.cuts_carried_out(), 1);
  EXPECT_THAT(Candidates(), SizeIs(1));
  ASSERT_OK(election.Resign(Patience()));
  EXPECT_THAT(Candidates(), IsEmpty());
}

TEST_F(ElectionTest, ResigningEndsACampaign) {
  Peer one(servers_), two(servers_);
  Election first(one, {.path = "/election"});
  Election second(two, {.path = "/election"});
  ASSERT_OK(first.Campaign(Patience()));
  std::thread campaign(
      [&] { EXPECT_THAT(second.Campaign(Patience()), StatusIs(kCancelled)); });
  EVENTUALLY_THAT(Candidates(), SizeIs(2));

  ASSERT_OK(second.Resign(Patience()));
  campaign.join();

  EXPECT_THAT(Candidates(), SizeIs(1));
}

TEST_F(ElectionTest, LeaderWhoseNodeIsDeletedByHandIsToldAndRunsAgain) {
  Peer peer(servers_);
  Election election(peer, {.path = "/election"});
  ASSERT_OK(election.Campaign(Patience()));
  const Grant former = election.grant();

  ASSERT_OK(probe_.Delete(former.node_path()));

  EVENTUALLY(former.state() == GrantState::kLost);
  ASSERT_OK(election.Campaign(Patience()));
  EXPECT_GT(election.grant().token(), former.token());
}

TEST_F(ElectionTest, SaysWhatKeepsItOutAndGoesOnTrying) {
  ASSERT_OK(probe_.Create("/election", ""));
  ASSERT_OK(probe_.MakeReadOnly("/election"));
  Peer peer(servers_);
  Election election(peer, {.path = "/election"});

  EXPECT_THAT(election.Campaign(absl::Now() + absl::Milliseconds(500)),
              StatusIs(kPermissionDenied));
  ASSERT_OK(probe_.Delete("/election"));

  EXPECT_OK(election.Campaign(Patience()));
}

TEST_F(ElectionTest, WaitsForAServerThatIsNotThereYet) {
  const auto server = ZkServer::NotStarted();
  Peer peer(server->ConnectString());
  Election election(peer, {.path = "/election"});
  EXPECT_THAT(election.Campaign(absl::Now() + absl::Milliseconds(200)),
              StatusIs(kUnavailable));

  ASSERT_OK(server->Start());

  EXPECT_OK(election.Campaign(Patience()));
}

class StaticElectionTest : public ElectionTest {};

TEST_F(StaticElectionTest, OneLeadsAndAnotherTakesOverWhenItIsKilled) {
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::unique_ptr<StaticElection>> elections;
  for (const char* name : {"a", "b", "c"}) {
    peers.push_back(std::make_unique<Peer>(servers_));
    elections.push_back(std::make_unique<StaticElection>(
        *peers.back(),
        StaticElectionOptions{.path = "/deep/currentMaster", .data = name}));
    elections.back()->Join();
  }
  auto leaders = [&] {
    std::vector<int> indices;
    for (int i = 0; i < 3; ++i)
      if (elections[i]->grant().may_act()) indices.push_back(i);
    return indices;
  };
  EVENTUALLY_THAT(leaders(), SizeIs(1));
  const int first = leaders().front();
  const Grant former = elections[first]->grant();
  ASSERT_OK_AND_ASSIGN(
      const Leader leader,
      StaticElection::FindLeader(*peers[0], "/deep/currentMaster", Patience()));
  EXPECT_EQ(leader.token, former.token());

  peers[first]->Pause();
  EXPECT_OK(probe_.ExpireSession(leader.session_id));
  EVENTUALLY_THAT(leaders(), SizeIs(2));  // the paused one knows nothing yet
  peers[first]->Resume();
  EVENTUALLY_THAT(leaders(), SizeIs(1));

  EVENTUALLY(former.state() == GrantState::kLost);
  EXPECT_GT(elections[leaders().front()]->grant().token(), former.token());
}

TEST_F(StaticElectionTest, RespectsWhoeverHasTheNode) {
  ZkProbe other(servers_);
  ASSERT_OK(other.Create("/currentMaster", "zkCli", NodeKind::kEphemeral));
  Peer peer(servers_);
  StaticElection election(peer, {.path = "/currentMaster", .data = "ours"});

  EXPECT_THAT(election.Campaign(absl::Now() + absl::Milliseconds(300)),
              StatusIs(kDeadlineExceeded, HasSubstr("\"zkCli\" leads")));
  EXPECT_EQ(*probe_.Get("/currentMaster"), "zkCli");
  ASSERT_OK(other.Delete("/currentMaster"));

  ASSERT_OK(election.Campaign(Patience()));
  EXPECT_EQ(*probe_.Get("/currentMaster"), "ours");
  election.Resign();
  EVENTUALLY(!probe_.Exists("/currentMaster"));
}

TEST_F(StaticElectionTest, F67_CutRightAfterTheCreateIsNoLostElection) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(ThroughProxy(proxy));
  ASSERT_TRUE(peer.WaitConnected());
  proxy.CutBeforeReply("/currentMaster");
  StaticElection election(peer, {.path = "/currentMaster"});

  ASSERT_OK(election.Campaign(Patience()));

  EXPECT_EQ(probe_.Stat("/currentMaster")->czxid, election.grant().token());
}

}  // namespace
}  // namespace roster::coordination
