#include "coordination/config_store.h"

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "model/paths.h"
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
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPath[] = "/roster/default/config";

std::string ReasonOf(const absl::Status& status) {
  return base::DetailsOf(status).reason;
}

class ConfigStoreTest : public ::testing::Test {
 protected:
  const std::string chroot_ = ZkServer::Shared().NewChroot("config");
  ZkProbe probe_{ZkServer::Shared().ConnectString(chroot_)};
  TcpProxy proxy_{ZkServer::Shared().port()};
  std::unique_ptr<Client> client_ = Connect(proxy_.ConnectString(chroot_));
  ConfigStore store_{*client_, {.path = kPath}};
};

TEST_F(ConfigStoreTest, KeepsWhatWasPut) {
  ASSERT_OK_AND_ASSIGN(const model::ConfigEntry put,
                       store_.Put("search/limits", R"({"qps":100})",
                                  {.author = "ops",
                                   .comment = "first",
                                   .content_type = "application/json"},
                                  Soon()));
  EXPECT_EQ(put.version, 1);
  ASSERT_OK_AND_ASSIGN(const model::ConfigEntry got,
                       store_.Get("search/limits", Soon()));
  EXPECT_EQ(got.name, "search/limits");
  EXPECT_EQ(got.value, R"({"qps":100})");
  EXPECT_EQ(got.author, "ops");
  EXPECT_EQ(got.comment, "first");
  EXPECT_EQ(got.content_type, "application/json");
  EXPECT_EQ(got.change_id, put.change_id);
  EXPECT_LT(absl::AbsDuration(absl::Now() - got.at), absl::Minutes(1));
}

TEST_F(ConfigStoreTest, KeepsEveryByteOfAValue) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  ASSERT_OK(store_.Put("binary", bytes, {}, Soon()));
  EXPECT_EQ(store_.Get("binary", Soon())->value, bytes);
  ASSERT_OK(store_.Put("empty", "", {}, Soon()));
  EXPECT_EQ(store_.Get("empty", Soon())->value, "");
}

TEST_F(ConfigStoreTest, AnEntryMayHaveTheNameOfAFolder) {
  ASSERT_OK(store_.Put("a", "1", {}, Soon()));
  ASSERT_OK(store_.Put("a/b", "2", {}, Soon()));
  ASSERT_OK(store_.Put("a%2Fb", "3", {}, Soon()));
  EXPECT_EQ(store_.Get("a", Soon())->value, "1");
  EXPECT_EQ(store_.Get("a/b", Soon())->value, "2");
  EXPECT_EQ(store_.Get("a%2Fb", Soon())->value, "3");
}

TEST_F(ConfigStoreTest, ListsByPrefixInOrder) {
  for (const char* name : {"web/b", "web/a", "db/a", "web"})
    ASSERT_OK(store_.Put(name, name, {}, Soon()));
  ASSERT_OK(store_.Put("web/gone", "", {}, Soon()));
  ASSERT_OK(store_.Delete("web/gone", {}, Soon()));
  ASSERT_OK(probe_.Create(absl::StrCat(kPath, "/web%2Fforeign"), "mine"));
  ASSERT_OK_AND_ASSIGN(const auto web, store_.List("web/", Soon()));
  EXPECT_THAT(web, ElementsAre(Field(&model::ConfigEntry::name, "web/a"),
                               Field(&model::ConfigEntry::name, "web/b")));
  EXPECT_THAT(*store_.List("", Soon()), SizeIs(4));
  EXPECT_THAT(*store_.List("nothing", Soon()), IsEmpty());
}

TEST_F(ConfigStoreTest, NothingIsThereBeforeTheFirstPut) {
  EXPECT_THAT(*store_.List("", Soon()), IsEmpty());
  EXPECT_EQ(ReasonOf(store_.Get("a", Soon()).status()), "CONFIG_NOT_FOUND");
  EXPECT_EQ(ReasonOf(store_.History("a", Soon()).status()), "CONFIG_NOT_FOUND");
  EXPECT_EQ(ReasonOf(store_.Delete("a", {}, Soon()).status()),
            "CONFIG_NOT_FOUND");
}

