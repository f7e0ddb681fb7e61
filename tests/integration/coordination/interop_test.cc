// Our recipes, Curator's and kazoo's contend on the same paths, at the same
// time. The witness of exclusion is a counter that is not written atomically.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordination/lock.h"
#include "coordination/queue.h"
#include "coordination/read_write_lock.h"
#include "coordination/semaphore.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/subprocess.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using testing::ExitStatus;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::Subprocess;
using testing::ZkProbe;
using testing::ZkServer;

constexpr int kTurns = 25;
constexpr int kOurThreads = 3;

class InteropTest : public ::testing::Test {
 protected:
  InteropTest() {
    EXPECT_OK(probe_.Create("/count", "0"));
    EXPECT_OK(probe_.Create("/count2", "0"));
  }

  // Debian's Curator. Java compiles the one source file by itself.
  void StartCurator(const std::string& recipe, const std::string& path,
                    int turns = kTurns) {
    Start("curator",
          {"java", "-Xmx128m", "-cp", CURATOR_CLASS_PATH, CURATOR_PEER,
           servers_, recipe, path, absl::StrCat(turns)});
  }
  void StartKazoo(const std::string& recipe, const std::string& path,
                  int turns = kTurns) {
    Start("kazoo", {"/usr/bin/python3", KAZOO_PEER, servers_, recipe, path,
                    absl::StrCat(turns)});
  }

  // Lets the other program begin, and runs `turns` beside it in several threads
  // of ours.
  void Contend(const std::function<void(ZkProbe&)>& turns,
               int our_threads = kOurThreads) {
    ASSERT_TRUE(
        testing::WaitUntil([&] { return probe_.Exists("/ready/" + name_); },
                           "the other program is ready", absl::Seconds(60)))
        << process_->Stderr();
    std::vector<std::thread> threads;
    for (int i = 0; i < our_threads; ++i)
      threads.emplace_back([&] {
        ZkProbe probe(servers_);
        while (!probe_.Exists("/go")) absl::SleepFor(absl::Milliseconds(1));
        turns(probe);
      });
    ASSERT_OK(probe_.Create("/go", ""));
    for (std::thread& thread : threads) thread.join();
    const auto status = process_->Wait(absl::Seconds(60));
    ASSERT_OK(status);
    EXPECT_EQ(*status, ExitStatus{}) << process_->Stderr();
  }

  // Items that the other program took from a queue.
  std::vector<std::string> TheirItems() {
    std::vector<std::string> items;
    std::istringstream out(process_->Stdout());
    for (std::string word, item; out >> word >> item;) items.push_back(item);
    return items;
  }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};
  Peer peer_{servers_};

 private:
  void Start(const std::string& name, std::vector<std::string> argv) {
    name_ = name;
    auto process = Subprocess::Start({.argv = std::move(argv)});
    ASSERT_OK(process);
    process_ = *std::move(process);
  }

  std::string name_;
  std::unique_ptr<Subprocess> process_;
};

class LockInteropTest : public InteropTest {
 protected:
  void Run() {
    Lock lock(peer_, {.path = "/lock"});
    Contend([&](ZkProbe& probe) {
      for (int i = 0; i < kTurns; ++i) {
        ASSERT_OK(lock.Acquire(Patience(absl::Minutes(1))));
        CountUp(probe, "/count");
        ASSERT_OK(lock.Release());
      }
    });
    EXPECT_EQ(*probe_.Get("/count"), absl::StrCat((kOurThreads + 1) * kTurns));
    EXPECT_THAT(*probe_.Children("/lock"), IsEmpty());
  }
};

TEST_F(LockInteropTest, ExcludesCurator) {
  StartCurator("lock", "/lock");
  Run();
}

TEST_F(LockInteropTest, ExcludesKazoo) {
  StartKazoo("lock", "/lock");
  Run();
}

class ReadWriteLockInteropTest : public InteropTest {
 protected:
  void Run() {
    ReadWriteLock lock(peer_, {.path = "/lock"});
    Contend([&](ZkProbe& probe) {
      for (int i = 0; i < kTurns; ++i) {
        ASSERT_OK(lock.AcquireWrite(Patience(absl::Minutes(1))));
        CountUp(probe, "/count");
        CountUp(probe, "/count2");
        // Some write again at once, some read on.
        if (i % 2 == 0) {
          ASSERT_OK(lock.AcquireRead(Patience()));
        }
        ASSERT_OK(lock.ReleaseWrite());
        if (i % 2 != 0) {
          ASSERT_OK(lock.AcquireRead(Patience(absl::Minutes(1))));
        }
        EXPECT_EQ(*probe.Get("/count"), *probe.Get("/count2"));
        ASSERT_OK(lock.ReleaseRead());
      }
    });
    EXPECT_EQ(*probe_.Get("/count"), absl::StrCat((kOurThreads + 1) * kTurns));
    EXPECT_THAT(*probe_.Children("/lock"), IsEmpty());
  }
};

