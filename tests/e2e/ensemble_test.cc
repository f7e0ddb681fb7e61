// What rosterd tells of each server of a real ensemble.

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_ensemble.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

v1::ZooKeeperEnsemble EnsembleOf(RosterdProcess& rosterd) {
  grpc::ClientContext context;
  v1::GetSummaryResponse response;
  rosterd.stub().GetSummary(&context, {}, &response);
  return response.ensemble();
}

std::map<v1::ZooKeeperRole, int> RolesOf(RosterdProcess& rosterd) {
  std::map<v1::ZooKeeperRole, int> roles;
  const v1::ZooKeeperEnsemble ensemble = EnsembleOf(rosterd);
  for (const v1::ZooKeeperServer& server : ensemble.servers())
    ++roles[server.role()];
  return roles;
}

std::unique_ptr<RosterdProcess> Asking(const std::string& servers) {
  return RosterdProcess::Watching(servers,
                                  {"--zookeeper-stats-interval", "1s"});
}

TEST(EnsembleTest, TellsRolesAndWhoIsGone) {
  ZkEnsemble ensemble;
  auto rosterd = Asking(ensemble.ConnectString());

  EVENTUALLY_THAT(RolesOf(*rosterd),
                  UnorderedElementsAre(Pair(v1::ZOO_KEEPER_ROLE_LEADER, 1),
                                       Pair(v1::ZOO_KEEPER_ROLE_FOLLOWER, 2)));
  const int leader = ensemble.Leader();
  ASSERT_GE(leader, 0);
  const v1::ZooKeeperServer told = EnsembleOf(*rosterd).servers(leader);
  EXPECT_EQ(told.address(), ensemble.server(leader).ConnectString());
  EXPECT_EQ(told.role(), v1::ZOO_KEEPER_ROLE_LEADER);
  EXPECT_EQ(told.problem(), "");
  EXPECT_EQ(told.version(), "3.8.0");
  EXPECT_GT(told.znodes(), 0);
  EXPECT_GT(told.data_bytes(), 0);
  EXPECT_GE(told.connections(), 1);
  EXPECT_GE(told.zxid(), int64_t{1} << 32);
  EXPECT_TRUE(told.has_latency_max());

  ensemble.server(leader).Kill9();
  EVENTUALLY_THAT(
      RolesOf(*rosterd),
      UnorderedElementsAre(Pair(v1::ZOO_KEEPER_ROLE_LEADER, 1),
                           Pair(v1::ZOO_KEEPER_ROLE_FOLLOWER, 1),
                           Pair(v1::ZOO_KEEPER_ROLE_UNSPECIFIED, 1)));
  EXPECT_EQ(EnsembleOf(*rosterd).servers(leader).state(),
            v1::ZOO_KEEPER_SERVER_STATE_REFUSED);
  const std::string down = ensemble.server(leader).ConnectString();
  EXPECT_THAT(
      rosterd->Rosterctl({"status"}).out,
      AllOf(HasSubstr(" leader "), HasSubstr(" follower "),
            HasSubstr(" refused "), HasSubstr(down + ": refuses connections")));
  const auto json =
      nlohmann::json::parse(rosterd->Rosterctl({"status", "-o", "json"}).out);
  EXPECT_EQ(json[0]["ensemble"]["servers"][leader]["state"],
            "ZOO_KEEPER_SERVER_STATE_REFUSED");
  EXPECT_THAT(rosterd->HttpGet("/api/v1/summary"),
              HasSubstr("ZOO_KEEPER_ROLE_LEADER"));
  EXPECT_THAT(rosterd->HttpGet("/metrics"),
              HasSubstr("roster_zookeeper_server_state{server=\"" + down +
                        "\",state=\"REFUSED\"} 1\n"));

  // Without a quorum the one that is left says that it serves nobody.
  const int other = ensemble.Leader();
  ASSERT_GE(other, 0);
  ensemble.server(other).Kill9();
  const int last = 3 - leader - other;
  EVENTUALLY(EnsembleOf(*rosterd).servers(last).state() ==
             v1::ZOO_KEEPER_SERVER_STATE_NOT_SERVING);
  EXPECT_THAT(rosterd->Rosterctl({"status"}).out,
              HasSubstr("not serving: it has no quorum"));
  EXPECT_FALSE(EnsembleOf(*rosterd).servers(last).has_znodes());

  ASSERT_OK(ensemble.StartAll());
  EVENTUALLY_THAT(RolesOf(*rosterd),
                  UnorderedElementsAre(Pair(v1::ZOO_KEEPER_ROLE_LEADER, 1),
                                       Pair(v1::ZOO_KEEPER_ROLE_FOLLOWER, 2)));
}

