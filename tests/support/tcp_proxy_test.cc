#include "tests/support/tcp_proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/support/echo_server.h"
#include "tests/support/eventually.h"
#include "tests/support/socket.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;

// Long enough to see that nothing arrives; failures do not depend on it.
constexpr absl::Duration kQuiet = absl::Milliseconds(100);

class TcpProxyTest : public ::testing::Test {
 protected:
  absl::StatusOr<Socket> Connect() { return Socket::Connect(proxy_.port()); }

  // Sends `text` and reads as much back.
  static absl::StatusOr<std::string> Echo(Socket& socket,
                                          const std::string& text) {
    const absl::Status sent = socket.Write(text);
    if (!sent.ok()) return sent;
    return socket.Read(text.size());
  }

  EchoServer server_;
  TcpProxy proxy_{server_.port()};
};

TEST_F(TcpProxyTest, CarriesBytesAndOrderlyEnds) {
  ASSERT_OK_AND_ASSIGN(Socket socket, Connect());
  std::string large(3 << 20, 'x');
  large.back() = 'y';

  // The echo of all of it does not fit into the buffers on the way.
  std::thread writer([&] { EXPECT_OK(socket.Write(large)); });
  ASSERT_OK_AND_ASSIGN(const std::string back, socket.Read(large.size()));
  writer.join();

  EXPECT_EQ(back, large);
  EXPECT_EQ(proxy_.bytes_to_server(), large.size());
  EXPECT_EQ(proxy_.bytes_to_client(), large.size());
  EXPECT_EQ(proxy_.accepted_connections(), 1);
  EXPECT_EQ(proxy_.open_connections(), 1);
  socket.Close();
  EVENTUALLY(proxy_.open_connections() == 0);
  EVENTUALLY(server_.open_connections() == 0);
}

TEST_F(TcpProxyTest, CutResetsBothSidesAndNewConnectionsWork) {
  ASSERT_OK_AND_ASSIGN(Socket socket, Connect());
  ASSERT_THAT(Echo(socket, "a"), IsOkAndHolds("a"));

  proxy_.Cut();

  EXPECT_THAT(socket.Read(1),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("reset")));
  EVENTUALLY(server_.open_connections() == 0);
  ASSERT_OK_AND_ASSIGN(Socket again, Connect());
  EXPECT_THAT(Echo(again, "b"), IsOkAndHolds("b"));
}

TEST_F(TcpProxyTest, RefusesNewConnectionsOnlyWhileTold) {
  ASSERT_OK_AND_ASSIGN(Socket old, Connect());
  for (int round = 0; round < 3; ++round) {
    proxy_.Refuse(true);
    EXPECT_THAT(Connect(),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("refused")));
    EXPECT_THAT(Echo(old, "a"), IsOkAndHolds("a"));

    proxy_.Refuse(false);
    ASSERT_OK_AND_ASSIGN(Socket fresh, Connect());
    EXPECT_THAT(Echo(fresh, "b"), IsOkAndHolds("b"));
  }
}

