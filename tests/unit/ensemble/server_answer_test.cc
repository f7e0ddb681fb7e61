#include "monitor/ensemble/server_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/strings/ascii.h"

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;

// As servers of these versions answer.
constexpr char kSrvr38[] =
    "Zookeeper version: 3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 "
    "UTC\n"
    "Latency min/avg/max: 0/0.4286/12\nReceived: 8\nSent: 7\nConnections: 2\n"
    "Outstanding: 3\nZxid: 0x500000011\nMode: leader\nNode count: 42\n"
    "Proposal sizes last/min/max: 48/48/92\n";
constexpr char kSrvr34[] =
    "Zookeeper version: 3.4.13-2d71af4dbe22557fda74f9a9b4309b15a7487f03, built "
    "on 06/29/2018 00:39 GMT\n"
    "Latency min/avg/max: 0/1/25\nReceived: 70\nSent: 69\nConnections: 1\n"
    "Outstanding: 0\nZxid: 0x1a\nMode: standalone\nNode count: 4\n";
constexpr char kSrvr39[] =
    "Zookeeper version: 3.9.2-e454e8c7283100c7caec6dcae2bc82aaecb63023, built "
    "on 2024-02-12 20:59 UTC\r\n"
    "Latency min/avg/max: 0/0.0/0\r\nReceived: 1\r\nSent: 0\r\n"
    "Connections: 1\r\nOutstanding: 0\r\nZxid: 0x100000000\r\n"
    "Mode: observer\r\nNode count: 5\r\n";
constexpr char kMntr38[] =
    "zk_version\t3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC\n"
    "zk_server_state\tfollower\nzk_peer_state\tfollowing - broadcast\n"
    "zk_ephemerals_count\t0\nzk_num_alive_connections\t1\n"
    "zk_avg_latency\t0.25\nzk_outstanding_requests\t7\nzk_znode_count\t5\n"
    "zk_last_client_response_size\t-1\nzk_min_latency\t0\n"
    "zk_approximate_data_size\t230\nzk_max_latency\t3\n"
    "zk_p99_readlatency\t1.0\n";
constexpr char kMntr34[] =
    "zk_version\t3.4.13-2d71af4dbe22557fda74f9a9b4309b15a7487f03, built on "
    "06/29/2018 00:39 GMT\n"
    "zk_avg_latency\t0\nzk_max_latency\t25\nzk_min_latency\t0\n"
    "zk_packets_received\t70\nzk_packets_sent\t69\n"
    "zk_num_alive_connections\t1\nzk_outstanding_requests\t0\n"
    "zk_server_state\tstandalone\nzk_znode_count\t4\nzk_watch_count\t0\n"
    "zk_ephemerals_count\t0\nzk_approximate_data_size\t27\n";
constexpr char kNotServing[] =
    "This ZooKeeper instance is not currently serving requests\n";

std::string NotAllowed(const std::string& word) {
  return word + " is not executed because it is not in the whitelist.\n";
}

TEST(ServerAnswerTest, ReadsSrvrOfALeader) {
  ZooKeeperServer server;
  EXPECT_EQ(ReadSrvr(kSrvr38, server), AnswerKind::kFigures);

  EXPECT_EQ(server.role, ZooKeeperRole::kLeader);
  EXPECT_EQ(server.version, "3.8.0");
  EXPECT_EQ(server.latency_min, absl::ZeroDuration());
  EXPECT_EQ(server.latency_avg, absl::Microseconds(428.6));
  EXPECT_EQ(server.latency_max, absl::Milliseconds(12));
  EXPECT_EQ(server.connections, 2);
  EXPECT_EQ(server.outstanding, 3);
  EXPECT_EQ(server.znodes, 42);
  EXPECT_EQ(server.zxid, 0x500000011);
  EXPECT_EQ(server.data_bytes, std::nullopt);
}

TEST(ServerAnswerTest, ReadsSrvrOfOldAndNewServers) {
  ZooKeeperServer old;
  EXPECT_EQ(ReadSrvr(kSrvr34, old), AnswerKind::kFigures);
  EXPECT_EQ(old.version, "3.4.13");
  EXPECT_EQ(old.role, ZooKeeperRole::kStandalone);
  EXPECT_EQ(old.latency_avg, absl::Milliseconds(1));

  ZooKeeperServer other;
  EXPECT_EQ(ReadSrvr(kSrvr39, other), AnswerKind::kFigures);
  EXPECT_EQ(other.version, "3.9.2");
  EXPECT_EQ(other.role, ZooKeeperRole::kObserver);
  EXPECT_EQ(other.znodes, 5);
}

