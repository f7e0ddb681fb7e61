#include "coordination/config_subscription.h"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "coordination/config_store.h"
#include "tests/integration/coordination/connect.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::roster::testing::StatusIs;
using ::roster::testing::TcpProxy;
using ::roster::testing::TempDir;
using ::roster::testing::ZkProbe;
using ::roster::testing::ZkServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPath[] = "/roster/default/config";

// Writes down what a subscription says.
class Told {
 public:
  void Add(const ConfigUpdate& update) {
    base::MutexLock lock(&mu_);
    lines_.push_back(absl::StrCat(
        update.name, "=", update.entry ? update.entry->value : "none",
        update.rejected ? absl::StrCat(" !", update.rejected->reason) : ""));
  }
  std::vector<std::string> lines() {
    base::MutexLock lock(&mu_);
    return lines_;
  }

 private:
  base::Mutex mu_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mu_);
};

class ConfigSubscriptionTest : public ::testing::Test {
 protected:
  std::unique_ptr<ConfigSubscription> Subscribe(
      ConfigSubscriptionOptions options) {
    return SubscribeOn(*client_, std::move(options));
  }
  std::unique_ptr<ConfigSubscription> SubscribeOn(
      Client& client, ConfigSubscriptionOptions options) {
    options.path = kPath;
    if (!options.on_change)
      options.on_change = [this](const ConfigUpdate& update) {
        told_.Add(update);
      };
    auto subscription = ConfigSubscription::Create(client, std::move(options));
    EXPECT_OK(subscription);
    return *std::move(subscription);
  }
  void Put(const std::string& name, const std::string& value) {
    ASSERT_OK(store_.Put(name, value, {}, Soon()));
  }
  static std::string ValueIn(const ConfigSubscription& subscription,
                             const std::string& name) {
    const ConfigEntryPtr entry = subscription.Get(name);
    return entry == nullptr ? "none" : entry->value;
  }
  static bool Fresh(const ConfigSubscription& subscription) {
    return !subscription.view()->stale;
  }
  // Nobody listens there.
  std::unique_ptr<Client> ClientWithoutZooKeeper() {
    nowhere_.Refuse(true);
    return Connect(nowhere_.ConnectString());
  }

  const std::string chroot_ = ZkServer::Shared().NewChroot("config-sub");
  const TempDir dir_;
  const std::string file_ = dir_.File("config.json");
  ZkProbe probe_{ZkServer::Shared().ConnectString(chroot_)};
  TcpProxy proxy_{ZkServer::Shared().port()};
  TcpProxy nowhere_{ZkServer::Shared().port()};
  Told told_;
  // The writer is not cut off with the subscriber.
  std::unique_ptr<Client> writer_ =
      Connect(ZkServer::Shared().ConnectString(chroot_));
  ConfigStore store_{*writer_, {.path = kPath}};
  std::unique_ptr<Client> client_ = Connect(proxy_.ConnectString(chroot_));
};

TEST_F(ConfigSubscriptionTest, TellsTheValueAndEveryChange) {
  Put("search/limits", "1");
  const auto subscription = Subscribe({.name = "search/limits"});
  ASSERT_OK(subscription->WaitUntilKnown(Soon()));
  EXPECT_EQ(ValueIn(*subscription, "search/limits"), "1");
  EXPECT_EQ(subscription->view()->source, ConfigView::Source::kZooKeeper);
  EXPECT_FALSE(subscription->view()->stale);
  Put("search/limits", "2");
  EVENTUALLY(ValueIn(*subscription, "search/limits") == "2");
  Put("search/other", "x");
  Put("search/limits", "3");
  EVENTUALLY_THAT(
      told_.lines(),
      ElementsAre("search/limits=1", "search/limits=2", "search/limits=3"));
  EXPECT_EQ(subscription->view()->entries.size(), 1u);
}

TEST_F(ConfigSubscriptionTest, WaitsForAnEntryThatIsNotThereYet) {
  const auto subscription = Subscribe({.name = "later"});
  ASSERT_OK(subscription->WaitUntilKnown(Soon()));
  EXPECT_EQ(subscription->Get("later"), nullptr);
  Put("later", "now");
  EVENTUALLY(ValueIn(*subscription, "later") == "now");
}

