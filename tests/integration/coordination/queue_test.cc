// Queue on a real server: consumers die, connections are cut.
#include "coordination/queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_server.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOkAndHolds;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TcpProxy;
using testing::ZkProbe;
using testing::ZkServer;
using enum absl::StatusCode;

class QueueTest : public ::testing::Test {
 protected:
  std::vector<std::string> Children(const std::string& folder) {
    auto children = probe_.Children("/queue/" + folder);
    return children.ok() ? *children : std::vector<std::string>();
  }
  std::string ThroughProxy(const TcpProxy& proxy) const {
    return proxy.ConnectString(servers_.substr(servers_.find('/')));
  }
  // The next item's data; the item is dealt with.
  static std::string Next(Queue& queue) {
    auto item = queue.Take(Patience());
    EXPECT_OK(item);
    if (!item.ok()) return "";
    EXPECT_OK(item->Done(Patience()));
    return item->data();
  }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  ZkProbe probe_{servers_};
};

TEST_F(QueueTest, IsFirstInFirstOut) {
  Peer peer(servers_);
  Queue queue(peer, {.path = "/queue"});

  for (const char* data : {"a", "b", "c"})
    ASSERT_OK(queue.Put(data, Patience()));
  EXPECT_THAT(Children("entries"), ElementsAre(MatchesRegex("qn-[0-9]{10}"),
                                               MatchesRegex("qn-[0-9]{10}"),
                                               MatchesRegex("qn-[0-9]{10}")));
  EXPECT_THAT(queue.Size(Patience()), IsOkAndHolds(3));

  EXPECT_EQ(Next(queue), "a");
  EXPECT_EQ(Next(queue), "b");
  EXPECT_THAT(queue.Pop(Patience()), IsOkAndHolds(std::string("c")));
  EXPECT_THAT(queue.TryTake(Patience()), StatusIs(kNotFound));
  EXPECT_THAT(Children("entries"), IsEmpty());
  EXPECT_THAT(Children("taken"), IsEmpty());
}

TEST_F(QueueTest, TakesLowerPriorityNumbersFirst) {
  Peer peer(servers_);
  Queue queue(peer, {.path = "/queue"});

  ASSERT_OK(queue.Put("late", {.priority = 200}, Patience()));
  ASSERT_OK(queue.Put("plain 1", Patience()));
  ASSERT_OK(queue.Put("urgent", {.priority = 0}, Patience()));
  ASSERT_OK(queue.Put("plain 2", Patience()));

  EXPECT_EQ(Next(queue), "urgent");
  EXPECT_EQ(Next(queue), "plain 1");
  EXPECT_EQ(Next(queue), "plain 2");
  EXPECT_EQ(Next(queue), "late");
  EXPECT_THAT(queue.Put("x", {.priority = 1000}, Patience()),
              StatusIs(kInvalidArgument));
}

TEST_F(QueueTest, HoldsADelayedItemBackUntilItsTime) {
  Peer peer(servers_);
  Queue queue(peer, {.path = "/queue"});
  const absl::Time due = absl::Now() + absl::Milliseconds(400);
  ASSERT_OK(queue.Put("delayed", {.not_before = due}, Patience()));
  ASSERT_OK(queue.Put("prompt", Patience()));

  EXPECT_EQ(Next(queue), "prompt");
  EXPECT_THAT(queue.TryTake(Patience()), StatusIs(kNotFound));
  EXPECT_EQ(Next(queue), "delayed");
  // The name has whole milliseconds.
  EXPECT_GE(absl::Now(), due - absl::Milliseconds(1));
}

TEST_F(QueueTest, TakeWaitsForAnItem) {
  Peer producer(servers_), consumer(servers_);
  Queue in(producer, {.path = "/queue"}), out(consumer, {.path = "/queue"});
  EXPECT_THAT(out.Take(absl::Now() + absl::Milliseconds(200)),
              StatusIs(kDeadlineExceeded));
  std::thread thread([&] { EXPECT_EQ(Next(out), "item"); });

  ASSERT_OK(in.Put("item", Patience()));
  thread.join();
}

TEST_F(QueueTest, ATakenItemIsNobodyElses) {
  Peer one(servers_), two(servers_);
  Queue first(one, {.path = "/queue", .consumer = "web-01"});
  Queue second(two, {.path = "/queue"});
  ASSERT_OK(first.Put("item", Patience()));

  {
    ASSERT_OK_AND_ASSIGN(QueueItem item, first.Take(Patience()));
    EXPECT_THAT(Children("taken"), ElementsAre(item.name()));
    EXPECT_THAT(*probe_.Get("/queue/taken/" + item.name()),
                MatchesRegex("web-01 [0-9a-f-]{36}"));
    EXPECT_THAT(second.TryTake(Patience()), StatusIs(kNotFound));
  }
  // Given back by its destructor.
  EXPECT_EQ(Next(second), "item");
}

TEST_F(QueueTest, F68_ItemOfACrashedConsumerIsTakenByAnother) {
  Peer one(servers_), two(servers_);
  GrantLog log;
  Queue first(one, {.path = "/queue", .on_change = log.callback()});
  Queue second(two, {.path = "/queue"});
  ASSERT_OK(first.Put("item", Patience()));
  ASSERT_OK_AND_ASSIGN(QueueItem item, first.Take(Patience()));

  one.Expire(probe_);
  ASSERT_OK_AND_ASSIGN(QueueItem again, second.Take(Patience()));

  EXPECT_EQ(again.name(), item.name());
  EXPECT_GT(again.grant().token(), item.grant().token());
  EVENTUALLY(item.grant().state() == GrantState::kLost);
  EXPECT_THAT(item.Done(Patience()), StatusIs(kAborted));
  EXPECT_TRUE(again.grant().may_act());
  ASSERT_OK(again.Done(Patience()));
  EXPECT_THAT(Children("entries"), IsEmpty());
}