TEST(ServerAnswerTest, ReadsMntr) {
  ZooKeeperServer server;
  EXPECT_EQ(ReadMntr(kMntr38, server), AnswerKind::kFigures);
  EXPECT_EQ(server.role, ZooKeeperRole::kFollower);
  EXPECT_EQ(server.version, "3.8.0");
  EXPECT_EQ(server.latency_avg, absl::Microseconds(250));
  EXPECT_EQ(server.latency_max, absl::Milliseconds(3));
  EXPECT_EQ(server.outstanding, 7);
  EXPECT_EQ(server.data_bytes, 230);
  EXPECT_EQ(server.zxid, std::nullopt);

  ZooKeeperServer old;
  EXPECT_EQ(ReadMntr(kMntr34, old), AnswerKind::kFigures);
  EXPECT_EQ(old.role, ZooKeeperRole::kStandalone);
  EXPECT_EQ(old.data_bytes, 27);
}

TEST(ServerAnswerTest, KnowsEveryRole) {
  for (const auto& [word, role] :
       {std::pair("leader", ZooKeeperRole::kLeader),
        std::pair("follower", ZooKeeperRole::kFollower),
        std::pair("observer", ZooKeeperRole::kObserver),
        std::pair("standalone", ZooKeeperRole::kStandalone),
        std::pair("read-only", ZooKeeperRole::kReadOnly)}) {
    ZooKeeperServer server;
    EXPECT_EQ(ReadSrvr("Mode: " + std::string(word) + "\n", server),
              AnswerKind::kFigures);
    EXPECT_EQ(server.role, role);
  }
  ZooKeeperServer server;
  EXPECT_EQ(ReadSrvr("Mode: emperor\n", server), AnswerKind::kUnreadable);
  EXPECT_EQ(server.role, ZooKeeperRole::kUnknown);
}

TEST(ServerAnswerTest, KeepsPreReleasesAndDropsRevisions) {
  const auto version_of = [](const std::string& text) {
    ZooKeeperServer server;
    ReadMntr("zk_version\t" + text + "\n", server);
    return server.version;
  };
  EXPECT_EQ(version_of("3.9.0-beta-1"), "3.9.0-beta-1");
  EXPECT_EQ(version_of("3.6.3--6401e4ad2087061bc6b9f80dec2d69f2e3c8660a, "
                       "built on 04/08/2021 16:35 GMT"),
            "3.6.3");
  EXPECT_EQ(version_of("<b>\x1b[2J\"3.8"), "b2J3.8");
  EXPECT_EQ(version_of(std::string(10'000, '9')).size(), 32u);
}

TEST(ServerAnswerTest, CountsOnlyWholeLines) {
  const std::string whole = kSrvr38;
  // Wherever it is cut, no number is read in part.
  for (size_t size = 0; size < whole.size(); ++size) {
    ZooKeeperServer server;
    const AnswerKind kind = ReadSrvr(whole.substr(0, size), server);
    if (server.znodes) EXPECT_EQ(server.znodes, 42) << size;
    if (server.zxid) EXPECT_EQ(server.zxid, 0x500000011) << size;
    if (server.connections) EXPECT_EQ(server.connections, 2) << size;
    EXPECT_EQ(kind == AnswerKind::kFigures,
              server.role == ZooKeeperRole::kLeader);
  }
}

TEST(ServerAnswerTest, TellsRefusalsApart) {
  ZooKeeperServer server;
  EXPECT_EQ(ReadSrvr("", server), AnswerKind::kEmpty);
  EXPECT_EQ(ReadSrvr(kNotServing, server), AnswerKind::kNotServing);
  EXPECT_EQ(ReadMntr(kNotServing, server), AnswerKind::kNotServing);
  EXPECT_EQ(ReadSrvr(NotAllowed("srvr"), server), AnswerKind::kNotAllowed);
  EXPECT_EQ(ReadMntr(NotAllowed("mntr"), server), AnswerKind::kNotAllowed);
  EXPECT_EQ(ReadSrvr("HTTP/1.1 400 Bad Request\r\nConnections: close\r\n\r\n"
                     "<html><body>Mode: leader</body></html>\n",
                     server),
            AnswerKind::kUnreadable);
  EXPECT_EQ(server.connections, std::nullopt);
  EXPECT_EQ(server.role, ZooKeeperRole::kUnknown);
}

TEST(ServerAnswerTest, LeavesOutNumbersThatAreNone) {
  for (const char* bad : {"", "-1", "nan", "inf", "1e400", "0x", "12monkeys",
                          "99999999999999999999", "1 2"}) {
    const std::string text = bad;
    ZooKeeperServer server;
    ReadSrvr("Latency min/avg/max: " + text + "/" + text + "/" + text +
                 "\nConnections: " + text + "\nOutstanding: " + text +
                 "\nZxid: " + text + "\nNode count: " + text + "\n",
             server);
    ReadMntr("zk_approximate_data_size\t" + text + "\nzk_avg_latency\t" + text +
                 "\nzk_znode_count\t" + text + "\n",
             server);
    EXPECT_FALSE(server.connections || server.outstanding || server.zxid ||
                 server.znodes || server.data_bytes)
        << bad;
    EXPECT_FALSE(server.latency_avg) << bad;
  }
  ZooKeeperServer server;
  ReadSrvr("Latency min/avg/max: 1/2\nZxid: 0x12345678901234567\n", server);
  EXPECT_FALSE(server.latency_min || server.zxid);
}

TEST(ServerAnswerTest, ATransactionBeyondTheSignIsKept) {
  ZooKeeperServer server;
  ReadSrvr("Zxid: 0xffffffff00000001\n", server);
  EXPECT_EQ(static_cast<uint64_t>(server.zxid.value()), 0xffffffff00000001u);
}

TEST(ServerAnswerTest, AnythingAtAllIsReadWithoutHarm) {
  std::mt19937 random(7);
  const std::string seeds[] = {kSrvr38, kMntr38, kSrvr39, kNotServing};
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[random() % 4];
    for (int change = random() % 8; change >= 0; --change) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 20);
          break;
        case 2:
          text.insert(at, std::string(random() % 30, "\n\t:/0-"[random() % 6]));
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
      }
      if (text.empty()) text = "\n";
    }
    ZooKeeperServer server;
    const AnswerKind srvr = ReadSrvr(text, server);
    const AnswerKind mntr = ReadMntr(text, server);
    Conclude(srvr, mntr, server);
    ASSERT_LE(server.version.size(), 32u);
    for (const char c : server.version)
      ASSERT_TRUE(absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_');
    for (const auto& number : {server.connections, server.outstanding,
                               server.znodes, server.data_bytes})
      ASSERT_GE(number.value_or(0), 0);
    for (const auto& latency :
         {server.latency_min, server.latency_avg, server.latency_max})
      if (latency) ASSERT_LT(*latency, absl::InfiniteDuration());
    ASSERT_NE(server.state, ZooKeeperServerState::kNotAsked);
    if (server.state != ZooKeeperServerState::kServing)
      ASSERT_NE(server.problem, "");
  }
}

