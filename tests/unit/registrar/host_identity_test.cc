#include "registrar/host_identity.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/eventually.h"

namespace roster::registrar {
namespace {

TEST(HostIdentityTest, ThisProcessIsIdentifiedAndAlive) {
  const model::Writer self = ThisWriter();

  EXPECT_EQ(self.host_id.size(), 36u);  // a UUID as text
  EXPECT_EQ(self.host_id[14], '5');     // of version 5
  EXPECT_EQ(self.pid, getpid());
  EXPECT_FALSE(self.pid_started.empty());
  EXPECT_EQ(self, ThisWriter());
  EXPECT_FALSE(IsDeadHere(self, self));
}

TEST(HostIdentityTest, IncarnationsDiffer) {
  EXPECT_NE(NewIncarnation(), NewIncarnation());
}

TEST(HostIdentityTest, ReusedPidIsAnotherProcess) {
  const model::Writer self = ThisWriter();
  model::Writer former = self;
  former.pid_started = "1";

  EXPECT_TRUE(IsDeadHere(former, self));
}

TEST(HostIdentityTest, ProcessOfAnotherHostIsNeverDeadHere) {
  const model::Writer self = ThisWriter();
  model::Writer other = self;
  other.host_id = "another";
  other.pid_started = "1";
  EXPECT_FALSE(IsDeadHere(other, self));

  // Hosts that cannot be told apart are not the same host.
  model::Writer nameless = self;
  nameless.host_id.clear();
  other.host_id.clear();
  EXPECT_FALSE(IsDeadHere(other, nameless));
}

TEST(HostIdentityTest, SenselessPidsCountAsAlive) {
  const model::Writer self = ThisWriter();
  for (const int64_t pid : {int64_t{0}, int64_t{-1}, int64_t{1} << 40}) {
    model::Writer other = self;
    other.pid = pid;
    EXPECT_FALSE(IsDeadHere(other, self)) << pid;
  }
}

TEST(HostIdentityTest, StoppedProcessIsAliveAndAZombieAndAReapedOneAreDead) {
  const model::Writer self = ThisWriter();
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  model::Writer other = self;
  other.pid = child;
  other.pid_started.clear();
  kill(child, SIGSTOP);
  EXPECT_FALSE(IsDeadHere(other, self));

  kill(child, SIGKILL);
  EXPECT_TRUE(testing::WaitUntil([&] { return IsDeadHere(other, self); },
                                 "the zombie is seen"));
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(IsDeadHere(other, self));
}

}  // namespace
}  // namespace roster::registrar
