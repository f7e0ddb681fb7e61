// LeaderObserver on a real server.
#include "coordination/leader_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "coordination/election.h"
#include "coordination/static_election.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::testing::ElementsAre;
using testing::NodeKind;
using testing::StatusIs;
using testing::TcpProxy;
using testing::ZkProbe;
using testing::ZkServer;

class LeaderObserverTest : public ::testing::Test {
 protected:
  LeaderObserverOptions Options() {
    return {.path = "/election", .on_change = [this](const LeaderView& view) {
              base::MutexLock lock(&mu_);
              told_.push_back((view.leader ? view.leader->id : "nobody") +
                              (view.stale ? "?" : ""));
            }};
  }
  // "web-01", "nobody", "web-01?" when stale.
  std::vector<std::string> told() const {
    base::MutexLock lock(&mu_);
    return told_;
  }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};
  mutable base::Mutex mu_;
  std::vector<std::string> told_ ABSL_GUARDED_BY(mu_);
};

TEST_F(LeaderObserverTest, TellsWhoLeadsAnElectionFromItsFirstDayOn) {
  Peer looker(servers_), one(servers_), two(servers_);
  LeaderObserver observer(looker, Options());
  ASSERT_OK(observer.WaitUntilKnown(Patience()));
  EXPECT_FALSE(observer.view()->leader);

  Election first(one, {.path = "/election", .data = "one"});
  Election second(two, {.path = "/election", .data = "two"});
  ASSERT_OK(first.Campaign(Patience()));
  EVENTUALLY_THAT(told(), ElementsAre("nobody", "one"));
  EXPECT_EQ(observer.view()->leader->token, first.grant().token());
  second.Join();
  EVENTUALLY(probe_.Children("/election")->size() == 2);
  one.Expire(probe_);
  EVENTUALLY_THAT(told(), ElementsAre("nobody", "one", "two"));
  ASSERT_OK(first.Resign(Patience()));
  ASSERT_OK(second.Resign(Patience()));

  EVENTUALLY_THAT(told(), ElementsAre("nobody", "one", "two", "nobody"));
  ASSERT_OK(first.Campaign(Patience()));
  EVENTUALLY_THAT(told(), ElementsAre("nobody", "one", "two", "nobody", "one"));
}

// Nodes as kazoo's Election and Curator's LeaderSelector name them.
TEST_F(LeaderObserverTest, TellsWhoLeadsALineThatOthersWrote) {
  const std::string kazoo = "/election/0f3b5b7a9c6d4e1f8a2b3c4d5e6f7a8b";
  const std::string curator =
      "/election/_c_67e4a3c5-5c1e-4b0e-9a6e-0d3f0d9f1a11";
  ASSERT_OK(probe_.Create("/election", ""));
  Peer looker(servers_);
  LeaderObserver observer(looker, Options());
  EVENTUALLY_THAT(told(), ElementsAre("nobody"));
  const auto find = [&] {
    const auto leader = Election::FindLeader(looker, "/election", Patience());
    return leader.ok() ? leader->id : "nobody";
  };
  EXPECT_EQ(find(), "nobody");

  ASSERT_OK(probe_.Create(kazoo + "__lock__0000000003", "web-01"));
  ASSERT_OK(probe_.Create(curator + "-lock-0000000004", "web-02"));
  EVENTUALLY_THAT(told(), ElementsAre("nobody", "web-01"));
  EXPECT_EQ(find(), "web-01");
  ASSERT_OK(probe_.Delete(kazoo + "__lock__0000000003"));
  EVENTUALLY_THAT(told(), ElementsAre("nobody", "web-01", "web-02"));
  EXPECT_EQ(find(), "web-02");
}

TEST_F(LeaderObserverTest, TellsWhoLeadsAStaticElection) {
  Peer looker(servers_), one(servers_);
  StaticElection election(one, {.path = "/election", .data = "one"});
  ASSERT_OK(election.Campaign(Patience()));
  LeaderObserver observer(looker, Options());
  EVENTUALLY_THAT(told(), ElementsAre("one"));

  election.Resign();
  EVENTUALLY_THAT(told(), ElementsAre("one", "nobody"));
  ZkProbe other(servers_);
  ASSERT_OK(other.Create("/election", "zkCli", NodeKind::kEphemeral));

  EVENTUALLY_THAT(told(), ElementsAre("one", "nobody", "zkCli"));
}

TEST_F(LeaderObserverTest, NoticesThatTheWholeElectionIsDeleted) {
  Peer looker(servers_), one(servers_);
  LeaderObserver observer(looker, Options());
  {
    Election election(one, {.path = "/election", .data = "one"});
    ASSERT_OK(election.Campaign(Patience()));
    EVENTUALLY_THAT(told(), ElementsAre("nobody", "one"));
    ASSERT_OK(election.Resign(Patience()));
  }
  EVENTUALLY_THAT(told(), ElementsAre("nobody", "one", "nobody"));
  ASSERT_OK(probe_.DeleteTree("/election"));

  Election again(one, {.path = "/election", .data = "two"});
  ASSERT_OK(again.Campaign(Patience()));

  EVENTUALLY(told().back() == "two");
}

TEST_F(LeaderObserverTest, CutOffItKeepsTheLastLeaderMarkedStale) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer one(servers_),
      looker(proxy.ConnectString(servers_.substr(servers_.find('/'))));
  Election election(one, {.path = "/election", .data = "one"});
  ASSERT_OK(election.Campaign(Patience()));
  LeaderObserver observer(looker, Options());
  EVENTUALLY_THAT(told(), ElementsAre("one"));

  proxy.Refuse(true);
  proxy.Cut();
  EVENTUALLY_THAT(told(), ElementsAre("one", "one?"));
  const absl::Time now = absl::Now();
  EXPECT_GT(observer.view()->Age(now + absl::Seconds(5)), absl::Seconds(4));
  EXPECT_EQ(observer.view()->leader->id, "one");
  ASSERT_OK(election.Resign(Patience()));
  proxy.Refuse(false);

  EVENTUALLY_THAT(told(), ElementsAre("one", "one?", "nobody"));
  EXPECT_FALSE(observer.view()->stale);
}

TEST_F(LeaderObserverTest, SaysWhenZooKeeperWasNeverThere) {
  const auto server = ZkServer::NotStarted();
  Peer looker(server->ConnectString());
  LeaderObserver observer(looker, Options());

  EXPECT_THAT(observer.WaitUntilKnown(absl::Now() + absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(observer.view()->known);
  EXPECT_TRUE(observer.view()->stale);
}

}  // namespace
}  // namespace roster::coordination
