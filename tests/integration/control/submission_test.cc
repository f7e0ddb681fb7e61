// What a change that cannot be made says for it, and what becomes of requests
// whose stored answers somebody has spoilt.

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/loop.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "monitor/control/cluster_commands.h"
#include "monitor/control/control_store.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"
#include "zk/blocking_session.h"
#include "zk/session.h"

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

// A store whose view of the world is what the test says.
class SubmissionTest : public ::testing::Test {
 protected:
  SubmissionTest()
      : chroot_(testing::ZkServer::Shared().NewChroot("submission")),
        servers_(testing::ZkServer::Shared().ConnectString(chroot_)),
        probe_(servers_),
        loop_("session") {
    loop_.Start();
    loop_.RunAndWait([this] {
      session_ = std::make_unique<zk::Session>(
          loop_, zk::SessionOptions{.servers = servers_});
      session_->Start();
    });
    blocking_ = std::make_unique<zk::BlockingSession>(loop_, *session_);
    const auto store = Store([](int) { return View(0); });
    EXPECT_TRUE(testing::WaitUntil(
        [&] { return store->Prepare(absl::Now() + absl::Seconds(1)).ok(); },
        "prepared"));
  }
  ~SubmissionTest() override {
    blocking_->Close();
    loop_.RunAndWait([this] { session_.reset(); });
  }

  static absl::StatusOr<FencedView> View(int32_t admission_version) {
    return FencedView{.view = std::make_shared<ClusterView>(),
                      .admission_version = admission_version};
  }
  // `look` is given how often it was asked before.
  std::unique_ptr<ControlStore> Store(
      std::function<absl::StatusOr<FencedView>(int)> look) {
    return std::make_unique<ControlStore>(
        *blocking_,
        [look = std::move(look), looks = 0](absl::Time) mutable {
          return look(looks++);
        },
        ControlStoreOptions{.cluster = "default",
                            .members_path = "/clusterServer",
                            .paths = model::ClusterPaths("/roster", "default"),
                            .monitor_id = "m-1"});
  }
  static absl::StatusOr<Committed> Commit(ControlStore& store,
                                          const std::string& request_id,
                                          absl::Duration patience) {
    RequestMeta meta{.actor = {.name = "ops"},
                     .request_id = request_id,
                     .content = "the same",
                     .deadline = absl::Now() + testing::Scaled(patience)};
    return store.Commit(meta, {.action = "Try"},
                        [](const FencedView&) { return Changeset{}; });
  }

  const std::string chroot_;
  const std::string servers_;
  testing::ZkProbe probe_;
  base::Loop loop_;
  std::unique_ptr<zk::Session> session_;  // confined to loop_
  std::unique_ptr<zk::BlockingSession> blocking_;
};

// The admission node has version 0, so 7 is behind the times for ever.
TEST_F(SubmissionTest, ThatOthersWereQuickerIsSaidWhenTheyWere) {
  const auto store = Store([](int) { return View(7); });
  const auto result = Commit(*store, "", absl::Milliseconds(300));
  EXPECT_EQ(base::DetailsOf(result.status()).reason, "CONTENDED");
  EXPECT_THAT(result.status().message(), HasSubstr("others were quicker"));
}

TEST_F(SubmissionTest, WhoWasQuickerBeforeZooKeeperWentIsNotToBlame) {
  const auto store = Store([](int looks) -> absl::StatusOr<FencedView> {
    if (looks < 3) return View(7);
    return absl::UnavailableError("connection refused");
  });
  const auto result = Commit(*store, "", absl::Milliseconds(500));
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("connection refused")));
  EXPECT_EQ(base::DetailsOf(result.status()).reason, "ZOOKEEPER_UNAVAILABLE");
}

