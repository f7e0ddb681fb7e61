#include "coordination/broadcast.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/mutex.h"
#include "coordination/broadcast_listener.h"
#include "tests/integration/coordination/connect.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::roster::testing::StatusIs;
using ::roster::testing::TcpProxy;
using ::roster::testing::ZkProbe;
using ::roster::testing::ZkServer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPath[] = "/roster/default/broadcasts";

// A member that answers "did <text>", and writes down what it got.
class Member {
 public:
  Member(Client& client, const std::string& name) {
    auto listener = BroadcastListener::Create(
        client, {.path = kPath,
                 .topic = "cache",
                 .member = name,
                 .handler = [this](const BroadcastMessage& message,
                                   BroadcastReply reply) {
                   base::MutexLock lock(&mu_);
                   texts_.push_back(message.text);
                   if (message.text == "fail")
                     return reply(absl::InternalError("cannot"));
                   if (message.text == "throw") throw std::runtime_error("oh");
                   if (message.text == "drop") return;
                   if (message.text == "later") {
                     later_ = std::move(reply);
                     return;
                   }
                   reply("did " + message.text);
                 }});
    EXPECT_OK(listener);
    listener_ = *std::move(listener);
  }

  std::vector<std::string> texts() {
    base::MutexLock lock(&mu_);
    return texts_;
  }
  // Of "later".
  BroadcastReply TakeReply() {
    base::MutexLock lock(&mu_);
    return std::exchange(later_, nullptr);
  }
  void Stop() { listener_.reset(); }

 private:
  base::Mutex mu_;
  std::vector<std::string> texts_ ABSL_GUARDED_BY(mu_);
  BroadcastReply later_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<BroadcastListener> listener_;
};

class BroadcastTest : public ::testing::Test {
 protected:
  BroadcastMessage Send(const std::string& text) {
    auto sent = broadcast_.Send(text, Soon());
    EXPECT_OK(sent);
    return sent.value_or(BroadcastMessage{});
  }
  BroadcastProgress Answers(const BroadcastMessage& message,
                            std::vector<std::string> expected) {
    BroadcastTracker tracker(*sender_, message, std::move(expected));
    return tracker.Wait(Soon());
  }

  const std::string chroot_ = ZkServer::Shared().NewChroot("broadcast");
  ZkProbe probe_{ZkServer::Shared().ConnectString(chroot_)};
  TcpProxy proxy_{ZkServer::Shared().port()};         // the listeners'
  TcpProxy sender_proxy_{ZkServer::Shared().port()};  // the sender's
  std::unique_ptr<Client> client_ = Connect(proxy_.ConnectString(chroot_));
  std::unique_ptr<Client> sender_ =
      Connect(sender_proxy_.ConnectString(chroot_));
  Broadcast broadcast_{*sender_,
                       {.path = kPath,
                        .topic = "cache",
                        .sender = "console",
                        .max_messages = 3}};
};

TEST_F(BroadcastTest, EverybodyActsAndTheSenderSeesIt) {
  Member a(*client_, "a");
  Member b(*client_, "b");
  const BroadcastMessage message = Send("flush");
  EXPECT_NE(message.czxid, 0);
  const BroadcastProgress progress = Answers(message, {"b", "a"});
  ASSERT_TRUE(progress.complete());
  EXPECT_THAT(progress.answers, SizeIs(2));
  EXPECT_TRUE(progress.answers.at("a").ok);
  EXPECT_EQ(progress.answers.at("a").result, "did flush");
  EXPECT_EQ(progress.answers.at("b").czxid, message.czxid);
  EXPECT_THAT(progress.failed(), IsEmpty());
}

TEST_F(BroadcastTest, TellsWhoFailedAndWhoHasNotAnswered) {
  Member a(*client_, "a");
  const BroadcastMessage message = Send("fail");
  BroadcastTracker tracker(*sender_, message, {"a", "absent"});
  EVENTUALLY(tracker.progress().answers.size() == 1);
  const BroadcastProgress progress =
      tracker.Wait(absl::Now() + absl::Milliseconds(50));
  EXPECT_FALSE(progress.complete());
  EXPECT_THAT(progress.missing, ElementsAre("absent"));
  EXPECT_THAT(progress.failed(), ElementsAre("a"));
  EXPECT_EQ(progress.answers.at("a").result, "cannot");
}

