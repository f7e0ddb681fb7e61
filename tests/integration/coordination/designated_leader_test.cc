// Elections whose leader an operator designates, on a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "coordination/candidate_name.h"
#include "coordination/election.h"
#include "model/designation.h"
#include "model/sequential_name.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using model::Designation;
using model::HandBack;
using ::testing::ElementsAre;
using testing::NodeKind;
using ::testing::SizeIs;
using testing::TcpProxy;
using ::testing::UnorderedElementsAre;
using testing::ZkProbe;
using testing::ZkServer;

constexpr char kFolder[] = "/roster/demo/elections/reporter";
constexpr char kNode[] = "/roster/demo/designations/reporter";

class DesignatedLeaderTest : public ::testing::Test {
 protected:
  // A candidate that stands for a process, with everything that it was told.
  struct Candidate {
    Candidate(const std::string& servers, std::string name,
              const std::string& designation, DesignatedLeaderTest& test)
        : id(std::move(name)), peer(servers) {
      election = std::make_unique<Election>(
          peer, ElectionOptions{.path = kFolder,
                                .data = id,
                                .designation = designation,
                                .on_change = [this, &test](const Grant& grant,
                                                           GrantState state) {
                                  test.OnChange(id, grant, state);
                                }});
    }
    bool leads() const { return election->grant().may_act(); }

    const std::string id;
    Peer peer;
    std::unique_ptr<Election> election;
  };

  DesignatedLeaderTest() {
    EXPECT_OK(probe_.CreateWithParents("/roster/demo/designations"));
  }

  Candidate& Join(const std::string& id, const std::string& designation = "") {
    candidates_.push_back(
        std::make_unique<Candidate>(servers_, id, designation, *this));
    Candidate& candidate = *candidates_.back();
    const std::vector<std::string> before = Nodes();
    candidate.election->Join();
    // Others may leave the line and come back meanwhile.
    EXPECT_TRUE(testing::WaitUntil([&] { return IsNew(id, before); }, id));
    return candidate;
  }

  void Designate(std::vector<std::string> leaders,
                 HandBack hand_back = HandBack::kImmediate,
                 absl::Duration settle = absl::ZeroDuration()) {
    Write(model::SerializeDesignation({.version = 1,
                                       .leaders = std::move(leaders),
                                       .hand_back = hand_back,
                                       .settle = settle}));
  }
  void Write(const std::string& data) {
    if (probe_.Exists(kNode))
      EXPECT_OK(probe_.Set(kNode, data));
    else
      EXPECT_OK(probe_.Create(kNode, data));
  }

  std::vector<std::string> Nodes() {
    auto children = probe_.Children(kFolder);
    return children.ok() ? model::SortBySequence(*std::move(children),
                                                 std::string(kLatchMarker))
                         : std::vector<std::string>();
  }
  // Whether `id` has a node that is none of `before`.
  bool IsNew(const std::string& id, const std::vector<std::string>& before) {
    for (const std::string& node : Nodes()) {
      if (std::find(before.begin(), before.end(), node) != before.end())
        continue;
      const auto data = probe_.Get(std::string(kFolder) + "/" + node);
      if (data.ok() && *data == id) return true;
    }
    return false;
  }
  // Whose nodes stand in line.
  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (const std::string& node : Nodes()) {
      const auto data = probe_.Get(std::string(kFolder) + "/" + node);
      if (data.ok()) ids.push_back(*data);
    }
    return ids;
  }
  std::vector<std::string> Leaders() const {
    std::vector<std::string> leaders;
    for (const auto& candidate : candidates_)
      if (candidate->leads()) leaders.push_back(candidate->id);
    return leaders;
  }

  void OnChange(const std::string& id, const Grant& grant, GrantState state) {
    base::MutexLock lock(&mu_);
    if (state != GrantState::kHeld) return;
    if (!terms_.empty() && terms_.back() == id && grant.token() == token_)
      return;  // after a suspension
    EXPECT_GT(grant.token(), token_) << id;
    token_ = grant.token();
    terms_.push_back(id);
  }
  // Who led, one after the other.
  std::vector<std::string> terms() const {
    base::MutexLock lock(&mu_);
    return terms_;
  }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};

  mutable base::Mutex mu_;
  int64_t token_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::string> terms_ ABSL_GUARDED_BY(mu_);

  std::vector<std::unique_ptr<Candidate>> candidates_;
};

TEST_F(DesignatedLeaderTest, WithoutADesignationTheFirstLeads) {
  Join("a");
  Join("b");
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  EXPECT_EQ(ParseCandidateName(Nodes()[1]).id, "b");
}

TEST_F(DesignatedLeaderTest, LeadershipGoesToWhoIsDesignatedAtOnce) {
  Join("a");
  Join("x");
  Join("b");
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));

  Designate({"b"});

  EVENTUALLY_THAT(Leaders(), ElementsAre("b"));
  // The others come back behind it, in any order.
  EVENTUALLY_THAT(Ids(), UnorderedElementsAre("b", "x", "a"));
  EXPECT_EQ(Ids().front(), "b");
  EXPECT_THAT(terms(), ElementsAre("a", "b"));
}

