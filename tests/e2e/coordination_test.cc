// Locks, queues and barriers through rosterctl and rosterd, with real holders:
// what they show, what they change, and what they refuse.
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "coordination/barrier.h"
#include "coordination/client.h"
#include "coordination/count_barrier.h"
#include "coordination/lock.h"
#include "coordination/queue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/paths.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using coordination::Client;
using coordination::CountBarrier;
using coordination::Grant;
using coordination::GrantState;
using coordination::Lock;
using coordination::Queue;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

absl::Time Soon() { return absl::Now() + Scaled(absl::Seconds(20)); }

class CoordinationTest : public ::testing::Test {
 protected:
  CoordinationTest() {
    // A rosterd that does not serve yet says so; the test begins after that.
    EXPECT_TRUE(WaitUntil([&] { return Ctl({"lock"}).status.code == 0; },
                          "rosterd serves"));
  }

  CommandResult Ctl(std::vector<std::string> arguments) {
    return rosterd_->Rosterctl(std::move(arguments));
  }
  int ExitOf(std::vector<std::string> arguments) {
    return Ctl(std::move(arguments)).status.code;
  }
  json Shown(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    return json::parse(Ctl(std::move(arguments)).out, nullptr, false);
  }
  // The command that takes "reports" from `node`, with more flags.
  static std::vector<std::string> Release(const std::string& node,
                                          std::vector<std::string> more) {
    std::vector<std::string> words = {"lock", "release", "reports", "--node",
                                      node,   "--as",    "ops"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // Waits for the lock in a thread of its own, and gives it back.
  static std::future<absl::Status> WaitInLine(Client& client,
                                              const std::string& path) {
    return std::async(std::launch::async, [&client, path] {
      Lock lock(client, {.path = path, .data = "batch-2"});
      const auto grant = lock.Acquire(Soon());
      return grant.ok() ? lock.Release() : grant.status();
    });
  }

  const std::string chroot_ = ZkServer::Shared().NewChroot("coordination-e2e");
  const std::string servers_ = ZkServer::Shared().ConnectString(chroot_);
  const model::ClusterPaths paths_{"/roster", "default"};
  const std::string lock_path_ = model::JoinPath(paths_.locks, "reports");
  std::unique_ptr<Client> one_ = *Client::Connect({.servers = servers_});
  std::unique_ptr<Client> two_ = *Client::Connect({.servers = servers_});
  std::unique_ptr<RosterdProcess> rosterd_ = RosterdProcess::Watching(servers_);
};

TEST_F(CoordinationTest, LocksAreShownWithHoldersAndLine) {
  EXPECT_THAT(Ctl({"lock"}).err, HasSubstr("no locks"));
  Lock lock(*one_, {.path = lock_path_, .data = "batch-1\x1b[2J"});
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Soon()));
  auto waiter = WaitInLine(*two_, lock_path_);
  EVENTUALLY(Shown({"lock", "reports"}).value("waiter_count", "") == "1");

  const std::string list = Ctl({"lock"}).out;
  EXPECT_THAT(list, AllOf(HasSubstr("reports"), HasSubstr("exclusive")));
  EXPECT_THAT(list,
              AllOf(HasSubstr("batch-1\\x1b[2J"), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(Ctl({"lock", "-o", "wide"}).out, HasSubstr(lock_path_));
  EXPECT_EQ(Ctl({"lock", "-o", "name"}).out, "reports\n");

  const json shown = Shown({"lock", "reports"});
  const std::string node = shown["holders"][0]["node"];
  EXPECT_EQ(shown["holders"][0]["fencing_token"],
            std::to_string(grant.token()));
  EXPECT_EQ(shown["waiters"][0]["waits_for"], node);
  for (const auto& by : std::vector<std::vector<std::string>>{
           {"reports"}, {"--path", lock_path_}, {lock_path_}}) {
    std::vector<std::string> words = {"lock"};
    words.insert(words.end(), by.begin(), by.end());
    const std::string detail = Ctl(words).out;
    EXPECT_THAT(detail, AllOf(HasSubstr("Holders:\n"), HasSubstr("Waiters:\n"),
                              HasSubstr(node), HasSubstr("batch-2"),
                              HasSubstr(std::to_string(grant.token()))));
    EXPECT_THAT(detail, Not(HasSubstr("\x1b")));
  }
  EXPECT_THAT(Ctl({"lock", "--folder", paths_.locks}).out,
              HasSubstr("reports"));
  EXPECT_EQ(Ctl({"__complete", "lock", "re"}).out.find("release"), 0u);
  EXPECT_THAT(Ctl({"__complete", "lock", "rep"}).out, HasSubstr("reports"));

  EXPECT_OK(lock.Release());
  EXPECT_OK(waiter.get());
  EXPECT_THAT(Ctl({"lock"}).out, HasSubstr("nobody"));
}

TEST_F(CoordinationTest, ALockIsTakenAwayFromItsHolderAndAudited) {
  Lock lock(*one_, {.path = lock_path_, .data = "batch-1"});
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Soon()));
  auto waiter = WaitInLine(*two_, lock_path_);
  EVENTUALLY(Shown({"lock", "reports"}).value("waiter_count", "") == "1");
  const std::string node = Shown({"lock", "reports"})["holders"][0]["node"];