TEST_F(QueueTest, F68_TakeAndDoneSurviveCutConnections) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(ThroughProxy(proxy));
  Queue queue(peer, {.path = "/queue"});
  ASSERT_TRUE(peer.WaitConnected());
  ASSERT_OK(queue.Put("a", Patience()));
  ASSERT_OK(queue.Put("b", Patience()));

  proxy.CutBeforeReply("/taken/");  // the claim
  ASSERT_OK_AND_ASSIGN(QueueItem item, queue.Take(Patience()));
  EXPECT_EQ(item.data(), "a");
  EXPECT_THAT(Children("taken"), ElementsAre(item.name()));
  proxy.CutBeforeReply("/taken/");  // its removal, with the item
  ASSERT_OK(item.Done(Patience()));

  EXPECT_EQ(proxy.cuts_carried_out(), 2);
  EXPECT_THAT(Children("entries"), SizeIs(1));
  EXPECT_THAT(Children("taken"), IsEmpty());
}

TEST_F(QueueTest, AmbiguousPutSaysSo) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer peer(ThroughProxy(proxy));
  Queue queue(peer, {.path = "/queue"});
  ASSERT_TRUE(peer.WaitConnected());
  ASSERT_OK(queue.Put("a", Patience()));

  proxy.CutBeforeReply("/qn-");
  const auto put = queue.Put("b", Patience());

  EXPECT_THAT(put, StatusIs(kUnavailable));
  EXPECT_TRUE(zk::IsOutcomeUnknown(put.status()));
  EXPECT_THAT(Children("entries"), SizeIs(2));
}

TEST_F(QueueTest, FullQueueHoldsProducersBack) {
  Peer producer(servers_), consumer(servers_);
  Queue in(producer, {.path = "/queue", .max_items = 2});
  Queue out(consumer, {.path = "/queue"});
  ASSERT_OK(in.Put("a", Patience()));
  ASSERT_OK(in.Put("b", Patience()));

  EXPECT_THAT(in.Put("c", absl::Now() + absl::Milliseconds(200)),
              StatusIs(kResourceExhausted));
  std::thread thread([&] { EXPECT_OK(in.Put("c", Patience())); });
  EXPECT_EQ(Next(out), "a");
  thread.join();

  EXPECT_THAT(Children("entries"), SizeIs(2));
}

TEST_F(QueueTest, ManyConsumersTakeEachItemOnce) {
  constexpr int kItems = 60, kConsumers = 4;
  Peer producer(servers_);
  Queue in(producer, {.path = "/queue"});
  base::Mutex mu;
  std::map<std::string, int> taken;
  std::vector<std::thread> threads;
  for (int i = 0; i < kConsumers; ++i)
    threads.emplace_back([&] {
      Peer peer(servers_);
      Queue queue(peer, {.path = "/queue"});
      while (true) {
        auto item = queue.Take(Patience());
        ASSERT_OK(item);
        ASSERT_OK(item->Done(Patience()));
        if (item->data() == "end") return;
        base::MutexLock lock(&mu);
        ++taken[item->data()];
      }
    });
  for (int i = 0; i < kItems; ++i)
    ASSERT_OK(in.Put(absl::StrCat(i), Patience()));
  for (int i = 0; i < kConsumers; ++i)
    ASSERT_OK(in.Put("end", {.priority = 999}, Patience()));
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(taken, SizeIs(kItems));
  for (const auto& [data, times] : taken) EXPECT_EQ(times, 1) << data;
  EXPECT_THAT(Children("taken"), IsEmpty());
}

TEST_F(QueueTest, IgnoresForeignNodesAndSurvivesTheLossOfItsFolders) {
  Peer peer(servers_);
  Queue queue(peer, {.path = "/queue"});
  ASSERT_OK(probe_.CreateWithParents("/queue/entries"));
  ASSERT_OK(probe_.Create("/queue/entries/README", "x"));
  ASSERT_OK(probe_.Create("/queue/entries/entry-1-0000000001", "x"));
  EXPECT_THAT(queue.TryTake(Patience()), StatusIs(kNotFound));

  ASSERT_OK(probe_.DeleteTree("/queue"));
  ASSERT_OK(queue.Put("item", Patience()));

  EXPECT_EQ(Next(queue), "item");
}

TEST_F(QueueTest, ConsumerGoesOnAfterAnOutageLongerThanItsSession) {
  TcpProxy proxy(ZkServer::Shared().port());
  Peer producer(servers_), consumer(ThroughProxy(proxy), absl::Seconds(1));
  Queue in(producer, {.path = "/queue"}), out(consumer, {.path = "/queue"});
  ASSERT_TRUE(consumer.WaitConnected());
  std::thread thread([&] { EXPECT_EQ(Next(out), "item"); });

  proxy.Refuse(true);
  proxy.Cut();
  EVENTUALLY(consumer.info().state == zk::ConnectionState::kLost);
  ASSERT_OK(in.Put("item", Patience()));
  proxy.Refuse(false);
  thread.join();
}

TEST_F(QueueTest, RefusesWhatZooKeeperRefuses) {
  Peer peer(servers_);
  Queue queue(peer, {.path = "/queue"});
  EXPECT_THAT(queue.Put(std::string(2 << 20, 'x'), Patience()),
              StatusIs(kInvalidArgument));
  Queue relative(peer, {.path = "queue"});
  EXPECT_THAT(relative.Put("x", Patience()), StatusIs(kInvalidArgument));
  EXPECT_THAT(relative.Take(Patience()), StatusIs(kInvalidArgument));
}

}  // namespace
}  // namespace roster::coordination