TEST_F(DesignatedLeaderTest, ImmediateHandsBackWhenThePreferredReturns) {
  Designate({"a", "b"});
  Join("x");
  EVENTUALLY_THAT(Leaders(), ElementsAre("x"));

  Candidate& b = Join("b");
  EVENTUALLY_THAT(Leaders(), ElementsAre("b"));
  Candidate& a = Join("a");
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  EVENTUALLY_THAT(Ids(), SizeIs(3));  // b is back in the line
  ASSERT_OK(a.election->Resign(Patience()));
  // The next by designation, though x came before it.
  EVENTUALLY_THAT(Leaders(), ElementsAre("b"));
  ASSERT_OK(b.election->Resign(Patience()));
  EVENTUALLY_THAT(Leaders(), ElementsAre("x"));
  a.election->Join();
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));

  EXPECT_THAT(terms(), ElementsAre("x", "b", "a", "b", "x", "a"));
}

TEST_F(DesignatedLeaderTest, WhenLeaderEndsLeavesThePresentOneInPeace) {
  Designate({"a"}, HandBack::kWhenLeaderEnds);
  Candidate& x = Join("x");
  EVENTUALLY_THAT(Leaders(), ElementsAre("x"));
  Join("y");
  Join("a");

  Designate({"a", "x"}, HandBack::kWhenLeaderEnds);  // looked at, too
  EXPECT_THAT(Leaders(), ElementsAre("x"));
  x.peer.Expire(probe_);

  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  EXPECT_THAT(terms(), ElementsAre("x", "a"));  // never y
}

TEST_F(DesignatedLeaderTest, KilledLeaderIsFollowedByTheNextInTheOrder) {
  Designate({"a", "b", "c"});
  Candidate& a = Join("a");
  Join("x");
  Join("c");
  Join("b");
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));

  const int64_t session = a.peer.info().session_id;
  a.peer.Pause();
  ASSERT_OK(probe_.ExpireSession(session));
  EVENTUALLY_THAT(terms(), ElementsAre("a", "b"));
  a.peer.Resume();

  // It comes back by itself, and gets it back.
  EVENTUALLY_THAT(terms(), ElementsAre("a", "b", "a"));
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  EVENTUALLY_THAT(Ids(), SizeIs(4));
}

TEST_F(DesignatedLeaderTest, WhoComesBackHasToSettleFirst) {
  Designate({"a"}, HandBack::kImmediate, absl::Seconds(1));
  Join("x");
  EVENTUALLY_THAT(Leaders(), ElementsAre("x"));
  for (int i = 0; i < 3; ++i) {  // one that dies again and again
    Candidate& a = Join("a");
    ASSERT_OK(a.election->Resign(Patience()));
  }
  EXPECT_THAT(terms(), ElementsAre("x"));

  const absl::Time joined = absl::Now();
  Join("a");

  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  EXPECT_GE(absl::Now() - joined, absl::Milliseconds(800));
  EXPECT_THAT(terms(), ElementsAre("x", "a"));
}

TEST_F(DesignatedLeaderTest, ABrokenDesignationChangesNothing) {
  Write("no json");
  Join("a");
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));  // there was none before it
  Designate({"b"});
  Join("b");
  EVENTUALLY_THAT(Leaders(), ElementsAre("b"));

  Write(R"({"v":1,"leaders":[]})");
  Join("c");
  Write(R"({"v":9,"leaders":["c"]})");
  EXPECT_THAT(Leaders(), ElementsAre("b"));
  Designate({"c"});

  EVENTUALLY_THAT(Leaders(), ElementsAre("c"));
  EXPECT_THAT(terms(), ElementsAre("a", "b", "c"));
}

TEST_F(DesignatedLeaderTest, ADeletedDesignationLeavesWhoLeads) {
  Designate({"b"});
  Join("a");
  Candidate& b = Join("b");
  EVENTUALLY_THAT(Leaders(), ElementsAre("b"));

  EVENTUALLY_THAT(Ids(), ElementsAre("b", "a"));  // a stands before c
  ASSERT_OK(probe_.Delete(kNode));
  Join("c");
  EXPECT_THAT(Leaders(), ElementsAre("b"));
  ASSERT_OK(b.election->Resign(Patience()));

  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  Designate({"c"});  // one that is created again is obeyed
  EVENTUALLY_THAT(Leaders(), ElementsAre("c"));
}

TEST_F(DesignatedLeaderTest, ChangesDuringCampaignsEndWithTheLastWord) {
  for (const char* id : {"a", "b", "c", "d", "e"}) Join(id);
  for (int i = 0; i < 60; ++i)
    Designate({std::string(1, static_cast<char>('a' + i % 5)), "c"});

  Designate({"d"});

  EVENTUALLY_THAT(Leaders(), ElementsAre("d"));
  EVENTUALLY_THAT(Ids(), SizeIs(5));
  EVENTUALLY_THAT(terms().back(), "d");
}

