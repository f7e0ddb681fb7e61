// What becomes of a session when servers, networks and name servers fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/integration/zk/session_driver.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"
#include "zk/session.h"
#include "zk/status.h"

namespace roster::zk {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Pair;
using testing::SessionDriver;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TcpProxy;
using testing::WaitUntil;
using testing::ZkProbe;
using testing::ZkServer;
using testing::ZkServerOptions;

SessionOptions Options(const std::string& servers,
                       absl::Duration timeout = absl::Seconds(10)) {
  SessionOptions options;
  options.servers = servers;
  options.session_timeout = timeout;
  return options;
}

std::vector<ConnectionState> StateNames(SessionDriver& session) {
  std::vector<ConnectionState> states;
  for (const ConnectionInfo& info : session.states())
    states.push_back(info.state);
  return states;
}

// A chroot of the shared server, behind a proxy.
class SessionConnectionTest : public ::testing::Test {
 protected:
  SessionOptions ProxyOptions(absl::Duration timeout = absl::Seconds(10)) {
    return Options(proxy_.ConnectString(chroot_), timeout);
  }

  const std::string chroot_ = ZkServer::Shared().NewChroot("connection");
  ZkProbe probe_{ZkServer::Shared().ConnectString(chroot_)};
  TcpProxy proxy_{ZkServer::Shared().port()};
};

TEST(SessionStartTest, F1_ConnectsOnceTheServerIsThere) {
  const auto server = ZkServer::NotStarted();
  SessionDriver session(Options(server->ConnectString()));
  EVENTUALLY(!session.info().reason.empty());
  EXPECT_EQ(session.info().state, ConnectionState::kConnecting);
  EXPECT_EQ(session.info().generation, 0u);
  EXPECT_THAT(session.info().reason, HasSubstr("Connection refused"));
  const absl::Status refused = session.Get("/").status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(IsRetryable(refused));
  EXPECT_FALSE(IsOutcomeUnknown(refused));
  // One announcement for many failed tries.
  EXPECT_THAT(StateNames(session), ElementsAre(ConnectionState::kConnecting));

  ASSERT_OK(server->Start());
  ASSERT_TRUE(session.WaitConnected());
  EXPECT_EQ(session.info().generation, 1u);
  EXPECT_NE(session.info().session_id, 0);
  EXPECT_OK(session.Get("/"));
}

TEST_F(SessionConnectionTest, TellsTheNegotiatedTimeout) {
  SessionDriver session(ProxyOptions(absl::Milliseconds(10)));
  ASSERT_TRUE(session.WaitConnected());
  // The shared server's least.
  EXPECT_EQ(session.info().negotiated_timeout,
            testing::ZkServerOptions().min_session_timeout);
}

TEST_F(SessionConnectionTest, ResumesTheSessionAndItsWatchesAfterACut) {
  SessionDriver session(ProxyOptions());
  ASSERT_TRUE(session.WaitConnected());
  ASSERT_OK(session.Create("/e", "", CreateMode::kEphemeral));
  ASSERT_OK(session.Get("/e", /*watch=*/true));
  const ConnectionInfo before = session.info();

  proxy_.Cut();
  EVENTUALLY(session.Saw(ConnectionState::kSuspended));
  ASSERT_TRUE(session.WaitConnected());
  EXPECT_THAT(StateNames(session), ElementsAre(ConnectionState::kConnected,
                                               ConnectionState::kSuspended,
                                               ConnectionState::kConnected));
  EXPECT_EQ(session.info().generation, before.generation);
  EXPECT_EQ(session.info().session_id, before.session_id);
  EXPECT_TRUE(probe_.Exists("/e"));
  ASSERT_OK(probe_.Set("/e", "changed"));
  EVENTUALLY(session.events().size() == 1);
}

TEST_F(SessionConnectionTest, HealsAnInterruptedConnection) {
  SessionDriver session(ProxyOptions());
  ASSERT_TRUE(session.WaitConnected());
  session.OnLoop([](Session& s) { s.InterruptConnection(); });
  EVENTUALLY(session.Saw(ConnectionState::kSuspended));
  ASSERT_TRUE(session.WaitConnected());
  EXPECT_EQ(session.info().generation, 1u);
}

TEST_F(SessionConnectionTest, StartsANewGenerationAfterAnExpiry) {
  SessionDriver session(ProxyOptions());
  ASSERT_TRUE(session.WaitConnected());
  const int64_t old_id = session.info().session_id;
  ASSERT_OK(session.Create("/e", "", CreateMode::kEphemeral));
  ASSERT_OK(session.Get("/e", /*watch=*/true));

  ASSERT_OK(probe_.ExpireSession(old_id));
  EVENTUALLY(session.info().generation == 2u);
  EXPECT_THAT(
      StateNames(session),
      ElementsAre(ConnectionState::kConnected, ConnectionState::kSuspended,
                  ConnectionState::kLost, ConnectionState::kConnected));
  EXPECT_THAT(session.states()[2].reason, HasSubstr("expired"));
  EXPECT_NE(session.info().session_id, old_id);
  session.OnLoop([&](Session& s) {
    EXPECT_TRUE(s.IsFormerSession(old_id));
    EXPECT_FALSE(s.IsFormerSession(s.info().session_id));
  });
  EXPECT_FALSE(probe_.Exists("/e"));
  EXPECT_OK(session.Create("/e", "", CreateMode::kEphemeral));
}

TEST_F(SessionConnectionTest, F2_AWriteCutOffHasAnUnknownOutcome) {
  SessionDriver session(ProxyOptions());
  ASSERT_TRUE(session.WaitConnected());
  proxy_.CutBeforeReply("/written");
  const absl::Status cut = session.Create("/written", "x").status();
  EXPECT_THAT(cut, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(IsOutcomeUnknown(cut));
  EXPECT_TRUE(IsRetryable(cut));
  EXPECT_FALSE(IsSessionLost(cut));
  EVENTUALLY(probe_.Exists("/written"));
}

// The C client closes its socket inside the request function when sending
// fails, and says nothing to anybody.
TEST_F(SessionConnectionTest, EndsRequestsWhoseSendingFails) {
  SessionDriver session(ProxyOptions());
  ASSERT_TRUE(session.WaitConnected());
  std::atomic<int> ended = 0;
  std::atomic<int> unavailable = 0;
  for (int round = 1; round <= 5; ++round) {
    session.OnLoop([&](Session& s) {
      const auto done = [&](absl::StatusOr<Stat> result) {
        ++ended;
        if (absl::IsUnavailable(result.status())) ++unavailable;
      };
      s.Exists("/", 0, done);
      // The loop, which is busy here, cannot see the reset coming.
      proxy_.Cut();
      const absl::Time deadline = absl::Now() + absl::Milliseconds(50);
      while (absl::Now() < deadline && s.connected()) s.Exists("/", 0, done);
      s.Exists("/", 0, done);
    });
    EVENTUALLY(static_cast<int>(session.states().size()) >= 1 + 2 * round &&
               session.connected());
    EXPECT_OK(session.Exists("/"));
  }
  EXPECT_GT(ended, 10);
  EXPECT_EQ(session.info().generation, 1u);
}

// Lookups run on threads that nobody waits for: what they use is shared.
struct FakeNameServer {
  std::atomic<bool> dead = false;
  std::atomic<int> lookups = 0;
  std::promise<void> end;
  std::shared_future<void> ended = end.get_future().share();
};

TEST_F(SessionConnectionTest, F13_ADeadNameServerCostsNoSession) {
  const auto name_server = std::make_shared<FakeNameServer>();
  SessionOptions options = ProxyOptions();
  options.servers =
      absl::StrCat("zk.example:", proxy_.port(), ",127.0.0.1:1", chroot_);
  options.lookup =
      [name_server](
          const std::string& host) -> absl::StatusOr<std::vector<std::string>> {
    EXPECT_EQ(host, "zk.example");
    ++name_server->lookups;
    if (name_server->dead) name_server->ended.wait();
    return std::vector<std::string>{"127.0.0.1"};
  };
  {
    SessionDriver session(options);
    ASSERT_TRUE(session.WaitConnected());
    name_server->dead = true;
    // Away for long enough to look names up again.
    proxy_.Refuse(true);
    proxy_.Cut();
    EVENTUALLY(name_server->lookups == 2);
    proxy_.Refuse(false);
    ASSERT_TRUE(session.WaitConnected());
    EXPECT_EQ(session.info().generation, 1u);
    // The loop was never blocked, and the session goes while the lookup hangs.
  }
  name_server->end.set_value();
}

TEST_F(SessionConnectionTest, SaysThatANameDoesNotResolveAndTriesAgain) {
  const auto known = std::make_shared<std::atomic<bool>>(false);
  SessionOptions options = ProxyOptions();
  options.servers = absl::StrCat("nowhere.example:", proxy_.port(), chroot_);
  options.lookup =
      [known](const std::string&) -> absl::StatusOr<std::vector<std::string>> {
    if (!*known) return absl::UnavailableError("no such host nowhere.example");
    return std::vector<std::string>{"127.0.0.1"};
  };
  SessionDriver session(options);
  EVENTUALLY(session.info().reason == "no such host nowhere.example");
  *known = true;
  ASSERT_TRUE(WaitUntil([&] { return session.connected(); }, "connected",
                        absl::Seconds(20)));
}

TEST_F(SessionConnectionTest, ResolvesLocalhost) {
  SessionOptions options = ProxyOptions();
  options.servers = absl::StrCat("localhost:", proxy_.port(), chroot_);
  SessionDriver session(options);
  EXPECT_TRUE(session.WaitConnected());
}

TEST_F(SessionConnectionTest, F29_SuspendsAndResumesOverASilentNetwork) {
  SessionDriver session(ProxyOptions(absl::Seconds(2)));
  ASSERT_TRUE(session.WaitConnected());
  proxy_.Blackhole(true);
  EVENTUALLY(session.Saw(ConnectionState::kSuspended));
  EXPECT_THAT(session.info().reason, HasSubstr("no answer in time"));
  EVENTUALLY(session.Saw(ConnectionState::kLost));
  proxy_.Blackhole(false);
  ASSERT_TRUE(session.WaitConnected());
}

TEST_F(SessionConnectionTest, ASilentServerLeavesTimeForTheOthers) {
  TcpProxy silent(ZkServer::Shared().port());
  silent.Blackhole(true);
  SessionOptions options = Options(
      absl::StrCat("127.0.0.1:", silent.port(), ",127.0.0.1:", silent.port(),
                   ",127.0.0.1:", proxy_.port(), chroot_),
      absl::Seconds(3));
  SessionDriver session(options);
  ASSERT_TRUE(session.WaitConnected());
  for (int i = 0; i < 3; ++i) {
    const size_t states = session.states().size();
    session.OnLoop([](Session& s) { s.InterruptConnection(); });
    EVENTUALLY(session.states().size() >= states + 2 && session.connected());
  }
  EXPECT_EQ(session.info().generation, 1u);
}

TEST(SessionPausedServerTest, SuspendsAndThenIsLostAfterTheTimeout) {
  ZkServer server;
  SessionDriver session(Options(server.ConnectString(), absl::Seconds(2)));
  ASSERT_TRUE(session.WaitConnected());
  const absl::Duration timeout = session.info().negotiated_timeout;
  EXPECT_EQ(timeout, absl::Seconds(2));
  server.Pause();
  EVENTUALLY(session.Saw(ConnectionState::kSuspended));
  const absl::Time suspended = absl::Now();
  EVENTUALLY(session.Saw(ConnectionState::kLost));
  EXPECT_THAT(absl::Now() - suspended,
              AllOf(Ge(timeout - absl::Milliseconds(200)),
                    Le(timeout + testing::Scaled(absl::Seconds(1)))));
  EXPECT_EQ(session.info().generation, 1u);
  server.Resume();
  ASSERT_TRUE(session.WaitConnected());
}

// What a server that is just starting, or half dead, does: the kernel accepts,
// nobody answers.
TEST_F(SessionConnectionTest, F29_AnUnansweredTryToConnectIsGivenUpSoon) {
  SessionDriver session(ProxyOptions(absl::Seconds(60)));
  ASSERT_TRUE(session.WaitConnected());
  TcpProxy mute(ZkServer::Shared().port());
  mute.Blackhole(true);
  proxy_.SetServerPort(mute.port());
  proxy_.Cut();
  EVENTUALLY(mute.accepted_connections() > 0);
  proxy_.SetServerPort(ZkServer::Shared().port());

  // The C client alone would wait for 40 s.
  ASSERT_TRUE(session.WaitConnected());
  EXPECT_EQ(session.info().generation, 1u);
}

TEST(SessionServerRestartTest, F25_KeepsItsSessionOverAServerRestart) {
  ZkServer server;
  SessionDriver session(Options(server.ConnectString(), absl::Seconds(30)));
  ASSERT_TRUE(session.WaitConnected());
  ASSERT_OK(session.Create("/e", "", CreateMode::kEphemeral));
  server.Kill9();
  EVENTUALLY(session.Saw(ConnectionState::kSuspended));
  ASSERT_OK(server.Start());
  ASSERT_TRUE(session.WaitConnected());
  EXPECT_EQ(session.info().generation, 1u);
  EXPECT_OK(session.Exists("/e"));
}

TEST(SessionRefusedTest, F32_DoesNotSpinWhenTheServerRefusesConnections) {
  ZkServerOptions server_options;
  server_options.extra_config = {"maxClientCnxns=1"};
  ZkServer server(server_options);
  ZkProbe hog(server.ConnectString());
  EVENTUALLY(hog.Connect().ok());
  TcpProxy proxy(server.port());
  SessionDriver session(Options(proxy.ConnectString(), absl::Seconds(6)));
  EVENTUALLY(proxy.accepted_connections() >= 4);
  const int before = proxy.accepted_connections();
  const absl::Time start = absl::Now();
  EVENTUALLY(absl::Now() - start > absl::Seconds(2));
  // Pauses have grown to a tenth to one times 1 s by now.
  EXPECT_LE(proxy.accepted_connections() - before, 15);
  EXPECT_EQ(session.info().state, ConnectionState::kConnecting);
  EXPECT_THAT(session.info().reason, ::testing::Not(IsEmpty()));
}

TEST_F(SessionConnectionTest, ReplacesASessionThatWatchesTooMuchToResume) {
  SessionOptions options = ProxyOptions();
  options.max_resumed_watch_bytes = 30;
  SessionDriver session(options);
  ASSERT_TRUE(session.WaitConnected());
  const int64_t old_id = session.info().session_id;
  ASSERT_OK(session.Create("/w-0123456789", ""));
  ASSERT_OK(session.Get("/w-0123456789", /*watch=*/true));
  // Within the limit: resumed.
  proxy_.Cut();
  EVENTUALLY(session.states().size() == 3 && session.connected());
  EXPECT_EQ(session.info().generation, 1u);

  ASSERT_OK(session.GetChildren("/w-0123456789", /*watch=*/true));
  proxy_.Cut();
  EVENTUALLY(session.info().generation == 2u);
  session.OnLoop([&](Session& s) { EXPECT_TRUE(s.IsFormerSession(old_id)); });
  // Watches of the former session are void, for good.
  ASSERT_OK(probe_.Set("/w-0123456789", "x"));
  ASSERT_OK(session.Sync("/"));
  EXPECT_THAT(session.events(), IsEmpty());
}

TEST_F(SessionConnectionTest, ClosesItsSessionWhenDestroyed) {
  auto session = std::make_unique<SessionDriver>(ProxyOptions());
  ASSERT_TRUE(session->WaitConnected());
  ASSERT_OK(session->Create("/e", "", CreateMode::kEphemeral));
  session.reset();
  EXPECT_FALSE(probe_.Exists("/e"));
}

TEST_F(SessionConnectionTest, F15_ClosesItsSessionWithRequestsInFlight) {
  for (int round = 0; round < 10; ++round) {
    SessionDriver session(ProxyOptions());
    ASSERT_TRUE(session.WaitConnected());
    ASSERT_OK(session.Create("/e", "", CreateMode::kEphemeral));
    std::atomic<int> answers = 0;
    session.OnLoop([&](Session& s) {
      for (int i = 0; i < 500; ++i)
        s.GetChildren("/", 0, [&](absl::StatusOr<Children>) { ++answers; });
    });
    session.Destroy();
    const int at_end = answers;
    session.loop().RunAndWait([] {});
    EXPECT_EQ(answers, at_end);
    // Though answers were unread, the server has seen the goodbye.
    EVENTUALLY(!probe_.Exists("/e"));
  }
}

TEST(SessionPausedServerTest, F15_EndsInTimeWhenTheServerDoesNotAnswer) {
  ZkServer server;
  SessionDriver session(Options(server.ConnectString(), absl::Seconds(30)));
  ASSERT_TRUE(session.WaitConnected());
  server.Pause();
  const absl::Time start = absl::Now();
  session.Destroy();
  EXPECT_LE(absl::Now() - start, absl::Seconds(5));
  server.Resume();
}

TEST_F(SessionConnectionTest, MayBeDestroyedInItsOwnCallbacks) {
  for (int kind = 0; kind < 4; ++kind) {
    base::Loop loop("test");
    loop.Start();
    std::unique_ptr<Session> session;
    absl::Notification destroyed;
    const auto destroy = [&] {
      session.reset();
      destroyed.Notify();
    };
    loop.RunAndWait([&] {
      session = std::make_unique<Session>(loop, ProxyOptions());
      session->AddListener([&, kind](const ConnectionInfo& info) {
        if (info.state == ConnectionState::kSuspended) return destroy();
        if (info.state != ConnectionState::kConnected) return;
        if (kind == 0) return destroy();
        if (kind == 1) {
          session->Get("/", 0, [&](absl::StatusOr<Node>) { destroy(); });
          session->Get("/", 0, [](absl::StatusOr<Node>) {
            ADD_FAILURE() << "called after the session has gone";
          });
        } else if (kind == 2) {
          session->InterruptConnection();
        } else {
          const WatcherId watcher =
              session->AddWatcher([&](const WatchEvent&) { destroy(); });
          session->GetChildren("/", watcher, [](absl::StatusOr<Children>) {});
          session->Create("/child", "", CreateMode::kEphemeral,
                          [](absl::StatusOr<Created>) {});
        }
      });
      session->Start();
    });
    EXPECT_TRUE(destroyed.WaitForNotificationWithTimeout(
        testing::Scaled(absl::Seconds(10))))
        << "kind " << kind;
  }
}

TEST_F(SessionConnectionTest, TellsListenersUntilTheyAreRemoved) {
  SessionDriver session(ProxyOptions());
  ASSERT_TRUE(session.WaitConnected());
  std::atomic<int> first = 0;
  std::atomic<int> second = 0;
  session.OnLoop([&](Session& s) {
    auto second_id = std::make_shared<Session::ListenerId>();
    s.AddListener([&, second_id](const ConnectionInfo&) {
      ++first;
      s.RemoveListener(*second_id);
    });
    *second_id = s.AddListener([&](const ConnectionInfo&) { ++second; });
    s.InterruptConnection();
  });
  EVENTUALLY(first >= 2);
  EXPECT_EQ(second, 0);
}

TEST(SessionOptionsTest, NamesWhatIsWrong) {
  for (const char* servers :
       {"", ",", "host", "host:", "host:0", "host:65536", "host:x", ":2181",
        "host:2181,", "host:2181//a", "host:2181/a/", "::1:2181", "[::1]",
        "[x]:2181", "ho st:2181", "host:2181/../a"}) {
    EXPECT_THAT(
        Options(servers).Validate(),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("servers: ")))
        << servers;
  }
  for (const char* servers :
       {"host:2181", "a:1,b:2,c:3/x/y", "[::1]:2181/", "10.0.0.1:2181, b:1",
        "[fe80::1%eth0]:2181", "under_score.example:2181"}) {
    EXPECT_OK(Options(servers).Validate()) << servers;
  }
  EXPECT_THAT(Options("a:1", absl::ZeroDuration()).Validate(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("session_timeout")));
  SessionOptions options = Options("a:1");
  options.digest_credentials = "secret-without-colon";
  EXPECT_THAT(options.Validate(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("digest_credentials"),
                             ::testing::Not(HasSubstr("secret")))));
}

}  // namespace
}  // namespace roster::zk