TEST_F(ConfigSubscriptionTest, TheFinalValueArrivesThroughCuts) {
  Put("a", "0");
  const auto subscription = Subscribe({.name = "a"});
  for (int i = 1; i <= 60; ++i) {
    Put("a", absl::StrCat(i));
    if (i % 7 == 0) proxy_.Cut();
  }
  EVENTUALLY(ValueIn(*subscription, "a") == "60" && Fresh(*subscription));
}

TEST_F(ConfigSubscriptionTest, FollowsADeletionAndAReturn) {
  Put("a", "1");
  const auto subscription = Subscribe({.name = "a"});
  EVENTUALLY(ValueIn(*subscription, "a") == "1");
  ASSERT_OK(store_.Delete("a", {}, Soon()));
  EVENTUALLY(subscription->Get("a") == nullptr);
  Put("a", "2");
  EVENTUALLY_THAT(told_.lines(), ElementsAre("a=1", "a=none", "a=2"));
  // Also when somebody removes the node itself.
  ASSERT_OK(probe_.DeleteTree(absl::StrCat(kPath, "/a")));
  EVENTUALLY(subscription->Get("a") == nullptr);
}

TEST_F(ConfigSubscriptionTest, FollowsManyEntriesByPrefix) {
  Put("web/a", "1");
  Put("web/b", "1");
  Put("db/a", "1");
  const auto subscription = Subscribe({.prefix = "web/"});
  ASSERT_OK(subscription->WaitUntilKnown(Soon()));
  EXPECT_EQ(subscription->view()->entries.size(), 2u);
  Put("web/c", "1");
  EVENTUALLY(ValueIn(*subscription, "web/c") == "1");
  Put("web/a", "2");
  EVENTUALLY(ValueIn(*subscription, "web/a") == "2");
  EXPECT_EQ(subscription->Get("db/a"), nullptr);
}

TEST_F(ConfigSubscriptionTest, F71_RejectsABadValueAndKeepsTheOneBefore) {
  Put("limit", "10");
  const auto subscription =
      Subscribe({.name = "limit", .check = [](const model::ConfigEntry& entry) {
                   if (entry.value == "throw")
                     throw std::runtime_error("cannot parse");
                   return entry.value.size() < 3
                              ? absl::OkStatus()
                              : absl::InvalidArgumentError("too large");
                 }});
  EVENTUALLY(ValueIn(*subscription, "limit") == "10");
  Put("limit", "1000");
  EVENTUALLY(!subscription->view()->rejected.empty());
  EXPECT_EQ(ValueIn(*subscription, "limit"), "10");
  EXPECT_EQ(subscription->view()->rejected.at("limit").version, 2);
  Put("limit", "throw");
  EVENTUALLY(subscription->view()->rejected.at("limit").version == 3);
  EXPECT_EQ(ValueIn(*subscription, "limit"), "10");
  Put("limit", "20");
  EVENTUALLY(ValueIn(*subscription, "limit") == "20");
  EXPECT_TRUE(subscription->view()->rejected.empty());
  EVENTUALLY_THAT(
      told_.lines(),
      ElementsAre("limit=10", "limit=10 !too large",
                  "limit=10 !the check threw: cannot parse", "limit=20"));
}

TEST_F(ConfigSubscriptionTest, WhatCannotBeReadIsRejected) {
  Put("a", "1");
  const auto subscription = Subscribe({.name = "a"});
  EVENTUALLY(ValueIn(*subscription, "a") == "1");
  ASSERT_OK(probe_.Set(absl::StrCat(kPath, "/a"), "by hand"));
  EVENTUALLY(!subscription->view()->rejected.empty());
  EXPECT_EQ(ValueIn(*subscription, "a"), "1");
  EXPECT_EQ(subscription->view()->rejected.at("a").version, 0);
}

