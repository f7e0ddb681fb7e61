#include "cli/printer_ensemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/cli/fake_rosterd.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::cli {
namespace {

using ::roster::testing::SampleNow;
using ::roster::testing::ToProto;
using roster::v1::ZooKeeperEnsemble;
using roster::v1::ZooKeeperServer;
using ::testing::HasSubstr;
using ::testing::Not;

ZooKeeperEnsemble Sample() {
  ZooKeeperEnsemble ensemble;
  ZooKeeperServer& leader = *ensemble.add_servers();
  leader.set_address("zk1:2181");
  leader.set_state(v1::ZOO_KEEPER_SERVER_STATE_SERVING);
  leader.set_role(v1::ZOO_KEEPER_ROLE_LEADER);
  leader.set_version("3.8.4");
  leader.mutable_latency_min();
  leader.mutable_latency_avg()->set_nanos(428'600);
  leader.mutable_latency_max()->set_nanos(12'000'000);
  leader.set_connections(14);
  leader.set_outstanding_requests(0);
  leader.set_znodes(1042);
  leader.set_data_bytes(3 << 20);
  leader.set_zxid(0x700000002);
  *leader.mutable_asked_at() = ToProto(SampleNow() - absl::Seconds(5));
  ZooKeeperServer& gone = *ensemble.add_servers();
  gone.set_address("zk2:2181");
  gone.set_state(v1::ZOO_KEEPER_SERVER_STATE_REFUSED);
  gone.set_problem("refuses connections: nothing listens there");
  return ensemble;
}

TEST(EnsembleReportTest, IsATableAndTheProblemsBelowIt) {
  const std::string report = EnsembleReport(Sample(), SampleNow(), {});

  EXPECT_THAT(report, HasSubstr("ZooKeeper servers:\n"));
  EXPECT_THAT(report, HasSubstr("zk1:2181  leader   3.8.4    0/0.4286/12ms  14"
                                "           0            1042    3.1MB  "
                                "0x700000002  5s"));
  EXPECT_THAT(report, HasSubstr("zk2:2181  refused  -"));
  EXPECT_THAT(report,
              HasSubstr("\n  zk2:2181: refuses connections: nothing listens "
                        "there\n"));
}

TEST(EnsembleReportTest, IsEmptyWhenNobodyWasAsked) {
  EXPECT_EQ(EnsembleReport({}, SampleNow(), {}), "");
}

TEST(EnsembleReportTest, NamesEveryRoleAndState) {
  const auto role_of = [](auto set) {
    ZooKeeperEnsemble ensemble;
    ZooKeeperServer& server = *ensemble.add_servers();
    server.set_address("zk:1");
    set(server);
    return EnsembleReport(ensemble, SampleNow(), {});
  };
  const auto state = [&](v1::ZooKeeperServerState state) {
    return role_of([=](ZooKeeperServer& server) { server.set_state(state); });
  };
  const auto role = [&](v1::ZooKeeperRole role) {
    return role_of([=](ZooKeeperServer& server) { server.set_role(role); });
  };
  EXPECT_THAT(role(v1::ZOO_KEEPER_ROLE_FOLLOWER), HasSubstr(" follower "));
  EXPECT_THAT(role(v1::ZOO_KEEPER_ROLE_OBSERVER), HasSubstr(" observer "));
  EXPECT_THAT(role(v1::ZOO_KEEPER_ROLE_STANDALONE), HasSubstr(" standalone "));
  EXPECT_THAT(role(v1::ZOO_KEEPER_ROLE_READ_ONLY), HasSubstr(" read-only "));
  EXPECT_THAT(state(v1::ZOO_KEEPER_SERVER_STATE_UNSPECIFIED),
              HasSubstr(" not asked yet "));
  EXPECT_THAT(state(v1::ZOO_KEEPER_SERVER_STATE_NOT_SERVING),
              HasSubstr(" not serving "));
  EXPECT_THAT(state(v1::ZOO_KEEPER_SERVER_STATE_NOT_ALLOWED),
              HasSubstr(" not allowed "));
  EXPECT_THAT(state(v1::ZOO_KEEPER_SERVER_STATE_NO_ANSWER),
              HasSubstr(" no answer "));
  // Of a rosterd that is newer than this rosterctl.
  EXPECT_THAT(role(static_cast<v1::ZooKeeperRole>(77)), HasSubstr("zk:1"));
}

TEST(EnsembleReportTest, ShowsControlCharacters) {
  constexpr char kHostile[] = "\x1b[2J\r\n";
  ZooKeeperEnsemble ensemble;
  ZooKeeperServer& server = *ensemble.add_servers();
  server.set_address(kHostile);
  server.set_version(kHostile);
  server.set_problem(kHostile);

  const std::string report = EnsembleReport(ensemble, SampleNow(), {});

  EXPECT_THAT(report, Not(HasSubstr("\x1b")));
  EXPECT_THAT(report, Not(HasSubstr("\r")));
}

}  // namespace
}  // namespace roster::cli
