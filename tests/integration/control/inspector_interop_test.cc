// What a looker-on sees of Curator's and kazoo's recipes: Debian's, as they
// are.
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "coordination/client.h"
#include "coordination/election.h"
#include "gmock/gmock.h"
#include "tests/integration/control/inspector_fixture.h"
#include "tests/support/subprocess.h"

namespace roster::monitor {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class InspectorInteropTest : public InspectorTest {
 protected:
  ~InspectorInteropTest() override {
    EXPECT_OK(probe_.Create("/stop", "").status());
    if (process_ == nullptr) return;
    EXPECT_OK(process_->Wait(absl::Seconds(60)).status()) << process_->Stderr();
  }

  void Start(const std::string& name, std::vector<std::string> argv) {
    argv.push_back(servers());
    ASSERT_OK_AND_ASSIGN(process_, testing::Subprocess::Start({.argv = argv}));
    ASSERT_TRUE(testing::WaitUntil(
        [&] { return probe_.Exists("/ready/" + name); },
        "the other program has everything", absl::Seconds(60)))
        << process_->Stderr();
  }
  void StartCurator() {
    Start("curator",
          {"java", "-Xmx128m", "-cp", CURATOR_CLASS_PATH, CURATOR_HOLDER});
  }
  void StartKazoo() { Start("kazoo", {"/usr/bin/python3", KAZOO_HOLDER}); }

  static std::vector<std::string> DataOf(
      const std::vector<Contender>& contenders) {
    std::vector<std::string> data;
    for (const Contender& one : contenders) data.push_back(one.data.bytes);
    return data;
  }
  std::vector<std::string> Items(const std::string& path) {
    std::vector<std::string> data;
    for (const QueuedItem& item : Queue(At(path)).items)
      data.push_back(item.data.bytes);
    return data;
  }