  const CommandResult dry =
      Ctl(Release(node, {"--reason", "it hangs", "--dry-run"}));
  EXPECT_EQ(dry.status.code, 0) << dry.err;
  EXPECT_THAT(dry.out, AllOf(HasSubstr("nothing was changed"),
                             HasSubstr("would be taken away from batch-1"),
                             Not(HasSubstr("may act on"))));
  EXPECT_TRUE(grant.may_act());

  const std::vector<std::string> really = {"--reason", "it hangs", "--yes",
                                           "--request-id", "take-1"};
  const CommandResult done = Ctl(Release(node, really));
  ASSERT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("taken away from batch-1"),
                              HasSubstr(std::to_string(grant.token())),
                              HasSubstr("may act on")));
  EXPECT_OK(waiter.get());
  EVENTUALLY_THAT(grant.state(), GrantState::kLost);
  EXPECT_THAT(Ctl({"audit", "--action", "ForceReleaseLock"}).out,
              AllOf(HasSubstr("ops"), HasSubstr("it hangs")));
  // Asked again it is the same answer, although the node is gone: with the
  // token, since a request is the same only for the same holder.
  std::vector<std::string> repeat = really;
  repeat.insert(repeat.end(), {"--token", std::to_string(grant.token())});
  const CommandResult again = Ctl(Release(node, repeat));
  EXPECT_EQ(again.status.code, 0) << again.err;
  EXPECT_EQ(ExitOf(Release(node, {"--reason", "x", "--yes"})), 3);
  EXPECT_FALSE(lock.Release().ok());
}

TEST_F(CoordinationTest, RefusalsSayWhyAndTakeNothingAway) {
  Lock lock(*one_, {.path = lock_path_, .data = "batch-1"});
  ASSERT_OK_AND_ASSIGN(const Grant grant, lock.Acquire(Soon()));
  auto waiter = WaitInLine(*two_, lock_path_);
  EVENTUALLY(Shown({"lock", "reports"}).value("waiter_count", "") == "1");
  const json shown = Shown({"lock", "reports"});
  const std::string node = shown["holders"][0]["node"];
  const std::string waiting = shown["waiters"][0]["node"];

  const CommandResult no_reason = Ctl(Release(node, {"--yes"}));
  EXPECT_EQ(no_reason.status.code, 2);
  EXPECT_THAT(no_reason.err, HasSubstr("--reason"));
  const CommandResult unsure = Ctl(Release(node, {"--reason", "x"}));
  EXPECT_EQ(unsure.status.code, 2);
  EXPECT_THAT(unsure.err, AllOf(HasSubstr("batch-1"), HasSubstr("--yes")));
  EXPECT_EQ(ExitOf(Release(node, {"--reason", "x", "--yes", "--token", "1"})),
            4);
  EXPECT_EQ(ExitOf(Release(waiting, {"--reason", "x", "--yes"})), 4);
  EXPECT_EQ(ExitOf(Release("nobody", {"--reason", "x", "--yes"})), 3);

  EXPECT_EQ(ExitOf({"lock", "release", "--node", node, "--reason", "x", "-y"}),
            2);
  EXPECT_EQ(ExitOf({"lock", "reports", "--path", lock_path_}), 2);
  EXPECT_EQ(ExitOf({"lock", "reports", "--folder", "/x"}), 2);
  EXPECT_EQ(ExitOf({"lock", "a//b"}), 2);
  EXPECT_EQ(ExitOf({"lock", "missing"}), 3);
  EXPECT_EQ(ExitOf({"queue", "missing"}), 3);
  EXPECT_EQ(ExitOf({"barrier", "missing"}), 3);
  EXPECT_EQ(ExitOf({"barrier", "open", "missing", "--reason", "x", "--yes"}),
            3);
  EXPECT_TRUE(grant.may_act());
  EXPECT_OK(lock.Release());
  EXPECT_OK(waiter.get());
}