TEST_F(ConfigSubscriptionTest, SaysSinceWhenItIsStale) {
  Put("a", "1");
  const auto subscription = Subscribe({.name = "a"});
  EVENTUALLY(Fresh(*subscription));
  EXPECT_EQ(subscription->view()->Age(absl::Now()), absl::ZeroDuration());
  proxy_.Refuse(true);
  const absl::Time cut = absl::Now();
  proxy_.Cut();
  EVENTUALLY(!Fresh(*subscription));
  EXPECT_EQ(ValueIn(*subscription, "a"), "1");
  const absl::Duration age = subscription->view()->Age(cut + absl::Hours(1));
  EXPECT_GT(age, absl::Minutes(55));
  EXPECT_LT(age, absl::Minutes(65));
  Put("a", "2");
  proxy_.Refuse(false);
  EVENTUALLY(Fresh(*subscription));
  EXPECT_EQ(ValueIn(*subscription, "a"), "2");
}

TEST_F(ConfigSubscriptionTest, GoesOnInANewSession) {
  Put("a", "1");
  const auto subscription = Subscribe({.name = "a"});
  EVENTUALLY(Fresh(*subscription));
  int64_t session_id = 0;
  client_->loop().RunAndWait(
      [&] { session_id = client_->session().info().session_id; });
  ASSERT_OK(probe_.ExpireSession(session_id));
  Put("a", "2");
  EVENTUALLY(ValueIn(*subscription, "a") == "2");
  Put("a", "3");
  EVENTUALLY(ValueIn(*subscription, "a") == "3");
}

TEST_F(ConfigSubscriptionTest, StartsFromTheCopyWhileZooKeeperIsAway) {
  Put("web/a", "1");
  Put("web/b", std::string("\0\xff", 2));
  {
    const auto first = Subscribe({.prefix = "web/", .copy_file = file_});
    EVENTUALLY(Fresh(*first));
  }
  const auto away = ClientWithoutZooKeeper();
  Told told;
  const auto subscription = SubscribeOn(
      *away,
      {.prefix = "web/",
       .copy_file = file_,
       .on_change = [&](const ConfigUpdate& update) { told.Add(update); }});
  ASSERT_OK(subscription->WaitUntilKnown(absl::Now()));
  EXPECT_EQ(ValueIn(*subscription, "web/a"), "1");
  EXPECT_EQ(ValueIn(*subscription, "web/b"), std::string("\0\xff", 2));
  const ConfigViewPtr view = subscription->view();
  EXPECT_EQ(view->source, ConfigView::Source::kCopy);
  EXPECT_TRUE(view->stale);
  EXPECT_LT(view->Age(absl::Now()), absl::Minutes(1));
  EXPECT_OK(subscription->copy_status());
  EVENTUALLY(told.lines().size() == 2);
}

TEST_F(ConfigSubscriptionTest, WhatTheCopyKnowsIsReplacedByWhatIsThere) {
  Put("web/a", "old");
  Put("web/gone", "1");
  {
    const auto first = Subscribe({.prefix = "web/", .copy_file = file_});
    EVENTUALLY(Fresh(*first));
  }
  Put("web/a", "new");
  ASSERT_OK(store_.Delete("web/gone", {}, Soon()));
  ASSERT_OK(probe_.DeleteTree(absl::StrCat(kPath, "/web%2Fgone")));
  proxy_.Refuse(true);
  proxy_.Cut();
  const auto subscription = Subscribe({.prefix = "web/", .copy_file = file_});
  EXPECT_EQ(ValueIn(*subscription, "web/a"), "old");
  EXPECT_EQ(ValueIn(*subscription, "web/gone"), "1");
  proxy_.Refuse(false);
  EVENTUALLY(Fresh(*subscription));
  EXPECT_EQ(ValueIn(*subscription, "web/a"), "new");
  EXPECT_EQ(subscription->Get("web/gone"), nullptr);
}

TEST_F(ConfigSubscriptionTest, TheCopyIsCheckedToo) {
  Put("a", "1");
  {
    const auto first = Subscribe({.name = "a", .copy_file = file_});
    EVENTUALLY(Fresh(*first));
  }
  const auto away = ClientWithoutZooKeeper();
  const auto subscription = SubscribeOn(
      *away,
      {.name = "a", .copy_file = file_, .check = [](const model::ConfigEntry&) {
         return absl::InvalidArgumentError("of a former release");
       }});
  EXPECT_EQ(subscription->Get("a"), nullptr);
  EXPECT_EQ(subscription->view()->rejected.at("a").reason,
            "of a former release");
}