TEST_F(BroadcastTest, AHandlerThatThrowsOrForgetsIsAFailure) {
  Member a(*client_, "a");
  const BroadcastProgress threw = Answers(Send("throw"), {"a"});
  EXPECT_FALSE(threw.answers.at("a").ok);
  EXPECT_EQ(threw.answers.at("a").result, "the handler threw: oh");
  const BroadcastProgress dropped = Answers(Send("drop"), {"a"});
  EXPECT_FALSE(dropped.answers.at("a").ok);
  EXPECT_EQ(dropped.answers.at("a").result, "the message was not handled");
  EXPECT_TRUE(Answers(Send("flush"), {"a"}).answers.at("a").ok);
}

TEST_F(BroadcastTest, MessagesWaitForTheOneBefore) {
  Member a(*client_, "a");
  Send("later");
  EVENTUALLY(a.texts().size() == 1);
  const BroadcastMessage next = Send("next");
  BroadcastTracker tracker(*sender_, next, {"a"});
  EVENTUALLY(!tracker.progress().stale);
  EXPECT_THAT(a.texts(), ElementsAre("later"));
  std::thread elsewhere([&] { a.TakeReply()("done"); });
  elsewhere.join();
  EXPECT_TRUE(tracker.Wait(Soon()).complete());
  EXPECT_THAT(a.texts(), ElementsAre("later", "next"));
}

TEST_F(BroadcastTest, AReplyMayOutliveItsListener) {
  Member a(*client_, "a");
  Send("later");
  EVENTUALLY(a.texts().size() == 1);
  BroadcastReply reply = a.TakeReply();
  a.Stop();
  reply("too late");
  reply = nullptr;
  client_->loop().RunAndWait([] {});
}

TEST_F(BroadcastTest, WhoComesLateActsOnTheNewestOnly) {
  Send("one");
  const BroadcastMessage two = Send("two");
  Member late(*client_, "late");
  EXPECT_TRUE(Answers(two, {"late"}).complete());
  Answers(Send("three"), {"late"});
  EXPECT_THAT(late.texts(), ElementsAre("two", "three"));
}

TEST_F(BroadcastTest, WhoStartsAnewActsAgain) {
  const BroadcastMessage message = Send("flush");
  {
    Member first(*client_, "a");
    EXPECT_TRUE(Answers(message, {"a"}).complete());
  }
  Member second(*client_, "a");
  EVENTUALLY(second.texts().size() == 1);
  EXPECT_TRUE(Answers(message, {"a"}).answers.at("a").ok);
}

TEST_F(BroadcastTest, OrdersArriveOnceThroughCutsAndLostSessions) {
  Member a(*client_, "a");
  EXPECT_TRUE(Answers(Send("0"), {"a"}).complete());
  std::vector<std::string> sent = {"0"};
  for (int i = 1; i < 10; ++i) {
    sent.push_back(absl::StrCat(i));
    const BroadcastMessage message = Send(sent.back());
    if (i % 3 == 1) proxy_.Cut();
    if (i % 3 == 2) {
      int64_t session_id = 0;
      client_->loop().RunAndWait(
          [&] { session_id = client_->session().info().session_id; });
      EVENTUALLY(probe_.ExpireSession(session_id).ok());
    }
    ASSERT_TRUE(Answers(message, {"a"}).complete()) << i;
  }
  EXPECT_EQ(a.texts(), sent);
}

TEST_F(BroadcastTest, AnAnswerSurvivesTheLossOfItsWrite) {
  Member a(*client_, "a");
  proxy_.CutBeforeReply("did flush");
  const BroadcastMessage message = Send("flush");
  EXPECT_TRUE(Answers(message, {"a"}).answers.at("a").ok);
  EVENTUALLY(proxy_.cuts_carried_out() == 1);
  EXPECT_THAT(a.texts(), ElementsAre("flush"));
}