// Anybody can be refused as often as they like, with as much as fits a request.
TEST_F(SubmissionTest, WhatIsAuditedOfARefusalHasABound) {
  const auto store = Store([](int) { return View(0); });
  AuditSubject subject{
      .action = "TakeOffline",
      .targets = std::vector<std::string>(5000, std::string(255, 'm'))};
  const std::string why =
      std::string(2047, 'w') + "\u00e9" + std::string(100'000, 'w');
  const auto refused = store->Commit(
      {.actor = {.name = "ops"},
       .content = "too much",
       .deadline = absl::Now() + absl::Seconds(10)},
      subject, [&](const FencedView&) {
        return absl::StatusOr<Changeset>(absl::NotFoundError(why));
      });
  EXPECT_EQ(refused.status().message(), why);

  ASSERT_OK_AND_ASSIGN(const auto names,
                       probe_.Children("/roster/default/audit"));
  ASSERT_EQ(names.size(), 1u);
  ASSERT_OK_AND_ASSIGN(
      const std::string bytes,
      probe_.Get(base::StrCat("/roster/default/audit/", names[0])));
  EXPECT_LT(bytes.size(), 64u * 1024);
  ASSERT_OK_AND_ASSIGN(const model::AuditEntry entry,
                       model::ParseAuditEntry(bytes));
  EXPECT_EQ(entry.result, "NOT_FOUND");
  EXPECT_EQ(entry.targets.size(), 100u);
  EXPECT_EQ(entry.message, std::string(2047, 'w')) << "no half of a character";
}

// gRPC's clients take 4 MiB; an entry may have almost 1.
TEST_F(SubmissionTest, APageOfTheAuditFitsIntoAnAnswer) {
  model::AuditEntry entry{.at = absl::Now(), .action = "TakeOffline"};
  entry.targets.resize(2000, {.name = std::string(300, 'm')});
  for (int i = 0; i < 10; ++i) {
    entry.reason = base::StrCat("reason ", i);
    ASSERT_OK(probe_
                  .Create("/roster/default/audit/e-",
                          model::SerializeAuditEntry(entry),
                          testing::NodeKind::kPersistentSequential)
                  .status());
  }
  const auto store = Store([](int) { return View(0); });
  AuditQuery query{.limit = 1000, .deadline = absl::Now() + absl::Seconds(30)};
  std::vector<std::string> reasons;
  int pages = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const AuditPage page, ListAudit(*store, query));
    size_t bytes = 0;
    for (const AuditLine& line : page.lines) {
      bytes += model::SerializeAuditEntry(line.entry).size();
      reasons.push_back(line.entry.reason);
    }
    EXPECT_LT(bytes, 4u * 1024 * 1024);
    query.before = page.next_before;
    ++pages;
  } while (query.before != 0);
  EXPECT_GT(pages, 1);
  ASSERT_EQ(reasons.size(), 10u);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(reasons[i], base::StrCat("reason ", 9 - i));
}

TEST_F(SubmissionTest, WhatIsNoAnswerOfOursIsNamedWithTheNextStep) {
  const auto store = Store([](int) { return View(0); });
  ASSERT_OK(Commit(*store, "good", absl::Seconds(10)).status());
  for (const char* garbage :
       {"", "garbage", "[]", R"({"v":1,"answer":{"changes":5}})",
        R"({"v":1,"fingerprint":7,"answer":{}})",
        R"({"v":1,"fingerprint":"x","answer":{"changes":[{"name":5}]}})"}) {
    const std::string path = "/roster/default/requests/spoilt";
    ASSERT_OK(probe_.Create(path, garbage).status());
    const auto result = Commit(*store, "spoilt", absl::Seconds(10));
    EXPECT_THAT(result, StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr(path)))
        << garbage;
    EXPECT_THAT(result.status().message(), HasSubstr("another request_id"));
    EXPECT_EQ(base::DetailsOf(result.status()).reason, "NODE_UNREADABLE");
    EXPECT_EQ(*probe_.Get(path), garbage) << "left as it is";
    ASSERT_OK(probe_.Delete(path));
  }
}

}  // namespace
}  // namespace roster::monitor
