// Members of every kind come, report, vanish and leave; rosterd and rosterctl
// show it.

#include <signal.h>

#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class MembershipTest : public ::testing::Test {
 protected:
  MembershipTest()
      : chroot_(ZkServer::Shared().NewChroot()),
        servers_(ZkServer::Shared().ConnectString(chroot_)),
        probe_(servers_) {
    EXPECT_OK(probe_.CreateWithParents("/clusterServer"));
    rosterd_ = RosterdProcess::Watching(servers_);
  }

  void SetUp() override { EVENTUALLY(rosterd_->Connected()); }

  std::unique_ptr<Subprocess> StartIndexer(
      const std::string& name, std::vector<std::string> flags = {},
      const std::string& session_timeout = "2s") {
    std::vector<std::string> argv = {
        FileIndexerBinary(), "--zookeeper",   servers_, "--name", name,
        "--session-timeout", session_timeout, "--pace", "50"};
    argv.insert(argv.end(), flags.begin(), flags.end());
    // Enough for minutes: a task must not end before its rate is known.
    argv.push_back("/usr/include");
    auto process = Subprocess::Start({.argv = argv});
    EXPECT_OK(process.status());
    return *std::move(process);
  }

  // The types of the events of one member, in order.
  std::vector<v1::EventType> EventTypes(const std::string& member) {
    std::vector<v1::EventType> types;
    for (const v1::Event& event : rosterd_->Events())
      if (event.member() == member) types.push_back(event.type());
    return types;
  }

  const std::string chroot_;
  const std::string servers_;
  ZkProbe probe_;
  std::unique_ptr<RosterdProcess> rosterd_;
};

TEST_F(MembershipTest, MembersOfZkCliKazooAndTheRegistrarAreShownByRosterctl) {
  auto indexer = StartIndexer("by-registrar");
  auto kazoo = Subprocess::Start(
      {.argv = {"/usr/bin/python3", SourceDir() + "/examples/membership.py",
                "by-kazoo", "--zookeeper", servers_}});
  ASSERT_OK(kazoo.status());
  // zkCli ends, and its node with it, at the end of its input.
  auto zkcli = Subprocess::Start(
      {.argv = {"bash", "-c",
                "{ echo 'create -e /clusterServer/by-zkcli \"\"'; cat <(tail "
                "-f /dev/null); } | /usr/share/zookeeper/bin/zkCli.sh -server "
                "\"$0\"",
                servers_}});
  ASSERT_OK(zkcli.status());

  for (const char* name : {"by-registrar", "by-kazoo", "by-zkcli"})
    EVENTUALLY_THAT(rosterd_->Status(name), "UP");
  const nlohmann::json members = rosterd_->Members();

  ASSERT_EQ(members.size(), 3);
  const nlohmann::json plain = rosterd_->Member("by-zkcli");
  EXPECT_EQ(plain["status"], "MEMBER_STATUS_UP");
  EXPECT_EQ(plain["opaque"], true);
  const nlohmann::json registered = rosterd_->Member("by-registrar");
  EXPECT_FALSE(registered["incarnation"].get<std::string>().empty());
  EXPECT_EQ(rosterd_->Member("by-kazoo")["opaque"], false);
}

TEST_F(MembershipTest, AKilledMemberIsLostAndItsRestartIsUpAgain) {
  auto indexer = StartIndexer("crashing");
  EVENTUALLY_THAT(rosterd_->Status("crashing"), "UP");

  indexer->Kill(SIGKILL);
  EVENTUALLY_THAT(rosterd_->Status("crashing"), "LOST");
  auto restarted = StartIndexer("crashing");
  EVENTUALLY_THAT(rosterd_->Status("crashing"), "UP");

  EXPECT_THAT(EventTypes("crashing"),
              IsSupersetOf({v1::EVENT_TYPE_JOINED, v1::EVENT_TYPE_LOST}));
}

TEST_F(MembershipTest, F3_ARestartWithinTheSessionTimeoutIsAReplacement) {
  auto indexer = StartIndexer("quick", {}, "20s");
  EVENTUALLY_THAT(rosterd_->Status("quick"), "UP");
  const int64_t first = rosterd_->Get("quick").czxid();

  indexer->Kill(SIGKILL);
  ASSERT_OK(indexer->Wait(absl::Seconds(5)).status());
  auto restarted = StartIndexer("quick", {}, "20s");

  EVENTUALLY(rosterd_->Get("quick").czxid() > first);
  EXPECT_EQ(rosterd_->Status("quick"), "UP");
  EXPECT_THAT(EventTypes("quick"), Contains(v1::EVENT_TYPE_REPLACED).Times(1));
  EXPECT_THAT(EventTypes("quick"),
              ::testing::Not(Contains(v1::EVENT_TYPE_LOST)));
}