TEST_F(BroadcastTest, AMessageWhoseAnswerIsLostIsSentOnce) {
  Send("first");
  sender_proxy_.CutBeforeReply("second");
  const BroadcastMessage second = Send("second");
  EXPECT_EQ(sender_proxy_.cuts_carried_out(), 1);
  EXPECT_NE(second.czxid, 0);
  ASSERT_OK_AND_ASSIGN(const auto messages, broadcast_.List(Soon()));
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].text, "second");
  EXPECT_EQ(messages[0].number, second.number);
  EXPECT_EQ(messages[0].sender, "console");
  EXPECT_EQ(messages[1].text, "first");
  EXPECT_GT(messages[0].number, messages[1].number);
}

TEST_F(BroadcastTest, KeepsTheNewestMessages) {
  Member a(*client_, "a");
  for (int i = 0; i < 6; ++i) Answers(Send(absl::StrCat(i)), {"a"});
  EXPECT_THAT(*broadcast_.List(Soon()), SizeIs(3));
}

TEST_F(BroadcastTest, ATopicThatIsDeletedComesBack) {
  Member a(*client_, "a");
  Answers(Send("1"), {"a"});
  Answers(Send("2"), {"a"});
  ASSERT_OK(probe_.DeleteTree(absl::StrCat(kPath, "/cache")));
  EXPECT_TRUE(Answers(Send("3"), {"a"}).complete());
  EXPECT_THAT(a.texts(), ElementsAre("1", "2", "3"));
}

TEST_F(BroadcastTest, ForeignNodesAreLeftAlone) {
  ASSERT_OK(probe_.CreateWithParents(absl::StrCat(kPath, "/cache")));
  ASSERT_OK(probe_.Create(absl::StrCat(kPath, "/cache/mine"), "x"));
  ASSERT_OK(probe_.Create(absl::StrCat(kPath, "/cache/x-m-0000000001"), "x"));
  Member a(*client_, "a");
  EXPECT_TRUE(Answers(Send("flush"), {"a"}).complete());
  EXPECT_THAT(a.texts(), ElementsAre("flush"));
  EXPECT_TRUE(probe_.Exists(absl::StrCat(kPath, "/cache/mine")));
}

TEST_F(BroadcastTest, CallsBackWithEveryAnswer) {
  Member a(*client_, "a");
  Member b(*client_, "b");
  base::Mutex mu;
  size_t most = 0;
  const BroadcastMessage message = Send("flush");
  BroadcastTracker tracker(*sender_, message, {"a", "b"},
                           [&](const BroadcastProgress& progress) {
                             base::MutexLock lock(&mu);
                             most = std::max(most, progress.answers.size());
                             throw std::runtime_error("not our day");
                           });
  EXPECT_TRUE(tracker.Wait(Soon()).complete());
  EVENTUALLY(([&] {
    base::MutexLock lock(&mu);
    return most == 2;
  }()));
}

TEST_F(BroadcastTest, RefusesWhatCannotBeSent) {
  for (const char* topic : {"", "a/b", "."}) {
    Broadcast broadcast(*sender_, {.path = kPath, .topic = topic});
    EXPECT_THAT(broadcast.Send("x", Soon()),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  const auto too_long =
      broadcast_.Send(std::string(kMaxBroadcastBytes + 1, 'x'), Soon());
  EXPECT_EQ(base::DetailsOf(too_long.status()).field, "text");
  EXPECT_THAT(broadcast_.Send("\xff", Soon()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(BroadcastTest, SaysThatZooKeeperIsAwayAtTheDeadline) {
  sender_proxy_.Refuse(true);
  sender_proxy_.Cut();
  EXPECT_THAT(broadcast_.Send("x", absl::Now() + absl::Milliseconds(200)),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace roster::coordination