TEST_F(CoordinationTest, QueuesAreShownFromTheirHeadAndPageByPage) {
  Queue queue(*one_, {.path = model::JoinPath(paths_.queues, "mail"),
                      .consumer = "mailer-7"});
  constexpr int kItems = 1100;  // more than a page of rosterd's
  for (int i = 0; i < kItems; ++i)
    ASSERT_OK(queue.Put("letter " + std::to_string(i), Soon()));
  ASSERT_OK_AND_ASSIGN(const auto item, queue.TryTake(Soon()));

  EXPECT_THAT(Ctl({"queue"}).out, AllOf(HasSubstr("mail"), HasSubstr("1100")));
  const std::string head = Ctl({"queue", "mail"}).out;
  EXPECT_THAT(head, AllOf(HasSubstr("mailer-7"), HasSubstr("letter 19"),
                          Not(HasSubstr("letter 20")),
                          HasSubstr("the first 20 of 1100")));
  const json all = Shown({"queue", "mail", "-n", "0"});
  ASSERT_EQ(all["items"].size(), kItems);
  EXPECT_EQ(all["items"][kItems - 1]["data"]["text"], "letter 1099");
  EXPECT_EQ(Shown({"queue", "mail", "-n", "1050"})["items"].size(), 1050u);
  EXPECT_EQ(ExitOf({"queue", "mail", "-n", "-1"}), 2);
  EXPECT_EQ(Ctl({"queue", "-o", "name"}).out, "mail\n");
}

TEST_F(CoordinationTest, ABarrierIsShownAndOpenedByHand) {
  const std::string path = model::JoinPath(paths_.barriers, "start");
  ASSERT_OK(CountBarrier::Set(*one_, path, 3, Soon()));
  auto arrival = std::async(std::launch::async, [&] {
    CountBarrier barrier(*one_, path);
    return barrier.Arrive(Soon());
  });
  EVENTUALLY(Shown({"barrier", "start"}).value("entered_count", "") == "1");
  const std::string detail = Ctl({"barrier", "start"}).out;
  EXPECT_THAT(detail, AllOf(HasSubstr("closed"), HasSubstr("count"),
                            HasSubstr("Entered:\n")));
  EXPECT_THAT(Ctl({"barrier"}).out, HasSubstr("closed"));

  EXPECT_EQ(ExitOf({"barrier", "open", "start", "--yes"}), 2);
  EXPECT_EQ(ExitOf({"barrier", "open", "start", "--reason", "x"}), 2);
  EXPECT_EQ(Shown({"barrier", "start"})["open"], false);
  const CommandResult opened =
      Ctl({"barrier", "open", "start", "--reason", "web-09 is scrapped", "-y"});
  EXPECT_EQ(opened.status.code, 0) << opened.err;
  EXPECT_OK(arrival.get());
  EXPECT_EQ(Shown({"barrier", "start"})["open"], true);
  EXPECT_EQ(ExitOf({"barrier", "open", "start", "--reason", "x", "-y"}), 4);
  EXPECT_THAT(Ctl({"audit", "--action", "OpenBarrier"}).out,
              HasSubstr("web-09 is scrapped"));

  coordination::Barrier bar(*one_, model::JoinPath(paths_.barriers, "bar"));
  ASSERT_OK(bar.Raise(Soon()));
  EXPECT_EQ(ExitOf({"barrier", "open", "bar", "--reason", "x", "-y"}), 0);
  EXPECT_OK(bar.Wait(Soon()));
  EXPECT_EQ(ExitOf({"barrier", "bar"}), 3);
}

TEST_F(CoordinationTest, NoMemberOfAnotherClusterIsTakenForABarrier) {
  const auto both = RosterdProcess::Watching(
      servers_, {"--cluster", "east=/east", "--cluster", "west=/west"});
  for (const std::string path : {"/east/web-01", "/west/web-01", "/bar"}) {
    coordination::Barrier barrier(*one_, path);
    ASSERT_OK(barrier.Raise(Soon()));
    const auto open = [&] {
      return both->Rosterctl({"barrier", "open", "--path", path, "--cluster",
                              "east", "--reason", "x", "--yes"});
    };
    EVENTUALLY_THAT(open().status.code, path == "/bar" ? 0 : 2);
    const bool open_now =
        both->Rosterctl({"barrier", "--path", path, "--cluster", "east"})
            .status.code == 3;
    EXPECT_EQ(open_now, path == "/bar") << path;
  }
}

}  // namespace
}  // namespace roster::testing