TEST(ServerAnswerTest, AHugeAnswerIsReadInOnePass) {
  std::string huge = kSrvr38;
  while (huge.size() < (8u << 20)) huge += std::string(1000, 'x') + ": y\n";
  ZooKeeperServer server;
  EXPECT_EQ(ReadSrvr(huge, server), AnswerKind::kFigures);
  EXPECT_EQ(ReadMntr(std::string(8u << 20, 'x'), server),
            AnswerKind::kUnreadable);
}

struct Case {
  AnswerKind srvr, mntr;
  ZooKeeperServerState state;
  const char* problem;
};

TEST(ConcludeTest, SaysPlainlyWhatIsNotKnownAndWhatToDo) {
  using Kind = AnswerKind;
  using State = ZooKeeperServerState;
  const Case cases[] = {
      {Kind::kFigures, Kind::kFigures, State::kServing, ""},
      {Kind::kFigures, Kind::kEmpty, State::kServing, ""},
      {Kind::kFigures, Kind::kNotAllowed, State::kServing,
       "no data size: mntr is not in the whitelist: set "
       "4lw.commands.whitelist=srvr,mntr in its zoo.cfg"},
      {Kind::kNotAllowed, Kind::kFigures, State::kServing,
       "no zxid: srvr is not in the whitelist"},
      {Kind::kNotAllowed, Kind::kNotAllowed, State::kNotAllowed,
       "set 4lw.commands.whitelist=srvr,mntr"},
      {Kind::kNotServing, Kind::kNotServing, State::kNotServing, "no quorum"},
      {Kind::kNotAllowed, Kind::kNotServing, State::kNotServing, "no quorum"},
      {Kind::kEmpty, Kind::kEmpty, State::kNoAnswer, "maxClientCnxns"},
      {Kind::kUnreadable, Kind::kUnreadable, State::kUnreadable,
       "not that of a ZooKeeper server"},
  };
  for (const Case& c : cases) {
    ZooKeeperServer server;
    server.problem = "of before";
    Conclude(c.srvr, c.mntr, server);
    EXPECT_EQ(server.state, c.state) << c.problem;
    EXPECT_THAT(server.problem, HasSubstr(c.problem));
    EXPECT_EQ(server.problem.empty(), std::string(c.problem).empty());
  }
}

}  // namespace
}  // namespace roster::monitor