TEST_F(MembershipTest, ACleanLeaveIsLeftNotLost) {
  auto indexer = StartIndexer("polite");
  EVENTUALLY_THAT(rosterd_->Status("polite"), "UP");

  indexer->Kill(SIGTERM);

  EVENTUALLY_THAT(rosterd_->Status("polite"), "LEFT");
  EXPECT_OK(indexer->Wait(absl::Seconds(5)).status());
  EXPECT_THAT(EventTypes("polite"), Contains(v1::EVENT_TYPE_LEFT).Times(1));
}

TEST_F(MembershipTest, TaskProgressReachesRosterctl) {
  auto indexer = StartIndexer("busy", {"--label", "zone=a"});
  EVENTUALLY(rosterd_->Get("busy").tasks_size() > 0);
  EVENTUALLY(rosterd_->Get("busy").tasks(0).done() > 0);
  EVENTUALLY(rosterd_->Get("busy").tasks(0).has_rate_per_second());

  const CommandResult progress = rosterd_->Rosterctl({"progress"});

  EXPECT_EQ(progress.status.code, 0);
  EXPECT_THAT(progress.out, HasSubstr("busy"));
  EXPECT_THAT(
      rosterd_->Rosterctl({"members", "-l", "zone=a", "-o", "name"}).out,
      HasSubstr("busy"));
  EXPECT_EQ(rosterd_->Rosterctl({"members", "-l", "zone!=a", "-o", "name"}).out,
            "");
}

TEST_F(MembershipTest, HoldsOfAnOrderMakeAMemberOfflineWhetherPresentOrNot) {
  ASSERT_OK(probe_.CreateWithParents("/roster/default/control"));
  ASSERT_OK(
      probe_.Create("/clusterServer/plain", "", NodeKind::kEphemeral).status());
  EVENTUALLY_THAT(rosterd_->Status("plain"), "UP");

  ASSERT_OK(probe_
                .Create("/roster/default/control/plain",
                        R"({"v":1,"epoch":1,"desired":"OFFLINE","holds":[
                           {"id":"h-1","owner":"ops","mode":"DRAIN",
                            "reason":"kernel upgrade"}]})")
                .status());

  EVENTUALLY_THAT(rosterd_->Status("plain"), "OFFLINE");
  EXPECT_EQ(rosterd_->Get("plain").desired().holds(0).reason(),
            "kernel upgrade");
  ASSERT_OK(probe_.Delete("/clusterServer/plain"));
  EVENTUALLY(!rosterd_->Get("plain").present());
  EXPECT_EQ(rosterd_->Status("plain"), "OFFLINE");
  ASSERT_OK(probe_.Delete("/roster/default/control/plain"));
  EVENTUALLY_THAT(rosterd_->Status("plain"), "LOST");
}

TEST_F(MembershipTest, MembersBelowAParentThatComesLaterAreSeen) {
  ASSERT_OK(probe_.DeleteTree("/clusterServer"));
  ASSERT_OK(probe_.CreateWithParents("/clusterServer"));
  ASSERT_OK(
      probe_.Create("/clusterServer/late", "", NodeKind::kEphemeral).status());

  EVENTUALLY_THAT(rosterd_->Status("late"), "UP");
}

TEST_F(MembershipTest, SeveralClustersAreKeptApart) {
  ASSERT_OK(probe_.CreateWithParents("/east"));
  ASSERT_OK(probe_.CreateWithParents("/west"));
  ASSERT_OK(probe_.Create("/east/a", "", NodeKind::kEphemeral).status());
  ASSERT_OK(probe_.Create("/west/b", "", NodeKind::kEphemeral).status());
  auto both = RosterdProcess::Watching(
      servers_, {"--cluster", "east=/east", "--cluster", "west=/west"});

  EVENTUALLY(both->Summary("east").present() == 1 &&
             both->Summary("west").present() == 1);

  EXPECT_EQ(both->Rosterctl({"members", "--cluster", "east", "-o", "name"}).out,
            "a\n");
  EXPECT_EQ(both->Rosterctl({"members", "--cluster", "west", "-o", "name"}).out,
            "b\n");
  // Which one is meant cannot be guessed.
  EXPECT_NE(both->Rosterctl({"members"}).status.code, 0);
}

TEST_F(MembershipTest, EventsFollowInOrderWithoutGaps) {
  for (int i = 0; i < 20; ++i) {
    const std::string path = base::StrCat("/clusterServer/m", i);
    ASSERT_OK(probe_.Create(path, "", NodeKind::kEphemeral).status());
    EVENTUALLY(rosterd_->Get(base::StrCat("m", i)).present());
    ASSERT_OK(probe_.Delete(path));
  }
  EVENTUALLY(rosterd_->Summary().present() == 0);

  const std::vector<v1::Event> events = rosterd_->Events();
  for (size_t i = 1; i < events.size(); ++i)
    EXPECT_EQ(events[i].sequence(), events[i - 1].sequence() + 1);
  for (int i = 0; i < 20; ++i)
    EXPECT_THAT(EventTypes(base::StrCat("m", i)),
                ElementsAre(v1::EVENT_TYPE_JOINED, v1::EVENT_TYPE_LOST));
}

}  // namespace
}  // namespace roster::testing