// Those that know nothing of designations: old programs, and Curator's, whose
// nodes have the same names.
TEST_F(DesignatedLeaderTest, OldCandidatesTakePartAndAreNotMoved) {
  Join("a");
  Candidate& old = Join("old", /*designation=*/"-");
  const std::string old_node = Nodes()[1];
  EXPECT_FALSE(ParseCandidateName(old_node).movable);
  Candidate& b = Join("b");
  Designate({"b"});

  // Who stands in between would lead, and not give way.
  EXPECT_EQ(Nodes()[1], old_node);
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  ASSERT_OK(old.election->Resign(Patience()));
  EVENTUALLY(!probe_.Exists(std::string(kFolder) + "/" + old_node));
  EVENTUALLY_THAT(Leaders(), ElementsAre("b"));
  EVENTUALLY_THAT(Ids(), ElementsAre("b", "a"));
  // It leads when it is its turn, whatever was designated, ...
  old.election->Join();
  EVENTUALLY_THAT(Ids(), ElementsAre("b", "a", "old"));
  ASSERT_OK(b.election->Resign(Patience()));
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  // ... and can be designated itself.
  Designate({"old"});
  EVENTUALLY_THAT(Leaders(), ElementsAre("old"));
}

TEST_F(DesignatedLeaderTest, ForeignNodesInTheFolderAreLeftAlone) {
  Join("a");
  ZkProbe other(servers_);
  const std::string lock = std::string(kFolder) + "/x__lock__0000000000";
  ASSERT_OK(other.Create(lock, "kazoo", NodeKind::kEphemeral));
  ASSERT_OK(other.Create(std::string(kFolder) + "/notes", ""));
  Join("b");

  Designate({"kazoo", "b"});

  EVENTUALLY_THAT(Leaders(), ElementsAre("b"));
  EXPECT_TRUE(probe_.Exists(lock));
}

TEST_F(DesignatedLeaderTest, F67_CutInTheMiddleOfAHandOverLosesNothing) {
  TcpProxy proxy(ZkServer::Shared().port());
  const std::string through =
      proxy.ConnectString(servers_.substr(servers_.find('/')));
  candidates_.push_back(std::make_unique<Candidate>(through, "a", "", *this));
  candidates_.back()->election->Join();
  EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
  Join("b");

  for (int i = 0; i < 4; ++i) {
    Designate({i % 2 == 0 ? "b" : "a"});
    proxy.Cut();
    EVENTUALLY_THAT(Leaders(), ElementsAre(i % 2 == 0 ? "b" : "a"));
  }

  EVENTUALLY_THAT(Ids(), ElementsAre("a", "b"));
}

TEST_F(DesignatedLeaderTest, SuccessorThatDiesInTheMomentOfTheHandOver) {
  Designate({"b"});
  Join("a");
  for (int i = 0; i < 10; ++i) {
    Candidate& b = Join("b");
    if (i % 2 == 0) EVENTUALLY_THAT(Leaders(), ElementsAre("b"));
    EXPECT_OK(probe_.ExpireSession(b.peer.info().session_id));
    candidates_.pop_back();
    EVENTUALLY_THAT(Leaders(), ElementsAre("a"));
    EVENTUALLY_THAT(Ids(), ElementsAre("a"));
  }
}

// 200 candidates, and the last one to come is the preferred one: nobody but
// those who have to move moves, once each, and nobody leads in between.
TEST_F(DesignatedLeaderTest, AmongMany200StandsTheSuccessorWithoutAStampede) {
  constexpr int kCandidates = 200;
  constexpr int kPeers = 10;  // sessions
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < kPeers; ++i)
    peers.push_back(std::make_unique<Peer>(servers_));
  std::vector<std::unique_ptr<Election>> elections;
  for (int i = 0; i < kCandidates; ++i) {
    elections.push_back(std::make_unique<Election>(
        *peers[i % kPeers],
        ElectionOptions{
            .path = kFolder,
            .data = std::to_string(i),
            .on_change = [this, i](const Grant& grant, GrantState state) {
              OnChange(std::to_string(i), grant, state);
            }}));
    elections.back()->Join();
    if (i == 0 || i == kCandidates - 2) EVENTUALLY_THAT(Nodes(), SizeIs(i + 1));
  }
  EVENTUALLY_THAT(Nodes(), SizeIs(kCandidates));
  EVENTUALLY_THAT(terms(), ElementsAre("0"));
  const std::string last = Ids().back();
  const int32_t changes_before = probe_.Stat(kFolder)->cversion;

  Designate({last});

  EVENTUALLY(terms().size() == 2);
  EXPECT_EQ(terms().back(), last);
  EVENTUALLY_THAT(Nodes(), SizeIs(kCandidates));
  EXPECT_EQ(Ids().front(), last);
  // One deletion and one creation each, but for the successor.
  EXPECT_EQ(probe_.Stat(kFolder)->cversion - changes_before,
            2 * (kCandidates - 1));
}

}  // namespace
}  // namespace roster::coordination