 private:
  std::unique_ptr<testing::Subprocess> process_;
};

TEST_F(InspectorInteropTest, ReadsWhatCuratorWrites) {
  StartCurator();
  const LockInfo lock = Lock(At("/c/lock"));
  EXPECT_EQ(lock.kind, LockKind::kExclusive);
  ASSERT_THAT(lock.holders, SizeIs(1));
  ASSERT_THAT(lock.waiters, SizeIs(1));
  EXPECT_EQ(lock.waiters[0].waits_for, lock.holders[0].node);
  EXPECT_NE(lock.holders[0].session_id, 0);
  EXPECT_THAT(lock.foreign.nodes, IsEmpty());
  EXPECT_EQ(lock.name, "");

  const LockInfo rw = Lock(At("/c/rw"));
  EXPECT_EQ(rw.kind, LockKind::kReadWrite);
  EXPECT_THAT(rw.holders, SizeIs(2));
  ASSERT_THAT(rw.waiters, SizeIs(1));
  EXPECT_EQ(rw.waiters[0].role, ContenderRole::kWrite);

  // Its third lease exists and waits until there are only two.
  const LockInfo semaphore = Lock(At("/c/semaphore"));
  EXPECT_EQ(semaphore.kind, LockKind::kSemaphore);
  EXPECT_EQ(semaphore.holder_count, 3u);
  EXPECT_EQ(semaphore.waiter_count, 1u);

  const ElectionInfo latch = Election(At("/c/latch"));
  EXPECT_THAT(DataOf(latch.leader), ElementsAre("one"));
  EXPECT_THAT(DataOf(latch.candidates), ElementsAre("one", "two"));
  EXPECT_THAT(DataOf(Election(At("/c/selector")).leader), ElementsAre("three"));

  EXPECT_THAT(Items("/c/simple"), ElementsAre("a", "b"));
  EXPECT_THAT(Queue(At("/c/queue")).items,
              ElementsAre(Field(&QueuedItem::format, NodeFormat::kCurator)));
  EXPECT_THAT(Queue(At("/c/priority")).items,
              ElementsAre(Field(&QueuedItem::priority, -2),
                          Field(&QueuedItem::priority, 100)));
  EXPECT_THAT(Queue(At("/c/delay")).items,
              ElementsAre(Field(&QueuedItem::not_before,
                                absl::FromUnixMillis(4102444800000))));
  EXPECT_EQ(Barrier(At("/c/bar")).kind, BarrierKind::kBar);
  const BarrierInfo both = Barrier(At("/c/double"));
  EXPECT_EQ(both.kind, BarrierKind::kDouble);
  EXPECT_FALSE(both.open);
  EXPECT_EQ(both.entered_count, 1u);

  // All of a folder at once.
  const auto all = Ask(&Inspector::ListLocks, Folder("/c"));
  ASSERT_OK(all.status());
  EXPECT_THAT(all->infos, Contains(AllOf(Field(&LockInfo::path, "/c/lock"),
                                         Field(&LockInfo::waiter_count, 1u))));
  EXPECT_THAT(all->infos,
              Contains(AllOf(Field(&LockInfo::path, "/c/semaphore"),
                             Field(&LockInfo::kind, LockKind::kSemaphore))));
}

// What docs/coordination.md warns of: Curator's locks do not watch their own
// nodes.
TEST_F(InspectorInteropTest,
       CuratorsHolderDoesNotLearnThatItsLockWasTakenAway) {
  StartCurator();
  const LockInfo lock = Lock(At("/c/lock"));
  ASSERT_THAT(lock.holders, SizeIs(1));
  ASSERT_OK(
      ForceRelease(Release({.path = "/c/lock"}, lock.holders[0])).status());
  ASSERT_TRUE(testing::WaitUntil([&] { return probe_.Exists("/second"); },
                                 "the next one has the lock"));
  EXPECT_EQ(*probe_.Get("/second"), "true");
  const LockInfo after = Lock(At("/c/lock"));
  ASSERT_THAT(after.holders, SizeIs(1));
  EXPECT_EQ(after.holders[0].node, lock.waiters[0].node);
  EXPECT_GT(after.holders[0].czxid, lock.holders[0].czxid);
}

TEST_F(InspectorInteropTest, ReadsWhatKazooWrites) {
  Join("web-01");
  ASSERT_TRUE(
      testing::WaitUntil([&] { return stack_->status("web-01") == "UP"; }));
  StartKazoo();
  const LockInfo lock = Lock(At("/k/lock"));
  EXPECT_EQ(lock.kind, LockKind::kExclusive);
  EXPECT_THAT(DataOf(lock.holders), ElementsAre("web-01"));
  EXPECT_EQ(lock.holders[0].member, "web-01");
  EXPECT_TRUE(lock.holders[0].member_claimed);
  EXPECT_EQ(lock.holders[0].format, NodeFormat::kKazoo);
  EXPECT_THAT(DataOf(lock.waiters), ElementsAre("waiter"));

  const LockInfo rw = Lock(At("/k/rw"));
  EXPECT_EQ(rw.kind, LockKind::kReadWrite);
  EXPECT_THAT(DataOf(rw.holders), ElementsAre("reader"));
  EXPECT_THAT(DataOf(rw.waiters), ElementsAre("writer"));
  EXPECT_EQ(rw.waiters[0].role, ContenderRole::kWrite);

  const LockInfo semaphore = Lock(At("/k/semaphore"));
  EXPECT_EQ(semaphore.kind, LockKind::kSemaphore);
  EXPECT_EQ(semaphore.max_leases, 1);
  EXPECT_THAT(DataOf(semaphore.holders), ElementsAre("lessee"));
  // kazoo 2.8 writes the bytes as Python shows them.
  EXPECT_THAT(DataOf(semaphore.waiters), ElementsAre("b'waiter'"));

  const ElectionInfo election = Election(At("/k/election"));
  EXPECT_THAT(DataOf(election.leader), ElementsAre("one"));
  EXPECT_THAT(DataOf(election.candidates), ElementsAre("one", "two"));
  const auto client = *coordination::Client::Connect({.servers = servers()});
  const auto leader = coordination::Election::FindLeader(
      *client, "/k/election", absl::Now() + absl::Seconds(20));
  ASSERT_OK(leader.status());
  EXPECT_EQ(leader->id, "one");

  EXPECT_THAT(Items("/k/queue"), ElementsAre("early", "late"));
  const QueueInfo locking = Queue(At("/k/locking"));
  EXPECT_EQ(locking.length, 2u);
  EXPECT_EQ(locking.taken_count, 1u);
  ASSERT_THAT(locking.items, SizeIs(2));
  EXPECT_EQ(locking.items[0].data.bytes, "first");
  ASSERT_THAT(locking.items[0].taken_by, SizeIs(1));
  EXPECT_EQ(locking.items[0].taken_by[0].session_id,
            lock.holders[0].session_id);
  EXPECT_THAT(locking.items[1].taken_by, IsEmpty());

  EXPECT_EQ(Barrier(At("/k/bar")).kind, BarrierKind::kBar);
  EXPECT_EQ(Barrier(At("/k/double")).entered_count, 1u);
}

}  // namespace
}  // namespace roster::monitor
