#include "monitor/ensemble/ensemble_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "tests/support/eventually.h"
#include "tests/support/socket.h"
#include "tests/unit/ensemble/scripted_server.h"

namespace roster::monitor {
namespace {

using ::roster::testing::ScriptedServer;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using State = ZooKeeperServerState;

constexpr char kSrvr[] =
    "Zookeeper version: 3.8.0-abcdef0, built on some day\n"
    "Zxid: 0x100000002\nMode: follower\nNode count: 5\n";
constexpr char kMntr[] =
    "zk_server_state\tfollower\nzk_approximate_data_size\t230\n";
const ScriptedServer::Answers kWell = {{"srvr", kSrvr}, {"mntr", kMntr}};

// A probe in a hurry.
std::unique_ptr<EnsembleProbe> Probe(const std::vector<std::string>& servers,
                                     base::LogSink log = nullptr) {
  auto probe = std::make_unique<EnsembleProbe>(
      EnsembleProbeOptions{.servers = absl::StrJoin(servers, ",") + "/chroot",
                           .interval = absl::Milliseconds(20),
                           .timeout = absl::Milliseconds(300),
                           .log = std::move(log)});
  probe->Start();
  return probe;
}

TEST(EnsembleProbeTest, TellsWhatEachServerSays) {
  ScriptedServer a(kWell), b(kWell, /*ipv6=*/true);
  const auto probe = Probe({a.address(), b.address()});

  EVENTUALLY(probe->servers()->at(0).state == State::kServing &&
             probe->servers()->at(1).state == State::kServing);

  for (const ZooKeeperServer& server : *probe->servers()) {
    EXPECT_EQ(server.role, ZooKeeperRole::kFollower);
    EXPECT_EQ(server.version, "3.8.0");
    EXPECT_EQ(server.znodes, 5);
    EXPECT_EQ(server.data_bytes, 230);
    EXPECT_EQ(server.zxid, 0x100000002);
    EXPECT_EQ(server.problem, "");
    EXPECT_NE(server.asked_at, absl::InfinitePast());
  }
  EXPECT_EQ(probe->servers()->at(1).address, b.address());
}

TEST(EnsembleProbeTest, ANameIsLookedUp) {
  ScriptedServer a(kWell);
  const std::string port = a.address().substr(a.address().rfind(':'));
  const auto probe = Probe({"localhost" + port});

  EVENTUALLY(probe->servers()->at(0).state == State::kServing);
  EXPECT_EQ(probe->servers()->at(0).address, "localhost" + port);
}

TEST(EnsembleProbeTest, ANameThatDoesNotExistIsSaidSo) {
  const auto probe = Probe({"no-such-host.invalid:2181"});

  EVENTUALLY(probe->servers()->at(0).state == State::kUnreachable);
  EXPECT_THAT(probe->servers()->at(0).problem,
              HasSubstr("cannot resolve \"no-such-host.invalid\""));
}

TEST(EnsembleProbeTest, EachServerIsThereFromTheBeginningAndOnce) {
  EnsembleProbe probe({.servers = "a:1,b:2,a:1"});  // never started

  ASSERT_THAT(*probe.servers(), SizeIs(2));
  EXPECT_EQ(probe.servers()->at(0).address, "a:1");
  EXPECT_EQ(probe.servers()->at(1).state, State::kNotAsked);
}

TEST(EnsembleProbeTest, SaysWhyThereAreNoFigures) {
  const std::string free =
      "127.0.0.1:" + std::to_string(testing::PickFreePort());
  ScriptedServer silent({});
  ScriptedServer closes({{"srvr", ""}});
  ScriptedServer idle(
      {{"srvr",
        "This ZooKeeper instance is not currently serving requests\n"}});
  ScriptedServer mute(
      {{"srvr", "srvr is not executed because it is not in the whitelist.\n"},
       {"mntr", "mntr is not executed because it is not in the whitelist.\n"}});
  ScriptedServer web({{"srvr", "HTTP/1.1 400 Bad Request\r\n\r\n<html>"}});
  ScriptedServer huge({{"srvr", std::string(4 << 20, 'x')}});
  const auto probe =
      Probe({free, silent.address(), closes.address(), idle.address(),
             mute.address(), web.address(), huge.address()});

  const State expected[] = {State::kRefused,    State::kNoAnswer,
                            State::kNoAnswer,   State::kNotServing,
                            State::kNotAllowed, State::kUnreadable,
                            State::kUnreadable};
  for (size_t i = 0; i < std::size(expected); ++i)
    EVENTUALLY(probe->servers()->at(i).state == expected[i]);
  const ZooKeeperServersPtr servers = probe->servers();
  EXPECT_THAT(servers->at(0).problem, HasSubstr("refuses connections"));
  EXPECT_THAT(servers->at(1).problem, HasSubstr("no answer in 300ms"));
  EXPECT_THAT(servers->at(2).problem, HasSubstr("maxClientCnxns"));
  EXPECT_THAT(servers->at(3).problem, HasSubstr("no quorum"));
  EXPECT_THAT(servers->at(4).problem,
              HasSubstr("4lw.commands.whitelist=srvr,mntr"));
  EXPECT_THAT(servers->at(5).problem, HasSubstr("not that of a ZooKeeper"));
  for (const ZooKeeperServer& server : *servers) {
    EXPECT_EQ(server.role, ZooKeeperRole::kUnknown);
    EXPECT_FALSE(server.znodes.has_value());
  }
}

TEST(EnsembleProbeTest, ASilentServerDoesNotHoldUpTheOthers) {
  ScriptedServer silent({}), well(kWell);
  EnsembleProbe probe({.servers = silent.address() + "," + well.address(),
                       .interval = absl::Milliseconds(10),
                       .timeout = absl::Minutes(10)});
  probe.Start();

  EVENTUALLY(well.words().size() >= 20);
  EXPECT_EQ(probe.servers()->at(1).state, State::kServing);
  EXPECT_EQ(probe.servers()->at(0).state, State::kNotAsked);
  EXPECT_THAT(silent.words(), SizeIs(1)) << "one question at a time";
}

TEST(EnsembleProbeTest, ChangesAreSeenAndLoggedOnce) {
  ScriptedServer server(kWell);
  base::Mutex mu;
  std::vector<std::string> lines;
  const auto log = [&](base::LogLevel, std::string_view line) {
    base::MutexLock lock(&mu);
    lines.emplace_back(line);
  };
  const auto logged = [&] {
    base::MutexLock lock(&mu);
    return lines;
  };
  const auto probe = Probe({server.address()}, log);
  EVENTUALLY(probe->servers()->at(0).state == State::kServing);
  EXPECT_THAT(logged(), SizeIs(0));

  server.SetAnswers(
      {{"srvr",
        "This ZooKeeper instance is not currently serving requests\n"}});
  EVENTUALLY(probe->servers()->at(0).state == State::kNotServing);
  EXPECT_FALSE(probe->servers()->at(0).znodes.has_value())
      << "old figures are not shown as new ones";
  const size_t asked = server.words().size();
  EVENTUALLY(server.words().size() > asked + 5);
  server.SetAnswers(kWell);
  EVENTUALLY(probe->servers()->at(0).state == State::kServing);

  EVENTUALLY(logged().size() == 2);
  EXPECT_THAT(logged()[0], HasSubstr("state=NOT_SERVING"));
  EXPECT_THAT(logged()[1], HasSubstr("state=SERVING role=FOLLOWER"));
}

TEST(EnsembleProbeTest, EndsAtOnceWithQuestionsUnderWay) {
  ScriptedServer silent({});
  const absl::Time begun = absl::Now();
  {
    EnsembleProbe probe({.servers = silent.address() + ",hanging.invalid:1",
                         .timeout = absl::Minutes(10)});
    probe.Start();
    EVENTUALLY(!silent.words().empty());
  }
  EXPECT_LT(absl::Now() - begun, testing::Scaled(absl::Seconds(5)));
}

}  // namespace
}  // namespace roster::monitor
