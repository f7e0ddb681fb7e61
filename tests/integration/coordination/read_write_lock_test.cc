// ReadWriteLock on a real server.
#include "coordination/read_write_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::ZkProbe;
using testing::ZkServer;
using enum absl::StatusCode;

class ReadWriteLockTest : public ::testing::Test {
 protected:
  std::vector<std::string> Line() {
    auto children = probe_.Children("/lock");
    return children.ok() ? *children : std::vector<std::string>();
  }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};
  Peer one_{servers_};
  Peer two_{servers_};
  ReadWriteLock lock_{one_, {.path = "/lock"}};
  ReadWriteLock other_{two_, {.path = "/lock"}};
};

TEST_F(ReadWriteLockTest, ReadersShareAndAWriterWaitsForAll) {
  ASSERT_OK(lock_.AcquireRead(Patience()));
  ASSERT_OK(other_.AcquireRead(Patience()));
  std::atomic<bool> written = false;
  std::thread writer([&] {
    ASSERT_OK(other_.AcquireWrite(Patience()));
    written = true;
    ASSERT_OK(other_.ReleaseWrite());
  });
  EVENTUALLY_THAT(Line(), SizeIs(3));

  ASSERT_OK(lock_.ReleaseRead());
  EXPECT_FALSE(written);
  ASSERT_OK(other_.ReleaseRead());
  writer.join();

  EXPECT_TRUE(written);
  EXPECT_THAT(Line(), IsEmpty());
}

TEST_F(ReadWriteLockTest, AWriterKeepsEverybodyOut) {
  ASSERT_OK(lock_.AcquireWrite(Patience()));

  EXPECT_THAT(other_.TryAcquireRead(Patience()), StatusIs(kResourceExhausted));
  EXPECT_THAT(other_.TryAcquireWrite(Patience()), StatusIs(kResourceExhausted));
  ASSERT_OK(lock_.ReleaseWrite());

  EXPECT_OK(other_.TryAcquireWrite(Patience()));
}

TEST_F(ReadWriteLockTest, F70_UpgradeIsRefused) {
  ASSERT_OK(lock_.AcquireRead(Patience()));

  EXPECT_THAT(lock_.AcquireWrite(Patience()), StatusIs(kFailedPrecondition));

  EXPECT_TRUE(lock_.read_grant().may_act());
  EXPECT_THAT(Line(), SizeIs(1));
}

TEST_F(ReadWriteLockTest, F70_DowngradeLetsReadersInButNoWriter) {
  ASSERT_OK(lock_.AcquireWrite(Patience()));
  std::atomic<bool> written = false;
  std::thread writer([&] {
    ASSERT_OK(other_.AcquireWrite(Patience()));
    written = true;
    ASSERT_OK(other_.ReleaseWrite());
  });
  EVENTUALLY_THAT(Line(), SizeIs(2));

  ASSERT_OK(lock_.AcquireRead(Patience()));
  ASSERT_OK(lock_.AcquireWrite(Patience()));  // it writes, so it may again
  ASSERT_OK(lock_.ReleaseWrite());
  ASSERT_OK(lock_.ReleaseWrite());
  EXPECT_TRUE(lock_.read_grant().may_act());
  EXPECT_FALSE(written);
  EXPECT_THAT(Line(), SizeIs(2));
  ASSERT_OK(lock_.ReleaseRead());
  writer.join();

  EXPECT_TRUE(written);
}

// The bound: whoever comes after a waiting writer waits for it.
TEST_F(ReadWriteLockTest, F70_LaterReadersDoNotOvertakeAWaitingWriter) {
  ASSERT_OK(lock_.AcquireRead(Patience()));
  std::thread writer([&] {
    ASSERT_OK(other_.AcquireWrite(Patience()));
    ASSERT_OK(other_.ReleaseWrite());
  });
  EVENTUALLY_THAT(Line(), SizeIs(2));

  std::thread reader([&] {
    EXPECT_THAT(lock_.TryAcquireRead(Patience()), StatusIs(kResourceExhausted));
  });
  reader.join();
  ASSERT_OK(lock_.AcquireRead(Patience()));  // re-entrant all the same
  ASSERT_OK(lock_.ReleaseRead());
  ASSERT_OK(lock_.ReleaseRead());
  writer.join();
}

TEST_F(ReadWriteLockTest, NextGoesOnWhenTheWritersSessionIsKilled) {
  ASSERT_OK_AND_ASSIGN(const Grant writer, lock_.AcquireWrite(Patience()));

  one_.Expire(probe_);
  ASSERT_OK_AND_ASSIGN(const Grant reader, other_.AcquireRead(Patience()));

  EXPECT_GT(reader.token(), writer.token());
  EVENTUALLY(writer.state() == GrantState::kLost);
  EXPECT_THAT(lock_.ReleaseWrite(), StatusIs(kAborted));
}

TEST_F(ReadWriteLockTest, ReadersNeverSeeHalfOfAWrite) {
  ASSERT_OK(probe_.Create("/a", "0"));
  ASSERT_OK(probe_.Create("/b", "0"));
  constexpr int kTurns = 15;
  std::vector<std::thread> threads;
  for (ReadWriteLock* lock : {&lock_, &other_}) {
    threads.emplace_back([&, lock] {
      ZkProbe probe(servers_);
      for (int i = 0; i < kTurns; ++i) {
        ASSERT_OK(lock->AcquireWrite(Patience(absl::Minutes(1))));
        CountUp(probe, "/a");
        CountUp(probe, "/b");
        ASSERT_OK(lock->ReleaseWrite());
      }
    });
    threads.emplace_back([&, lock] {
      ZkProbe probe(servers_);
      for (int i = 0; i < kTurns; ++i) {
        ASSERT_OK(lock->AcquireRead(Patience(absl::Minutes(1))));
        EXPECT_EQ(*probe.Get("/a"), *probe.Get("/b"));
        ASSERT_OK(lock->ReleaseRead());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(*probe_.Get("/a"), absl::StrCat(2 * kTurns));
  EXPECT_THAT(Line(), IsEmpty());
}

}  // namespace
}  // namespace roster::coordination
