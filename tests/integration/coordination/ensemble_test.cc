// Lock, Election and Queue on a real ensemble whose leader is killed, again and
// again: never two holders by token, no orphans, no lost item.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordination/election.h"
#include "coordination/lock.h"
#include "coordination/queue.h"
#include "model/designation.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/zk_ensemble.h"

namespace roster::coordination {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::WaitUntil;
using testing::ZkEnsemble;
using testing::ZkProbe;

constexpr int kPeers = 3;
constexpr int kKills = 3;

class EnsembleTest : public ::testing::Test {
 protected:
  // Kills the ensemble's leader and starts it again, kKills times, and lets
  // `progressed` come true after each.
  void KillLeaders(const std::function<bool()>& progressed) {
    for (int i = 0; i < kKills; ++i) {
      EVENTUALLY(ensemble_.Leader() >= 0);
      ensemble_.server(ensemble_.Leader()).Kill9();
      ASSERT_TRUE(WaitUntil(progressed, "progress without the leader",
                            absl::Seconds(40)));
      ASSERT_OK(ensemble_.StartAll());
    }
  }
  // Children, once the ensemble answers.
  std::vector<std::string> Children(const std::string& path) {
    ZkProbe probe(ensemble_.server(0).ConnectString());
    absl::StatusOr<std::vector<std::string>> children;
    EXPECT_TRUE(WaitUntil([&] {
      children = probe.Children(path);
      return children.ok();
    }));
    return *children;
  }

  ZkEnsemble ensemble_{kPeers};
};

TEST_F(EnsembleTest, LockHasOneHolderWhileLeadersDie) {
  std::atomic<bool> stop = false;
  std::atomic<int> turns = 0, inside = 0;
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::thread> threads;
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(
        std::make_unique<Peer>(ensemble_.ConnectString(), absl::Seconds(8)));
    threads.emplace_back([&, i, peer = peers.back().get()] {
      Lock lock(*peer, {.path = "/lock", .data = absl::StrCat(i)});
      int64_t last = 0;
      while (!stop) {
        const auto grant =
            lock.Acquire(absl::Now() + testing::Scaled(absl::Seconds(3)));
        if (!grant.ok()) continue;
        EXPECT_GT(grant->token(), last);
        last = grant->token();
        // Nobody else is inside while this one may act.
        ++inside;
        if (grant->may_act()) {
          const int now = inside;
          EXPECT_TRUE(now == 1 || !grant->may_act()) << now;
        }
        --inside;
        ++turns;
        (void)lock.Release();
      }
    });
  }
  EVENTUALLY(turns > 10);

  KillLeaders([&, before = turns.load()]() mutable {
    if (turns < before + 20) return false;
    before = turns;
    return true;
  });
  stop = true;
  for (std::thread& thread : threads) thread.join();

  EVENTUALLY_THAT(Children("/lock"), IsEmpty());
}

TEST_F(EnsembleTest, ElectionHasOneLeaderWhileLeadersDie) {
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::unique_ptr<Election>> elections;
  base::Mutex mu;
  std::vector<int64_t> tokens;  // in the order of election
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(
        std::make_unique<Peer>(ensemble_.ConnectString(), absl::Seconds(8)));
    elections.push_back(std::make_unique<Election>(
        *peers[i],
        ElectionOptions{.path = "/election",
                        .on_change = [&](const Grant& grant, GrantState state) {
                          if (state != GrantState::kHeld) return;
                          base::MutexLock lock(&mu);
                          tokens.push_back(grant.token());
                        }}));
    elections[i]->Join();
  }
  auto leaders = [&] {
    return std::count_if(
        elections.begin(), elections.end(),
        [](const auto& election) { return election->grant().may_act(); });
  };
  EVENTUALLY(leaders() == 1);

  KillLeaders([&] {
    const auto now = leaders();
    EXPECT_LE(now, 1);
    return now == 1;
  });

  EVENTUALLY_THAT(Children("/election"), SizeIs(kPeers));
  base::MutexLock lock(&mu);
  EXPECT_TRUE(std::is_sorted(tokens.begin(), tokens.end()));
}