TEST_F(ConfigStoreTest, F71_ChangesOnlyTheVersionThatIsExpected) {
  ASSERT_OK(store_.Put("a", "1", {.expected_version = 0}, Soon()));
  const auto exists = store_.Put("a", "x", {.expected_version = 0}, Soon());
  EXPECT_THAT(exists, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ReasonOf(exists.status()), "CONFIG_EXISTS");
  ASSERT_OK(store_.Put("a", "2", {.expected_version = 1}, Soon()));
  for (const int64_t wrong : {1, 3}) {
    const auto put = store_.Put("a", "x", {.expected_version = wrong}, Soon());
    EXPECT_THAT(put, StatusIs(absl::StatusCode::kAborted));
    EXPECT_EQ(ReasonOf(put.status()), "CONFIG_VERSION_MISMATCH");
    EXPECT_THAT(base::DetailsOf(put.status()).metadata,
                ::testing::Contains(::testing::Pair("version", "2")));
  }
  EXPECT_THAT(store_.Delete("a", {.expected_version = 1}, Soon()),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(store_.Rollback("a", 1, {.expected_version = 1}, Soon()),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(store_.Get("a", Soon())->value, "2");
}

TEST_F(ConfigStoreTest, VersionsGoOnAfterADeletion) {
  ASSERT_OK(store_.Put("a", "1", {}, Soon()));
  ASSERT_OK(store_.Delete("a", {.author = "ops", .comment = "old"}, Soon()));
  EXPECT_THAT(store_.Get("a", Soon()), StatusIs(absl::StatusCode::kNotFound));
  // Who has read version 1 does not bring it back.
  EXPECT_THAT(store_.Put("a", "x", {.expected_version = 1}, Soon()),
              StatusIs(absl::StatusCode::kAborted));
  ASSERT_OK_AND_ASSIGN(const auto again,
                       store_.Put("a", "3", {.expected_version = 0}, Soon()));
  EXPECT_EQ(again.version, 3);
  ASSERT_OK_AND_ASSIGN(const auto history, store_.History("a", Soon()));
  ASSERT_THAT(history, SizeIs(3));
  EXPECT_EQ(history[0].value, "3");
  EXPECT_TRUE(history[1].deleted);
  EXPECT_EQ(history[1].comment, "old");
  EXPECT_EQ(history[2].value, "1");
}

TEST_F(ConfigStoreTest, RollbackMakesANewVersionOfAnOldValue) {
  ASSERT_OK(store_.Put("a", "good", {.content_type = "text/plain"}, Soon()));
  ASSERT_OK(store_.Put("a", "bad", {}, Soon()));
  ASSERT_OK_AND_ASSIGN(const auto back,
                       store_.Rollback("a", 1, {.author = "ops"}, Soon()));
  EXPECT_EQ(back.version, 3);
  EXPECT_EQ(back.value, "good");
  EXPECT_EQ(back.content_type, "text/plain");
  EXPECT_EQ(back.restored_from, 1);
  ASSERT_OK(store_.Delete("a", {}, Soon()));
  const auto of_deletion = store_.Rollback("a", 4, {}, Soon());
  EXPECT_EQ(ReasonOf(of_deletion.status()), "CONFIG_VERSION_DELETED");
  EXPECT_EQ(ReasonOf(store_.Rollback("a", 9, {}, Soon()).status()),
            "CONFIG_VERSION_NOT_FOUND");
  EXPECT_EQ(store_.Rollback("a", 2, {}, Soon())->value, "bad");
  EXPECT_EQ(store_.Get("a", Soon())->version, 5);
}

TEST_F(ConfigStoreTest, HistoryIsBounded) {
  ConfigStore store(*client_, {.path = kPath, .max_history = 3});
  for (int i = 1; i <= 10; ++i)
    ASSERT_OK(store.Put("a", absl::StrCat(i), {}, Soon()));
  EXPECT_THAT(*store.History("a", Soon()),
              ElementsAre(Field(&model::ConfigEntry::version, 10),
                          Field(&model::ConfigEntry::version, 9),
                          Field(&model::ConfigEntry::version, 8)));
  EXPECT_THAT(*probe_.Children(absl::StrCat(kPath, "/a")), SizeIs(3));
}

TEST_F(ConfigStoreTest, RefusesWhatCannotBeAnEntry) {
  for (const std::string name :
       {"", "/a", "a/", "a//b", "a/../b", ".", "a\nb", "\xff", "a\x7f"}) {
    const auto put = store_.Put(name, "", {}, Soon());
    EXPECT_THAT(put, StatusIs(absl::StatusCode::kInvalidArgument)) << name;
    EXPECT_EQ(ReasonOf(put.status()), "INVALID_CONFIG_NAME") << name;
    EXPECT_EQ(ReasonOf(store_.Get(name, Soon()).status()),
              "INVALID_CONFIG_NAME");
  }
  EXPECT_EQ(
      ReasonOf(store_.Put(std::string(256, 'n'), "", {}, Soon()).status()),
      "INVALID_CONFIG_NAME");
  const std::string most(model::kMaxConfigValueBytes, 'v');
  EXPECT_OK(store_.Put("big", most, {}, Soon()));
  const auto more = store_.Put("big", most + "v", {}, Soon());
  EXPECT_THAT(more, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(ReasonOf(more.status()), "CONFIG_TOO_LARGE");
  EXPECT_EQ(base::DetailsOf(
                store_.Put("a", "", {.comment = std::string(1025, 'c')}, Soon())
                    .status())
                .field,
            "comment");
}

TEST_F(ConfigStoreTest, LeavesWhatItCannotReadAsItIs) {
  ASSERT_OK(store_.Put("a", "1", {}, Soon()));
  ASSERT_OK(probe_.Set(absl::StrCat(kPath, "/a"), "by hand"));
  EXPECT_EQ(ReasonOf(store_.Get("a", Soon()).status()), "NODE_UNREADABLE");
  EXPECT_EQ(ReasonOf(store_.Put("a", "2", {}, Soon()).status()),
            "NODE_UNREADABLE");
  EXPECT_EQ(*probe_.Get(absl::StrCat(kPath, "/a")), "by hand");
}

// Each writer adds to what it read; a lost update would be a missing number.
TEST_F(ConfigStoreTest, F71_RacingWritersLoseNoUpdate) {
  constexpr int kWriters = 4;
  constexpr int kEach = 15;
  ASSERT_OK(store_.Put("list", "", {}, Soon()));
  std::atomic<int> conflicts{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      const auto client = Connect(ZkServer::Shared().ConnectString(chroot_));
      ConfigStore store(*client, {.path = kPath});
      for (int i = 0; i < kEach;) {
        const auto read = store.Get("list", Soon());
        ASSERT_OK(read);
        const auto put =
            store.Put("list", absl::StrCat(read->value, writer, ".", i, " "),
                      {.expected_version = read->version}, Soon());
        if (put.ok()) {
          ++i;
        } else {
          ASSERT_THAT(put, StatusIs(absl::StatusCode::kAborted));
          ++conflicts;
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  ASSERT_OK_AND_ASSIGN(const auto end, store_.Get("list", Soon()));
  EXPECT_EQ(end.version, 1 + kWriters * kEach);
  for (int writer = 0; writer < kWriters; ++writer)
    for (int i = 0; i < kEach; ++i)
      EXPECT_THAT(end.value,
                  ::testing::HasSubstr(absl::StrCat(writer, ".", i, " ")));
  EXPECT_GT(conflicts, 0);
}

TEST_F(ConfigStoreTest, F71_ConcurrentPutsOfAnyVersionAllCount) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 3; ++writer)
    writers.emplace_back([&] {
      for (int i = 0; i < 10; ++i)
        ASSERT_OK(store_.Put("any", "x", {}, Soon()));
    });
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(store_.Get("any", Soon())->version, 30);
}

TEST_F(ConfigStoreTest, AChangeWhoseAnswerIsLostIsDoneOnce) {
  ASSERT_OK(store_.Put("a", "1", {}, Soon()));
  proxy_.CutBeforeReply("lost-answer");
  ASSERT_OK_AND_ASSIGN(
      const auto put,
      store_.Put("a", "2", {.comment = "lost-answer", .expected_version = 1},
                 Soon()));
  EXPECT_EQ(proxy_.cuts_carried_out(), 1);
  EXPECT_EQ(put.version, 2);
  EXPECT_EQ(store_.Get("a", Soon())->version, 2);
  EXPECT_THAT(*store_.History("a", Soon()), SizeIs(2));
}

TEST_F(ConfigStoreTest, WaitsForAConnectionThatIsAway) {
  ASSERT_OK(store_.Put("a", "1", {}, Soon()));
  proxy_.Refuse(true);
  proxy_.Cut();
  std::thread mender([&] {
    EXPECT_TRUE(testing::WaitUntil(
        [&] { return proxy_.open_connections() == 0; }, "cut"));
    proxy_.Refuse(false);
  });
  EXPECT_OK(store_.Put("a", "2", {.expected_version = 1}, Soon()));
  mender.join();
}

TEST_F(ConfigStoreTest, WorksOnInANewSession) {
  ASSERT_OK(store_.Put("a", "1", {}, Soon()));
  const auto session_id = [&] {
    int64_t id = 0;
    client_->loop().RunAndWait(
        [&] { id = client_->session().info().session_id; });
    return id;
  };
  const int64_t before = session_id();
  ASSERT_OK(probe_.ExpireSession(before));
  EXPECT_OK(store_.Put("a", "2", {}, Soon()));
  EVENTUALLY(session_id() != before);
  EXPECT_OK(store_.Put("a", "3", {.expected_version = 2}, Soon()));
}

TEST_F(ConfigStoreTest, SaysThatZooKeeperIsAwayAtTheDeadline) {
  proxy_.Refuse(true);
  proxy_.Cut();
  const absl::Time start = absl::Now();
  const auto put =
      store_.Put("a", "1", {}, absl::Now() + absl::Milliseconds(300));
  EXPECT_THAT(put, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(250));
}

TEST_F(ConfigStoreTest, DoesNotBlockTheLoopThatAnswersIt) {
  absl::Status status;
  client_->loop().RunAndWait(
      [&] { status = store_.Put("a", "1", {}, Soon()).status(); });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace roster::coordination