TEST_F(ConfigSubscriptionTest, ABrokenCopyIsNotUsedAndReplaced) {
  Put("a", "1");
  for (const std::string broken :
       {"", "{", "[]", R"({"v":1})", R"({"v":2,"entries":{}})",
        R"({"v":1,"origin":"/roster/default/config a","as_of":"x"})"}) {
    testing::WriteFile(file_, broken);
    const auto away = ClientWithoutZooKeeper();
    const auto subscription =
        SubscribeOn(*away, {.name = "a", .copy_file = file_});
    EXPECT_EQ(subscription->view()->source, ConfigView::Source::kNone)
        << broken;
    EXPECT_FALSE(subscription->copy_status().ok()) << broken;
    EXPECT_THAT(subscription->WaitUntilKnown(absl::Now()),
                StatusIs(absl::StatusCode::kUnavailable));
  }
  {
    const auto subscription = Subscribe({.name = "a", .copy_file = file_});
    EVENTUALLY(Fresh(*subscription));
  }
  EXPECT_THAT(testing::ReadFile(file_), HasSubstr("\"value\": \"1\""));
}

TEST_F(ConfigSubscriptionTest, ACopyOfSomethingElseIsNotUsed) {
  Put("a", "1");
  {
    const auto first = Subscribe({.name = "a", .copy_file = file_});
    EVENTUALLY(Fresh(*first));
  }
  const auto away = ClientWithoutZooKeeper();
  const auto other = SubscribeOn(*away, {.name = "b", .copy_file = file_});
  EXPECT_EQ(other->view()->source, ConfigView::Source::kNone);
  EXPECT_THAT(other->copy_status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ConfigSubscriptionTest, ACopyThatCannotBeWrittenIsReported) {
  Put("a", "1");
  const auto subscription =
      Subscribe({.name = "a", .copy_file = dir_.File("missing/config.json")});
  EVENTUALLY(ValueIn(*subscription, "a") == "1");
  EVENTUALLY(!subscription->copy_status().ok());
}

TEST_F(ConfigSubscriptionTest, TheCopyIsForItsOwnerAndLeavesNothingBehind) {
  Put("a", "1");
  {
    const auto first = Subscribe({.name = "a", .copy_file = file_});
    EVENTUALLY(Fresh(*first));
  }
  namespace fs = std::filesystem;
  EXPECT_EQ(fs::status(file_).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), {}), 1);
}

TEST_F(ConfigSubscriptionTest, TheCopySaysThatItIsUpToDate) {
  Put("a", "1");
  const auto subscription = Subscribe({.name = "a",
                                       .copy_file = file_,
                                       .copy_refresh = absl::Milliseconds(20)});
  EVENTUALLY(Fresh(*subscription));
  EVENTUALLY(!testing::ReadFile(file_).empty());
  const std::string before = testing::ReadFile(file_);
  EVENTUALLY(testing::ReadFile(file_) != before);
}

TEST_F(ConfigSubscriptionTest, ACallbackThatThrowsDoesNoHarm) {
  Put("a", "1");
  const auto subscription =
      Subscribe({.name = "a", .on_change = [](const ConfigUpdate&) {
                   throw std::runtime_error("not our day");
                 }});
  EVENTUALLY(ValueIn(*subscription, "a") == "1");
  Put("a", "2");
  EVENTUALLY(ValueIn(*subscription, "a") == "2");
}

TEST_F(ConfigSubscriptionTest, RefusesOptionsThatAreWrong) {
  EXPECT_THAT(ConfigSubscription::Create(*client_, {.path = "config"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      ConfigSubscription::Create(*client_, {.path = kPath, .name = "a//b"}),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ConfigSubscription::Create(
                  *client_, {.path = kPath, .name = "a", .prefix = "b"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace roster::coordination
