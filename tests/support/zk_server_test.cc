#include "tests/support/zk_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"

namespace roster::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ZkProbeTest, ReadsBackWhatItWrites) {
  ZkServer& server = ZkServer::Shared();
  ZkProbe probe(server.ConnectString(server.NewChroot()));

  EXPECT_THAT(probe.Create("/a", "one"), IsOkAndHolds("/a"));
  EXPECT_THAT(probe.Create("/a/x-", "", NodeKind::kPersistentSequential),
              IsOkAndHolds("/a/x-0000000000"));
  EXPECT_THAT(probe.Create("/a/b", std::string("n\0l", 3)), IsOk());
  EXPECT_THAT(probe.Children("/a"),
              IsOkAndHolds(ElementsAre("b", "x-0000000000")));
  EXPECT_THAT(probe.Get("/a/b"), IsOkAndHolds(std::string("n\0l", 3)));

  ASSERT_OK_AND_ASSIGN(const NodeStat set, probe.Set("/a", "three", 0));
  EXPECT_EQ(set.version, 1);
  EXPECT_EQ(set.data_length, 5);
  EXPECT_EQ(set.num_children, 2);
  EXPECT_LT(set.czxid, set.mzxid);
  EXPECT_LT(absl::AbsDuration(absl::Now() - set.mtime), absl::Minutes(1));
  ASSERT_OK_AND_ASSIGN(const NodeStat stat, probe.Stat("/a"));
  EXPECT_EQ(stat.mzxid, set.mzxid);
}

TEST(ZkProbeTest, NamesEachRefusal) {
  ZkServer& server = ZkServer::Shared();
  ZkProbe probe(server.ConnectString(server.NewChroot()));
  ASSERT_OK(probe.CreateWithParents("/a/b/c"));
  ASSERT_OK(probe.CreateWithParents("/a/b/c"));

  EXPECT_THAT(probe.Get("/none"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("get /none")));
  EXPECT_THAT(probe.Create("/a", ""),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(probe.Set("/a", "", 5), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(probe.Delete("/a"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK(probe.MakeReadOnly("/a"));
  EXPECT_THAT(probe.Create("/a/new", ""),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(probe.Get("/a"), IsOkAndHolds(""));
  ASSERT_OK(probe.DeleteTree("/a/b/c"));
  EXPECT_FALSE(probe.Exists("/a/b/c"));
}

TEST(ZkProbeTest, ClosingDeletesEphemeralNodesAtOnce) {
  ZkServer& server = ZkServer::Shared();
  const std::string chroot = server.NewChroot();
  ZkProbe witness(server.ConnectString(chroot));
  {
    ZkProbe owner(server.ConnectString(chroot));
    ASSERT_OK(owner.Create("/e", "", NodeKind::kEphemeral));
    ASSERT_OK_AND_ASSIGN(const NodeStat stat, witness.Stat("/e"));
    EXPECT_EQ(stat.ephemeral_owner, owner.session_id());
  }
  EXPECT_FALSE(witness.Exists("/e"));
}

TEST(ZkProbeTest, AbandonedSessionExpiresOnlyAfterItsTimeout) {
  ZkServer& server = ZkServer::Shared();
  const std::string chroot = server.NewChroot();
  ZkProbe witness(server.ConnectString(chroot));
  ZkProbe owner(server.ConnectString(chroot),
                {.session_timeout = absl::Seconds(1)});
  ASSERT_OK(owner.Create("/e", "", NodeKind::kEphemeral));

  const absl::Time abandoned = absl::Now();
  owner.Abandon();

  EXPECT_TRUE(witness.Exists("/e"));
  EVENTUALLY(!witness.Exists("/e"));
  EXPECT_GT(absl::Now() - abandoned, absl::Milliseconds(600));
}

TEST(ZkProbeTest, HeartbeatsKeepAnIdleSession) {
  ZkServer& server = ZkServer::Shared();
  const std::string chroot = server.NewChroot();
  ZkProbe idle(server.ConnectString(chroot),
               {.session_timeout = absl::Milliseconds(400)});
  ZkProbe abandoned(server.ConnectString(chroot),
                    {.session_timeout = absl::Seconds(2)});
  ZkProbe witness(server.ConnectString(chroot));
  ASSERT_OK(idle.Create("/idle", "", NodeKind::kEphemeral));
  ASSERT_OK(abandoned.Create("/clock", "", NodeKind::kEphemeral));
  abandoned.Abandon();

  // The other's expiry is the clock: five timeouts of the idle one.
  EVENTUALLY(!witness.Exists("/clock"));

  EXPECT_TRUE(witness.Exists("/idle"));
}

TEST(ZkProbeTest, ExpiresAnotherSessionByItsId) {
  ZkServer& server = ZkServer::Shared();
  const std::string chroot = server.NewChroot();
  ZkProbe victim(server.ConnectString(chroot));
  ASSERT_OK(victim.Create("/e", "", NodeKind::kEphemeral));
  const int64_t id = victim.session_id();
  ZkProbe witness(server.ConnectString(chroot));

  ASSERT_OK(witness.ExpireSession(id));

  EXPECT_FALSE(witness.Exists("/e"));
  EVENTUALLY(victim.Stat("/").ok());
  EXPECT_NE(victim.session_id(), id);
  EXPECT_OK(witness.ExpireSession(id));  // gone already
}

TEST(ZkServerTest, DataAndPortSurviveKillAndRestart) {
  ZkServer server;
  const uint16_t port = server.port();
  ZkProbe probe(server.ConnectString());
  ASSERT_OK(probe.Create("/kept", "value"));

  server.Kill9();
  EXPECT_THAT(probe.Get("/kept"), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_OK(server.Start());
  EXPECT_EQ(server.port(), port);
  EXPECT_THAT(probe.Get("/kept"), IsOkAndHolds("value"));

  server.Stop();
  server.WipeData();
  ASSERT_OK(server.Start());
  ZkProbe fresh(server.ConnectString());
  EXPECT_FALSE(fresh.Exists("/kept"));
}

TEST(ZkServerTest, PausedServerAnswersNothingUntilResumed) {
  ZkServer server;
  ZkProbe probe(server.ConnectString(),
                {.request_timeout = absl::Milliseconds(300)});
  ASSERT_OK(probe.Connect());

  server.Pause();
  EXPECT_THAT(probe.Get("/"), StatusIs(absl::StatusCode::kDeadlineExceeded));

  server.Resume();
  EVENTUALLY(probe.Get("/").ok());
}

TEST(ZkServerTest, AnswersFourLetterWords) {
  EXPECT_THAT(ZkServer::Shared().FourLetterWord("srvr"),
              IsOkAndHolds(HasSubstr("Mode: standalone")));
}

TEST(ZkServerTest, AStartThatFailsSaysSoAndShowsTheLog) {
  auto server =
      ZkServer::NotStarted({.extra_config = {"syncLimit=not-a-number"}});

  EXPECT_THAT(server->Start(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(server->Log(), HasSubstr("not-a-number"));
}

}  // namespace
}  // namespace roster::testing