// The same, while an operator changes his mind about who should lead.
TEST_F(EnsembleTest, DesignationsAreObeyedWhileLeadersDie) {
  const std::string node = "/designation";
  Peer boss(ensemble_.ConnectString(), absl::Seconds(8));
  const auto designate = [&](int i) {
    const std::string data = model::SerializeDesignation(
        {.version = 1,
         .leaders = {absl::StrCat(i), absl::StrCat((i + 1) % kPeers)}});
    zk::BlockingSession& session = boss.client().blocking();
    EVENTUALLY(session.CreateWithParents(node, Patience()).ok());
    EVENTUALLY(session.Set(node, data, zk::kAnyVersion, Patience()).ok());
  };
  designate(0);
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::unique_ptr<Election>> elections;
  base::Mutex mu;
  std::vector<int64_t> tokens;  // in the order of election
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(
        std::make_unique<Peer>(ensemble_.ConnectString(), absl::Seconds(8)));
    elections.push_back(std::make_unique<Election>(
        *peers[i],
        ElectionOptions{.path = "/election",
                        .data = absl::StrCat(i),
                        .designation = node,
                        .on_change = [&](const Grant& grant, GrantState state) {
                          if (state != GrantState::kHeld) return;
                          base::MutexLock lock(&mu);
                          tokens.push_back(grant.token());
                        }}));
    elections[i]->Join();
  }
  const auto leads = [&](int i) { return elections[i]->grant().may_act(); };
  EVENTUALLY(leads(0));

  int wanted = 0;
  KillLeaders([&, told = false]() mutable {
    if (!std::exchange(told, true)) {
      wanted = (wanted + 1) % kPeers;
      designate(wanted);
    }
    int acting = 0;
    for (int i = 0; i < kPeers; ++i) acting += leads(i) ? 1 : 0;
    EXPECT_LE(acting, 1);
    if (!leads(wanted)) return false;
    told = false;
    return true;
  });

  EVENTUALLY_THAT(Children("/election"), SizeIs(kPeers));
  base::MutexLock lock(&mu);
  EXPECT_TRUE(std::is_sorted(tokens.begin(), tokens.end()));
}

TEST_F(EnsembleTest, QueueLosesNoItemWhileLeadersDie) {
  Peer producer(ensemble_.ConnectString(), absl::Seconds(8));
  std::atomic<bool> stop = false, drained = false;
  std::atomic<int> dealt = 0;
  base::Mutex mu;
  std::map<std::string, int> done;     // times each item was finished
  std::set<std::string> acknowledged;  // by Put()
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      Peer peer(ensemble_.ConnectString(), absl::Seconds(8));
      Queue queue(peer, {.path = "/queue"});
      while (!drained) {
        auto item = queue.Take(absl::Now() + absl::Seconds(1));
        if (!item.ok()) continue;
        if (!item->Done(Patience()).ok()) continue;
        base::MutexLock lock(&mu);
        ++done[item->name()];
        ++dealt;
      }
    });
  threads.emplace_back([&] {
    Queue queue(producer, {.path = "/queue"});
    for (int i = 0; !stop; ++i) {
      auto name = queue.Put(absl::StrCat(i), Patience());
      absl::SleepFor(absl::Milliseconds(2));  // a producer's own pace
      if (!name.ok()) continue;
      base::MutexLock lock(&mu);
      acknowledged.insert(*name);
    }
  });
  EVENTUALLY(dealt > 10);

  KillLeaders([&, before = dealt.load()]() mutable {
    if (dealt < before + 20) return false;
    before = dealt;
    return true;
  });
  stop = true;
  threads.back().join();
  threads.pop_back();
  EVENTUALLY_THAT(Children("/queue/entries"), IsEmpty());
  drained = true;
  for (std::thread& thread : threads) thread.join();

  base::MutexLock lock(&mu);
  for (const std::string& name : acknowledged) EXPECT_EQ(done[name], 1) << name;
  EVENTUALLY_THAT(Children("/queue/taken"), IsEmpty());
}

}  // namespace
}  // namespace roster::coordination