TEST_F(TcpProxyTest, BlackholeHoldsEverythingAndDeliversWhenLifted) {
  ASSERT_OK_AND_ASSIGN(Socket old, Connect());
  ASSERT_THAT(Echo(old, "a"), IsOkAndHolds("a"));

  proxy_.Blackhole(true);

  old.SetTimeout(kQuiet);
  EXPECT_THAT(Echo(old, "b"), StatusIs(absl::StatusCode::kDeadlineExceeded));
  ASSERT_OK_AND_ASSIGN(Socket fresh, Connect());
  fresh.SetTimeout(kQuiet);
  EXPECT_THAT(Echo(fresh, "c"), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(server_.received(), "a");

  proxy_.Blackhole(false);
  EVENTUALLY_THAT(old.Read(1), IsOkAndHolds("b"));
  EVENTUALLY_THAT(fresh.Read(1), IsOkAndHolds("c"));
}

TEST_F(TcpProxyTest, BlackholeOfOneDirectionLetsTheOtherPass) {
  ASSERT_OK_AND_ASSIGN(Socket socket, Connect());
  ASSERT_THAT(Echo(socket, "a"), IsOkAndHolds("a"));

  proxy_.Blackhole(true, Direction::kToClient);

  socket.SetTimeout(kQuiet);
  EXPECT_THAT(Echo(socket, "b"), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EVENTUALLY_THAT(server_.received(), ::testing::Eq("ab"));
}

TEST_F(TcpProxyTest, BlackholeHidesThatTheClientIsGone) {
  ASSERT_OK_AND_ASSIGN(Socket socket, Connect());
  ASSERT_THAT(Echo(socket, "a"), IsOkAndHolds("a"));
  proxy_.Blackhole(true);

  socket.Close();

  // The round that accepts another connection has looked at the first one too.
  ASSERT_OK_AND_ASSIGN(Socket other, Connect());
  EVENTUALLY(proxy_.accepted_connections() == 2);
  EVENTUALLY(server_.open_connections() == 2);
  proxy_.Blackhole(false);
  EVENTUALLY(server_.open_connections() == 1);
}

TEST_F(TcpProxyTest, DelaysBothDirections) {
  ASSERT_OK_AND_ASSIGN(Socket socket, Connect());
  proxy_.Delay(absl::Milliseconds(50));
  const absl::Time start = absl::Now();

  ASSERT_THAT(Echo(socket, "slow"), IsOkAndHolds("slow"));

  EXPECT_GE(absl::Now() - start, absl::Milliseconds(100));
}

TEST_F(TcpProxyTest, CutsAfterExactlySoManyClientBytes) {
  ASSERT_OK_AND_ASSIGN(Socket socket, Connect());
  proxy_.CutAfterClientBytes(5);

  ASSERT_OK(socket.Write("abc"));
  ASSERT_THAT(socket.Read(3), IsOkAndHolds("abc"));
  ASSERT_OK(socket.Write("defg"));

  EXPECT_THAT(socket.ReadAll(), StatusIs(absl::StatusCode::kUnavailable));
  EVENTUALLY_THAT(server_.received(), ::testing::Eq("abcde"));
  EVENTUALLY(server_.open_connections() == 0);
  EXPECT_EQ(proxy_.cuts_carried_out(), 1);
}

TEST_F(TcpProxyTest, CutsBeforeTheReplyToARequestThatComesInParts) {
  ASSERT_OK_AND_ASSIGN(Socket socket, Connect());
  ASSERT_THAT(Echo(socket, "needle "), IsOkAndHolds("needle "));
  proxy_.CutBeforeReply("needle");
  ASSERT_THAT(Echo(socket, "nee"), IsOkAndHolds("nee"));

  EXPECT_THAT(Echo(socket, "dle"), StatusIs(absl::StatusCode::kUnavailable));

  EXPECT_EQ(server_.received(), "needle needle");
  EXPECT_EQ(proxy_.cuts_carried_out(), 1);
}

TEST_F(TcpProxyTest, ResetsClientsWhileTheServerIsDown) {
  TcpProxy orphan(PickFreePort());
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(orphan.port()));

  EXPECT_THAT(socket.Read(1), StatusIs(absl::StatusCode::kUnavailable));

  orphan.SetServerPort(server_.port());
  ASSERT_OK_AND_ASSIGN(Socket again, Socket::Connect(orphan.port()));
  EXPECT_THAT(Echo(again, "a"), IsOkAndHolds("a"));
}

TEST(TcpProxyZkTest, CreateIsCarriedOutThoughItsReplyIsLost) {
  ZkServer& server = ZkServer::Shared();
  const std::string chroot = server.NewChroot();
  TcpProxy proxy(server.port());
  ZkProbe client(proxy.ConnectString(chroot));
  ZkProbe witness(server.ConnectString(chroot));
  ASSERT_OK(client.Connect());
  const int64_t session = client.session_id();
  proxy.CutBeforeReply("/web-01");

  EXPECT_THAT(client.Create("/web-01", "", NodeKind::kEphemeral),
              StatusIs(absl::StatusCode::kUnavailable));

  ASSERT_OK_AND_ASSIGN(const NodeStat stat, witness.Stat("/web-01"));
  EXPECT_EQ(stat.ephemeral_owner, session);
  EXPECT_TRUE(client.Exists("/web-01"));  // in the same session, resumed
  EXPECT_EQ(client.session_id(), session);
}

}  // namespace
}  // namespace roster::testing
