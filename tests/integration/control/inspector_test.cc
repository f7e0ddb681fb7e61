// What a looker-on sees of our own recipes, on a real ZooKeeper.
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "coordination/barrier.h"
#include "coordination/count_barrier.h"
#include "coordination/election.h"
#include "coordination/lock.h"
#include "coordination/queue.h"
#include "coordination/read_write_lock.h"
#include "coordination/semaphore.h"
#include "coordination/static_election.h"
#include "gmock/gmock.h"
#include "tests/integration/control/inspector_fixture.h"

namespace roster::monitor {
namespace {

using ::roster::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Code = absl::StatusCode;
using coordination::Patience;
using coordination::Peer;

TEST_F(InspectorTest, ShowsWhoHasALockAndWhoWaits) {
  Peer first(servers());
  Peer second(servers());
  ASSERT_TRUE(first.WaitConnected());
  // A service that lends its registrar's session to its locks.
  ASSERT_OK(first.client()
                .blocking()
                .Create("/clusterServer/web-01", "{}",
                        zk::CreateMode::kEphemeral, Patience())
                .status());
  Join("web-02");
  ASSERT_TRUE(testing::WaitUntil([&] {
    return stack_->status("web-01") == "UP" && stack_->status("web-02") == "UP";
  }));
  const std::string path = paths_.locks + "/reports";
  coordination::Lock held(first, {.path = path, .data = "anything"});
  ASSERT_OK_AND_ASSIGN(const auto grant, held.Acquire(Patience()));
  coordination::Lock wanted(second, {.path = path, .data = "web-02"});
  std::thread waiter([&] { EXPECT_OK(wanted.Acquire(Patience()).status()); });
  ASSERT_TRUE(testing::WaitUntil(
      [&] { return Lock(Named("reports")).waiter_count == 1; }));
  ASSERT_OK(probe_.Create(path + "/junk", "").status());

  const LockInfo lock = Lock(Named("reports"));
  EXPECT_EQ(lock.name, "reports");
  EXPECT_EQ(lock.path, path);
  EXPECT_EQ(lock.kind, LockKind::kExclusive);
  EXPECT_EQ(lock.holder_count, 1u);
  ASSERT_THAT(lock.holders, SizeIs(1));
  const Contender& holder = lock.holders[0];
  EXPECT_EQ(holder.path, grant.node_path());
  EXPECT_EQ(holder.czxid, grant.token());
  EXPECT_EQ(holder.session_id, first.info().session_id);
  EXPECT_EQ(holder.data.bytes, "anything");
  EXPECT_EQ(holder.member, "web-01");
  EXPECT_FALSE(holder.member_claimed);
  EXPECT_EQ(holder.waits_for, "");
  EXPECT_EQ(holder.format, NodeFormat::kCurator);
  ASSERT_THAT(lock.waiters, SizeIs(1));
  EXPECT_EQ(lock.waiters[0].session_id, second.info().session_id);
  EXPECT_EQ(lock.waiters[0].waits_for, holder.node);
  EXPECT_EQ(lock.waiters[0].member, "web-02");
  EXPECT_TRUE(lock.waiters[0].member_claimed);
  EXPECT_GT(lock.waiters[0].sequence, holder.sequence);
  EXPECT_THAT(lock.foreign.nodes, ElementsAre("junk"));
  EXPECT_EQ(Lock(At(path)).name, "reports");

  EXPECT_OK(held.Release());
  waiter.join();
  const LockInfo after = Lock(Named("reports"));
  ASSERT_THAT(after.holders, SizeIs(1));
  EXPECT_EQ(after.holders[0].data.bytes, "web-02");
  EXPECT_THAT(after.waiters, IsEmpty());
}

TEST_F(InspectorTest, ShowsReadersWritersAndLeases) {
  Peer peer(servers());
  coordination::ReadWriteLock lock(peer, {.path = paths_.locks + "/rw"});
  ASSERT_OK(lock.AcquireRead(Patience()).status());
  std::thread writer([&] {
    EXPECT_OK(lock.AcquireWrite(Patience()).status());
    EXPECT_OK(lock.ReleaseWrite());
  });
  ASSERT_TRUE(
      testing::WaitUntil([&] { return Lock(Named("rw")).waiter_count == 1; }));
  const LockInfo rw = Lock(Named("rw"));
  EXPECT_EQ(rw.kind, LockKind::kReadWrite);
  EXPECT_THAT(rw.holders,
              ElementsAre(Field(&Contender::role, ContenderRole::kRead)));
  EXPECT_THAT(rw.waiters,
              ElementsAre(Field(&Contender::role, ContenderRole::kWrite)));
  ASSERT_OK(lock.ReleaseRead());
  writer.join();

  coordination::Semaphore semaphore(
      peer, {.path = paths_.locks + "/slots", .max_leases = 2});
  ASSERT_OK_AND_ASSIGN(auto one, semaphore.Acquire(Patience()));
  ASSERT_OK_AND_ASSIGN(auto two, semaphore.Acquire(Patience()));
  const LockInfo slots = Lock(Named("slots"));
  EXPECT_EQ(slots.kind, LockKind::kSemaphore);
  EXPECT_THAT(slots.holders,
              ElementsAre(Field(&Contender::path, one.grant().node_path()),
                          Field(&Contender::path, two.grant().node_path())));
  EXPECT_EQ(slots.max_leases, 0);

  const auto all = Ask(&Inspector::ListLocks, Folder());
  ASSERT_OK(all.status());
  ASSERT_THAT(all->infos, ElementsAre(Field(&LockInfo::name, "rw"),
                                      Field(&LockInfo::name, "slots")));
  EXPECT_THAT(all->infos[0].holders, IsEmpty());
  EXPECT_EQ(all->infos[1].holder_count, 2u);
  EXPECT_THAT(all->infos[1].holders, SizeIs(1));
  EXPECT_EQ(all->next_after, "");
  FolderQuery query = Folder(paths_.locks);
  query.limit = 1;
  const auto first = Ask(&Inspector::ListLocks, query);
  ASSERT_OK(first.status());
  EXPECT_THAT(first->infos, ElementsAre(Field(&LockInfo::name, "rw")));
  query.after = first->next_after;
  const auto second = Ask(&Inspector::ListLocks, query);
  ASSERT_OK(second.status());
  EXPECT_THAT(second->infos, ElementsAre(Field(&LockInfo::name, "slots")));
  EXPECT_EQ(second->next_after, "");
}

TEST_F(InspectorTest, ShowsLeadersAndCandidates) {
  Peer peer(servers());
  coordination::Election one(
      peer, {.path = paths_.elections + "/reporter", .data = "web-01"});
  ASSERT_OK(one.Campaign(Patience()));
  coordination::Election two(
      peer, {.path = paths_.elections + "/reporter", .data = "web-02"});
  two.Join();
  ASSERT_TRUE(testing::WaitUntil(
      [&] { return Election(Named("reporter")).candidate_count == 2; }));
  const ElectionInfo election = Election(Named("reporter"));
  EXPECT_EQ(election.kind, ElectionKind::kLine);
  ASSERT_THAT(election.leader, SizeIs(1));
  EXPECT_EQ(election.leader[0].czxid, one.grant().token());
  EXPECT_EQ(election.leader[0].data.bytes, "web-01");
  ASSERT_THAT(election.candidates, SizeIs(2));
  EXPECT_EQ(election.candidates[1].waits_for, election.leader[0].node);
  // The monitors' own.
  EXPECT_EQ(Election(At(paths_.monitors)).candidate_count, 1u);

  coordination::StaticElection master(
      peer, {.path = "/currentMaster", .data = "web-03"});
  ASSERT_OK(master.Campaign(Patience()));
  const ElectionInfo current = Election(At("/currentMaster"));
  EXPECT_EQ(current.kind, ElectionKind::kStatic);
  ASSERT_THAT(current.leader, SizeIs(1));
  EXPECT_EQ(current.leader[0].data.bytes, "web-03");
  EXPECT_EQ(current.leader[0].session_id, peer.info().session_id);
  const auto top = Ask(&Inspector::ListElections, Folder("/"));
  ASSERT_OK(top.status());
  EXPECT_THAT(top->infos,
              ::testing::Contains(
                  AllOf(Field(&ElectionInfo::path, "/currentMaster"),
                        Field(&ElectionInfo::kind, ElectionKind::kStatic))));
}

TEST_F(InspectorTest, ShowsAQueueAndWhoHasTakenWhat) {
  Peer peer(servers());
  coordination::Queue queue(
      peer, {.path = paths_.queues + "/jobs", .consumer = "worker-1"});
  const absl::Time due = absl::FromUnixMillis(4102444800000);
  ASSERT_OK_AND_ASSIGN(const auto a, queue.Put("a", Patience()));
  ASSERT_OK(queue.Put("later", {.not_before = due}, Patience()).status());
  ASSERT_OK(queue.Put("urgent", {.priority = 1}, Patience()).status());
  ASSERT_OK_AND_ASSIGN(const auto taken, queue.Take(Patience()));
  const QueueInfo jobs = Queue(Named("jobs"));
  EXPECT_EQ(jobs.length, 3u);
  EXPECT_EQ(jobs.taken_count, 1u);
  ASSERT_THAT(jobs.items, SizeIs(3));
  EXPECT_EQ(jobs.items[0].data.bytes, "urgent");
  EXPECT_EQ(jobs.items[0].priority, 1);
  ASSERT_THAT(jobs.items[0].taken_by, SizeIs(1));
  EXPECT_EQ(jobs.items[0].taken_by[0].session_id, peer.info().session_id);
  EXPECT_EQ(jobs.items[0].taken_by[0].czxid, taken.grant().token());
  EXPECT_THAT(jobs.items[0].taken_by[0].data.bytes,
              ::testing::StartsWith("worker-1"));
  EXPECT_EQ(jobs.items[1].node, a);
  EXPECT_THAT(jobs.items[1].taken_by, IsEmpty());
  EXPECT_EQ(jobs.items[2].not_before, due);
  EXPECT_EQ(jobs.oldest_created, jobs.items[1].created);
  EXPECT_THAT(jobs.foreign.nodes, IsEmpty());

  LookQuery page = Named("jobs", /*limit=*/2);
  const auto head = Ask(&Inspector::GetQueue, page);
  ASSERT_OK(head.status());
  EXPECT_THAT(head->info.items, SizeIs(2));
  EXPECT_EQ(head->next_after, a);
  page.after = head->next_after;
  const auto tail = Ask(&Inspector::GetQueue, page);
  ASSERT_OK(tail.status());
  EXPECT_THAT(tail->info.items, SizeIs(1));
  EXPECT_EQ(tail->next_after, "");
  EXPECT_EQ(tail->info.length, 3u);
}

TEST_F(InspectorTest, ShowsBarriersAndOpensThem) {
  Peer peer(servers());
  coordination::Barrier bar(peer, paths_.barriers + "/bar");
  ASSERT_OK(bar.Raise(Patience()));
  const std::string start = paths_.barriers + "/start";
  ASSERT_OK(coordination::CountBarrier::Set(peer, start, 3, Patience()));
  coordination::CountBarrier one(peer, start);
  std::thread comer([&] { EXPECT_OK(one.Arrive(Patience())); });
  ASSERT_TRUE(testing::WaitUntil(
      [&] { return Barrier(Named("start")).entered_count == 1; }));

  EXPECT_EQ(Barrier(Named("bar")).kind, BarrierKind::kBar);
  EXPECT_FALSE(Barrier(Named("bar")).open);
  const BarrierInfo count = Barrier(Named("start"));
  EXPECT_EQ(count.kind, BarrierKind::kCount);
  EXPECT_EQ(count.needed, 3);
  EXPECT_FALSE(count.open);
  ASSERT_THAT(count.entered, SizeIs(1));
  EXPECT_EQ(count.entered[0].session_id, peer.info().session_id);

  OpenBarrierRequest request{.target = {.name = "start"},
                             .reason = "one is enough"};
  request.meta.actor.name = "ops";
  request.meta.deadline = Soon();
  ASSERT_OK(Ask(&Inspector::OpenBarrier, request).status());
  comer.join();
  EXPECT_TRUE(Barrier(Named("start")).open);
  request.meta.content = "again";
  EXPECT_EQ(ReasonOf(Ask(&Inspector::OpenBarrier, request).status()),
            "BARRIER_OPEN");
  request.meta.content = "the bar";
  request.target.name = "bar";
  ASSERT_OK(Ask(&Inspector::OpenBarrier, request).status());
  EXPECT_OK(bar.Wait(Patience()));
  EXPECT_EQ(ReasonOf(Ask(&Inspector::GetBarrier, Named("bar")).status()),
            "BARRIER_NOT_FOUND");
  const auto audit = Audit();
  ASSERT_THAT(audit, SizeIs(3));
  EXPECT_EQ(audit[0].action, "OpenBarrier");
  EXPECT_EQ(audit[0].reason, "one is enough");
  EXPECT_EQ(audit[0].targets[0].name, start);
  EXPECT_EQ(audit[1].result, "FAILED_PRECONDITION");
}

TEST_F(InspectorTest, TakesALockAwayFromAHolderWhoLearnsIt) {
  Peer first(servers());
  Peer second(servers());
  coordination::GrantLog log;
  const std::string path = paths_.locks + "/reports";
  coordination::Lock held(first, {.path = path, .on_change = log.callback()});
  ASSERT_OK_AND_ASSIGN(const auto grant, held.Acquire(Patience()));
  coordination::Lock wanted(second, {.path = path});
  coordination::Grant next;
  std::thread waiter([&] {
    auto acquired = wanted.Acquire(Patience());
    ASSERT_OK(acquired.status());
    next = *acquired;
  });
  ASSERT_TRUE(testing::WaitUntil(
      [&] { return Lock(Named("reports")).waiter_count == 1; }));
  const LockInfo lock = Lock(Named("reports"));
  ASSERT_THAT(lock.holders, SizeIs(1));

  // Who only waits is not meant; nor is another holder than was seen.
  const auto waits =
      ForceRelease(Release({.name = "reports"}, lock.waiters[0]));
  EXPECT_THAT(waits, StatusIs(Code::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(waits.status()), "LOCK_NOT_HELD");
  Contender other = lock.holders[0];
  other.czxid -= 1;
  const auto changed = ForceRelease(Release({.name = "reports"}, other));
  EXPECT_THAT(changed, StatusIs(Code::kAborted));
  EXPECT_EQ(ReasonOf(changed.status()), "LOCK_HOLDER_CHANGED");
  ForceReleaseRequest trial = Release({.name = "reports"}, lock.holders[0]);
  trial.meta.validate_only = true;
  EXPECT_OK(ForceRelease(trial).status());
  EXPECT_TRUE(grant.may_act());

  ForceReleaseRequest request = Release({.path = path}, lock.holders[0]);
  request.meta.request_id = "r-1";
  ASSERT_OK_AND_ASSIGN(const auto released, ForceRelease(request));
  EXPECT_EQ(released.holder.session_id, first.info().session_id);
  EXPECT_EQ(released.request_id, "r-1");
  waiter.join();
  EXPECT_GT(next.token(), grant.token());
  // The holder is told, at once, and for good.
  EXPECT_TRUE(testing::WaitUntil(
      [&] { return grant.state() == coordination::GrantState::kLost; }));
  EXPECT_THAT(log.states(), ElementsAre(coordination::GrantState::kLost));
  EXPECT_THAT(held.Release(), StatusIs(Code::kAborted));

  // Once.
  ASSERT_OK_AND_ASSIGN(const auto again, ForceRelease(request));
  EXPECT_EQ(again.holder.czxid, released.holder.czxid);
  EXPECT_EQ(again.holder.path, lock.holders[0].path);
  EXPECT_EQ(again.holder.sequence, released.holder.sequence);
  EXPECT_EQ(again.holder.session_id, first.info().session_id);
  EXPECT_EQ(again.holder.created, released.holder.created);
  EXPECT_EQ(again.holder.role, ContenderRole::kExclusive);
  EXPECT_EQ(again.holder.format, NodeFormat::kCurator);
  EXPECT_TRUE(next.may_act());
  request.meta.request_id = "r-2";
  EXPECT_EQ(ReasonOf(ForceRelease(request).status()), "LOCK_NOT_HELD");

  const auto audit = Audit();
  ASSERT_THAT(audit, SizeIs(4));
  EXPECT_EQ(audit[0].result, "FAILED_PRECONDITION");
  EXPECT_EQ(audit[1].result, "ABORTED");
  EXPECT_EQ(audit[2].result, "OK");
  EXPECT_EQ(audit[2].action, "ForceReleaseLock");
  EXPECT_EQ(audit[2].actor.name, "ops");
  EXPECT_EQ(audit[2].reason, "hangs");
  EXPECT_THAT(
      audit[2].targets,
      ElementsAre(Field(&model::AuditTarget::name, path),
                  Field(&model::AuditTarget::name, lock.holders[0].node)));
  EXPECT_EQ(audit[3].result, "NOT_FOUND");
}

// Holders and leaders come and go while they are looked at: who is counted is
// shown, and who is shown is counted.
TEST_F(InspectorTest, WhoIsCountedIsShownHoweverQuicklyTheyChange) {
  const std::string lock = paths_.locks + "/busy";
  const std::string election = paths_.elections + "/busy";
  ASSERT_OK(probe_.CreateWithParents(lock));
  ASSERT_OK(probe_.CreateWithParents(election));
  std::atomic<bool> done = false;
  std::thread churn([&] {
    testing::ZkProbe probe(servers());
    const std::string uuid = "/_c_67e4a3c5-5c1e-4b0e-9a6e-0d3f0d9f1a11";
    const auto kind = testing::NodeKind::kEphemeralSequential;
    while (!done)
      for (const std::string& line :
           {lock + uuid + "-lock-", election + uuid + "-latch-"}) {
        const auto node = probe.Create(line, "", kind);
        ASSERT_OK(node.status());
        ASSERT_OK(probe.Delete(*node));
      }
  });
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    const LockInfo shown = Lock(Named("busy"));
    EXPECT_EQ(shown.holders.size(), shown.holder_count);
    EXPECT_EQ(shown.waiters.size(), shown.waiter_count);
    const ElectionInfo led = Election(Named("busy"));
    EXPECT_EQ(led.leader.size(), led.candidate_count);
    EXPECT_EQ(led.candidates.size(), led.candidate_count);
    const auto locks = Ask(&Inspector::ListLocks, Folder());
    const auto elections = Ask(&Inspector::ListElections, Folder());
    EXPECT_OK(locks.status());
    EXPECT_OK(elections.status());
    if (HasFailure()) break;
    EXPECT_EQ(locks->infos[0].holders.size(), locks->infos[0].holder_count);
    EXPECT_EQ(elections->infos[0].leader.size(),
              elections->infos[0].candidate_count);
  }
  done = true;
  churn.join();
}

TEST_F(InspectorTest, ARefusalIsAuditedEvenIfNothingElseWasYet) {
  ASSERT_OK(probe_.DeleteTree("/roster/default/audit"));
  EXPECT_EQ(
      ReasonOf(ForceRelease(Release({.name = "nobody"},
                                    {.node = "x-lock-0000000001", .czxid = 1}))
                   .status()),
      "LOCK_NOT_HELD");
  ASSERT_THAT(Audit(), SizeIs(1));
  EXPECT_EQ(Audit()[0].result, "NOT_FOUND");
}

TEST_F(InspectorTest, TenThousandWaitersComePageByPage) {
  constexpr size_t kWaiters = 10'000;
  constexpr size_t kPage = 1000;
  Peer peer(servers());
  ASSERT_TRUE(peer.WaitConnected());
  const std::string path = paths_.locks + "/crowd";
  ASSERT_OK(peer.client().blocking().CreateWithParents(path, Patience()));
  for (size_t made = 0; made < kWaiters;) {
    std::vector<zk::Op> ops;
    for (int i = 0; i < 500; ++i, ++made)
      ops.push_back(zk::Op::Create(base::StrCat(path, "/x", made, "-lock-"),
                                   "who",
                                   zk::CreateMode::kEphemeralSequential));
    ASSERT_OK(peer.client().blocking().Multi(std::move(ops), Patience()));
  }
  std::set<std::string> seen;
  std::string after;
  size_t pages = 0;
  const absl::Time begin = absl::Now();
  do {
    ++pages;
    const auto look = Ask(&Inspector::GetLock, Named("crowd", kPage, after));
    ASSERT_OK(look.status());
    EXPECT_EQ(look->info.waiter_count, kWaiters - 1);
    EXPECT_THAT(look->info.holders, SizeIs(pages == 1 ? 1 : 0));
    for (const Contender& one : look->info.holders) seen.insert(one.node);
    for (const Contender& one : look->info.waiters) seen.insert(one.node);
    after = look->next_after;
    // The page goes on behind a node that has gone meanwhile.
    if (pages == 1) {
      ASSERT_OK(
          peer.client().blocking().Delete(path + "/" + after, -1, Patience()));
      ASSERT_OK(probe_
                    .Create(path + "/y-lock-", "",
                            testing::NodeKind::kEphemeralSequential)
                    .status());
    }
  } while (!after.empty() && pages < 2 * kWaiters / kPage);
  RecordProperty("page_ms", absl::ToInt64Milliseconds(absl::Now() - begin) /
                                static_cast<int>(pages));
  EXPECT_EQ(seen.size(), kWaiters + 1);
  EXPECT_EQ(pages, kWaiters / kPage + 1);
}

TEST_F(InspectorTest, RefusesWhatIsNoPlaceForALock) {
  const auto bad = [&](LookQuery query) {
    const auto lock = Ask(&Inspector::GetLock, std::move(query));
    return base::StrCat(absl::StatusCodeToString(lock.status().code()), " ",
                        ReasonOf(lock.status()));
  };
  EXPECT_EQ(bad(Named("nobody")), "NOT_FOUND LOCK_NOT_FOUND");
  EXPECT_EQ(bad(At("/nowhere/at/all")), "NOT_FOUND LOCK_NOT_FOUND");
  for (const char* path : {"/", "relative", "/zookeeper", "/zookeeper/quota",
                           "/a//b", "/a/", "/a/../b", "/a/\x01"})
    EXPECT_EQ(bad(At(path)), "INVALID_ARGUMENT INVALID_COORDINATION_PATH")
        << path;
  for (const char* name : {"..", "a/../../ledger", "/a", "a/", "\xff"})
    EXPECT_EQ(bad(Named(name)), "INVALID_ARGUMENT INVALID_COORDINATION_PATH")
        << name;
  EXPECT_EQ(bad({}), "INVALID_ARGUMENT INVALID_COORDINATION_PATH");
  LookQuery both = Named("a");
  both.target.path = "/a";
  EXPECT_EQ(bad(both), "INVALID_ARGUMENT INVALID_COORDINATION_PATH");
}

TEST_F(InspectorTest, GarbageIsShownAsForeignAndHurtsNobody) {
  const std::string path = paths_.locks + "/odd";
  ASSERT_OK(probe_.CreateWithParents(path));
  for (const char* name : {"x-lock-1", "leases-", "lock", "entry-1"})
    ASSERT_OK(probe_.Create(path + "/" + name, "").status());
  const LockInfo odd = Lock(Named("odd"));
  EXPECT_EQ(odd.kind, LockKind::kUnknown);
  EXPECT_EQ(odd.foreign.count, 4u);
  EXPECT_EQ(odd.holder_count, 0u);
  EXPECT_EQ(Queue(At(path)).length, 0u);
  EXPECT_EQ(Election(At(path)).candidate_count, 0u);
  // A persistent node in line keeps everybody out; it can be taken away, too.
  ASSERT_OK(
      probe_
          .Create(path + "/by-hand-lock-0000000009", std::string("\xff\x00", 2))
          .status());
  const LockInfo held = Lock(Named("odd"));
  ASSERT_THAT(held.holders, SizeIs(1));
  EXPECT_EQ(held.holders[0].session_id, 0);
  EXPECT_EQ(held.holders[0].data.size, 2);
  EXPECT_OK(ForceRelease(Release({.name = "odd"}, held.holders[0])).status());
  EXPECT_EQ(Lock(Named("odd")).holder_count, 0u);
  // There is nothing by default.
  const auto barriers = Ask(&Inspector::ListBarriers, Folder());
  ASSERT_OK(barriers.status());
  EXPECT_THAT(barriers->infos, IsEmpty());
}

TEST_F(InspectorTest, AnswersWhenItIsClosed) {
  inspector_.Close();
  EXPECT_EQ(ReasonOf(Ask(&Inspector::GetLock, Named("a")).status()),
            "SERVER_STOPPING");
}

}  // namespace
}  // namespace roster::monitor