TEST_F(ReadWriteLockInteropTest, ExcludesCurator) {
  StartCurator("read_write_lock", "/lock");
  Run();
}

TEST_F(ReadWriteLockInteropTest, ExcludesKazoo) {
  StartKazoo("read_write_lock", "/lock");
  Run();
}

TEST_F(InteropTest, SemaphoreIsSharedWithCurator) {
  StartCurator("semaphore", "/semaphore");
  Semaphore semaphore(peer_, {.path = "/semaphore", .max_leases = 1});

  Contend([&](ZkProbe& probe) {
    for (int i = 0; i < kTurns; ++i) {
      auto lease = semaphore.Acquire(Patience(absl::Minutes(1)));
      ASSERT_OK(lease);
      CountUp(probe, "/count");
      ASSERT_OK(lease->Return(Patience()));
    }
  });

  EXPECT_EQ(*probe_.Get("/count"), absl::StrCat((kOurThreads + 1) * kTurns));
  EXPECT_THAT(*probe_.Children("/semaphore/leases"), IsEmpty());
}

class QueueInteropTest : public InteropTest {
 protected:
  Queue queue_{peer_, {.path = "/queue"}};
};

TEST_F(QueueInteropTest, TakesWhatCuratorPut) {
  ASSERT_OK(probe_.CreateWithParents("/queue/entries"));
  StartCurator("queue_put", "/queue/entries");
  std::vector<std::string> ours;

  Contend(
      [&](ZkProbe&) {
        for (int i = 0; i < kTurns; ++i) {
          auto item = queue_.Take(Patience());
          ASSERT_OK(item);
          ours.push_back(item->data());
          ASSERT_OK(item->Done(Patience()));
        }
      },
      1);

  ASSERT_THAT(ours, SizeIs(kTurns));
  for (int i = 0; i < kTurns; ++i)
    EXPECT_EQ(ours[i], absl::StrCat("curator-", i));
}

TEST_F(QueueInteropTest, SharesItsItemsWithCurator) {
  ASSERT_OK(probe_.CreateWithParents("/queue/entries"));
  StartCurator("queue_take", "/queue/entries");
  base::Mutex mu;
  std::map<std::string, int> taken;

  Contend([&](ZkProbe&) {
    for (int i = 0; i < kTurns; ++i)
      ASSERT_OK(queue_.Put(absl::StrCat("ours-", i), Patience()));
    // Some for the other, which takes kTurns of them.
    for (int i = 0; i < kTurns * (kOurThreads - 1) / kOurThreads; ++i) {
      const auto item = queue_.Pop(Patience());
      ASSERT_OK(item);
      base::MutexLock lock(&mu);
      ++taken[*item];
    }
  });
  int theirs = 0, ours = 0;
  for (const auto& [item, times] : taken) ours += times;
  for (const std::string& item : TheirItems()) {
    ++theirs;
    ++taken[item];
  }

  EXPECT_EQ(theirs, kTurns);
  // Each of ours put every item once; nothing was taken twice or lost.
  const auto left = probe_.Children("/queue/entries");
  EXPECT_EQ(ours + theirs + static_cast<int>(left->size()),
            kOurThreads * kTurns);
  for (const auto& [item, times] : taken) EXPECT_LE(times, kOurThreads) << item;
  EXPECT_THAT(*probe_.Children("/queue/taken"), IsEmpty());
}

TEST_F(QueueInteropTest, SharesSafeTakesWithKazoo) {
  ASSERT_OK(probe_.CreateWithParents("/queue/taken"));
  StartKazoo("queue", "/queue");
  base::Mutex mu;
  std::map<std::string, int> taken;

  Contend(
      [&](ZkProbe&) {
        for (int i = 0; i < kTurns; ++i)
          ASSERT_OK(queue_.Put(absl::StrCat("ours-", i), Patience()));
        while (true) {
          auto item = queue_.Take(absl::Now() + absl::Seconds(2));
          if (!item.ok()) return;
          ASSERT_OK(item->Done(Patience()));
          base::MutexLock lock(&mu);
          ++taken[item->data()];
        }
      },
      1);
  for (const std::string& item : TheirItems()) ++taken[item];

  EXPECT_THAT(taken, SizeIs(2 * kTurns));
  for (const auto& [item, times] : taken) EXPECT_EQ(times, 1) << item;
  EXPECT_THAT(*probe_.Children("/queue/entries"), IsEmpty());
  EXPECT_THAT(*probe_.Children("/queue/taken"), IsEmpty());
}

}  // namespace
}  // namespace roster::coordination