TEST(EnsembleTest, AWhitelistThatForbidsIsSaidPlainly) {
  // ZooKeeper's own default; the later line wins.
  ZkServer srvr_only({.extra_config = {"4lw.commands.whitelist=srvr"}});
  ZkServer nothing({.extra_config = {"4lw.commands.whitelist=ruok"}});
  auto rosterd =
      Asking(srvr_only.ConnectString() + "," + nothing.ConnectString());

  // Of itself a 3.8 always allows `srvr`, whatever its list says.
  for (int i : {0, 1})
    EVENTUALLY(EnsembleOf(*rosterd).servers(i).state() ==
               v1::ZOO_KEEPER_SERVER_STATE_SERVING);
  const v1::ZooKeeperServer told = EnsembleOf(*rosterd).servers(0);
  EXPECT_EQ(told.role(), v1::ZOO_KEEPER_ROLE_STANDALONE);
  EXPECT_TRUE(told.has_znodes());
  EXPECT_FALSE(told.has_data_bytes());
  EXPECT_THAT(
      rosterd->Rosterctl({"status"}).out,
      AllOf(HasSubstr(srvr_only.ConnectString() +
                      ": no data size: mntr is not in the whitelist: set "
                      "4lw.commands.whitelist=srvr,mntr"),
            HasSubstr(nothing.ConnectString() +
                      ": no data size: mntr is not in the whitelist: set "
                      "4lw.commands.whitelist=srvr,mntr")));
}

TEST(EnsembleTest, AServerThatMayTellNothingIsNotAllowedAndServesAllTheSame) {
  ZkServer mute({.main = MUTE_SERVER});
  EXPECT_THAT(mute.FourLetterWord("srvr").value(),
              HasSubstr("srvr is not executed because it is not in the"));
  auto rosterd = Asking(mute.ConnectString());

  EVENTUALLY(EnsembleOf(*rosterd).servers(0).state() ==
             v1::ZOO_KEEPER_SERVER_STATE_NOT_ALLOWED);
  EVENTUALLY(rosterd->Connected());
  const v1::ZooKeeperServer told = EnsembleOf(*rosterd).servers(0);
  EXPECT_EQ(told.role(), v1::ZOO_KEEPER_ROLE_UNSPECIFIED);
  EXPECT_FALSE(told.has_connections());
  EXPECT_FALSE(told.has_data_bytes());
  EXPECT_THAT(rosterd->Rosterctl({"status"}).out,
              AllOf(HasSubstr(" not allowed "),
                    HasSubstr(mute.ConnectString() +
                              ": srvr is not in the whitelist: set "
                              "4lw.commands.whitelist=srvr,mntr")));
  const auto json =
      nlohmann::json::parse(rosterd->Rosterctl({"status", "-o", "json"}).out);
  EXPECT_EQ(json[0]["ensemble"]["servers"][0]["state"],
            "ZOO_KEEPER_SERVER_STATE_NOT_ALLOWED");
  EXPECT_THAT(rosterd->HttpGet("/api/v1/summary"),
              HasSubstr("ZOO_KEEPER_SERVER_STATE_NOT_ALLOWED"));
  EXPECT_THAT(
      rosterd->HttpGet("/metrics"),
      HasSubstr("roster_zookeeper_server_state{server=\"" +
                mute.ConnectString() + "\",state=\"NOT_ALLOWED\"} 1\n"));
}

TEST(EnsembleTest, AServerThatHangsHoldsUpNothing) {
  ZkServer well, hangs;
  auto rosterd = Asking(well.ConnectString() + "," + hangs.ConnectString());
  EVENTUALLY(EnsembleOf(*rosterd).servers(1).role() ==
             v1::ZOO_KEEPER_ROLE_STANDALONE);

  hangs.Pause();
  EVENTUALLY(EnsembleOf(*rosterd).servers(1).state() ==
             v1::ZOO_KEEPER_SERVER_STATE_NO_ANSWER);
  EXPECT_THAT(EnsembleOf(*rosterd).servers(1).problem(),
              HasSubstr("no answer in 2s"));
  EXPECT_EQ(EnsembleOf(*rosterd).servers(0).role(),
            v1::ZOO_KEEPER_ROLE_STANDALONE);
  hangs.Resume();
  EVENTUALLY(EnsembleOf(*rosterd).servers(1).role() ==
             v1::ZOO_KEEPER_ROLE_STANDALONE);
}

TEST(EnsembleTest, WithIntervalZeroNobodyIsAsked) {
  auto rosterd = RosterdProcess::Watching(
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot()),
      {"--zookeeper-stats-interval", "0"});
  EVENTUALLY(rosterd->Connected());

  EXPECT_THAT(rosterd->Rosterctl({"status"}).out,
              Not(HasSubstr("ZooKeeper servers:")));
  EXPECT_THAT(rosterd->HttpGet("/metrics"),
              Not(HasSubstr("roster_zookeeper_server_")));
}

TEST(EnsembleTest, TheServerOfDevAllowsItself) {
  RosterdProcess rosterd(
      {"--dev", "--session-timeout", "2s", "--zookeeper-stats-interval", "1s"});

  EVENTUALLY(EnsembleOf(rosterd).servers_size() == 1 &&
             EnsembleOf(rosterd).servers(0).role() ==
                 v1::ZOO_KEEPER_ROLE_STANDALONE);
  EXPECT_EQ(EnsembleOf(rosterd).servers(0).problem(), "");
  EXPECT_TRUE(EnsembleOf(rosterd).servers(0).has_data_bytes());
  EXPECT_THAT(rosterd.Log(), Not(HasSubstr("zookeeper server address=")));
}

}  // namespace
}  // namespace roster::testing
