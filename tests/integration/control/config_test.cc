#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "coordination/client.h"
#include "coordination/config_store.h"
#include "model/paths.h"
#include "tests/integration/control/control_fixture.h"

namespace roster::monitor {
namespace {

using ::roster::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::SizeIs;
using Verb = ChangeConfigRequest::Verb;

absl::Time Soon() { return absl::Now() + testing::Scaled(absl::Seconds(10)); }

class ConfigTest : public ControlTest {
 protected:
  static ChangeConfigRequest Put(const std::string& name,
                                 const std::string& value) {
    ChangeConfigRequest request{.name = name, .value = value};
    request.meta.actor.name = "ops";
    request.meta.content = base::StrCat("put ", name, value);
    request.meta.deadline = Soon();
    return request;
  }
  absl::StatusOr<ChangeConfigResult> Change(ControlStack& stack,
                                            ChangeConfigRequest request) {
    return stack.Ask<ChangeConfigResult>(&Controller::ChangeConfig,
                                         std::move(request));
  }
  absl::StatusOr<model::ConfigEntry> Get(ControlStack& stack,
                                         const std::string& name) {
    return stack.Ask<model::ConfigEntry>(
        &Controller::GetConfig, ConfigQuery{.name = name, .deadline = Soon()});
  }
  absl::StatusOr<ConfigPage> List(ControlStack& stack, ConfigQuery query) {
    query.deadline = Soon();
    return stack.Ask<ConfigPage>(&Controller::ListConfig, std::move(query));
  }
};

TEST_F(ConfigTest, AChangeIsMadeAndAuditedInOneStep) {
  const auto stack = MakeStack();
  ChangeConfigRequest request = Put("search/limits", "10");
  request.comment = "less load";
  request.content_type = "text/plain";
  ASSERT_OK_AND_ASSIGN(const auto put, Change(*stack, request));
  EXPECT_EQ(put.entry.version, 1);
  EXPECT_EQ(put.entry.author, "ops");
  EXPECT_FALSE(put.request_id.empty());
  ASSERT_OK_AND_ASSIGN(const auto got, Get(*stack, "search/limits"));
  EXPECT_EQ(got.value, "10");
  EXPECT_EQ(got.content_type, "text/plain");

  const auto audit = Audit();
  ASSERT_THAT(audit, SizeIs(1));
  EXPECT_EQ(audit[0].action, "PutConfig");
  EXPECT_EQ(audit[0].actor.name, "ops");
  EXPECT_EQ(audit[0].reason, "less load");
  EXPECT_EQ(audit[0].request_id, put.request_id);
  ASSERT_THAT(audit[0].targets, SizeIs(1));
  EXPECT_EQ(audit[0].targets[0].name, "search/limits");
  EXPECT_EQ(audit[0].targets[0].epoch_after, 1);
}

TEST_F(ConfigTest, F71_ARefusalIsAuditedAndChangesNothing) {
  const auto stack = MakeStack();
  ASSERT_OK(Change(*stack, Put("a", "1")));
  ChangeConfigRequest request = Put("a", "2");
  request.expected_version = 7;
  const auto refused = Change(*stack, request);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(base::DetailsOf(refused.status()).reason,
            "CONFIG_VERSION_MISMATCH");
  EXPECT_EQ(Get(*stack, "a")->value, "1");
  ASSERT_THAT(Audit(), SizeIs(2));
  EXPECT_EQ(Audit()[1].result, "ABORTED");
}

TEST_F(ConfigTest, F61_TheSameRequestIsDoneOnce) {
  const auto stack = MakeStack();
  ChangeConfigRequest request = Put("a", "1");
  request.meta.request_id = "r-1";
  ASSERT_OK_AND_ASSIGN(const auto first, Change(*stack, request));
  ASSERT_OK(Change(*stack, Put("a", "2")));
  ASSERT_OK_AND_ASSIGN(const auto again, Change(*stack, request));
  EXPECT_EQ(again.entry, first.entry);
  EXPECT_EQ(Get(*stack, "a")->version, 2);
  ChangeConfigRequest other = Put("a", "3");
  other.meta.request_id = "r-1";
  EXPECT_EQ(base::DetailsOf(Change(*stack, other).status()).reason,
            "REQUEST_ID_REUSED");
}

TEST_F(ConfigTest, ValidateOnlySaysWhatWouldBe) {
  const auto stack = MakeStack();
  ChangeConfigRequest request = Put("a", "1");
  request.meta.validate_only = true;
  ASSERT_OK_AND_ASSIGN(const auto would, Change(*stack, request));
  EXPECT_EQ(would.entry.version, 1);
  EXPECT_THAT(Get(*stack, "a"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_TRUE(Audit().empty());
}

TEST_F(ConfigTest, DeletesAndRollsBack) {
  const auto stack = MakeStack();
  ASSERT_OK(Change(*stack, Put("a", "good")));
  ASSERT_OK(Change(*stack, Put("a", "bad")));
  ChangeConfigRequest rollback = Put("a", "");
  rollback.verb = Verb::kRollback;
  rollback.version = 1;
  ASSERT_OK_AND_ASSIGN(const auto back, Change(*stack, rollback));
  EXPECT_EQ(back.entry.value, "good");
  EXPECT_EQ(back.entry.restored_from, 1);
  ChangeConfigRequest remove = Put("a", "");
  remove.verb = Verb::kDelete;
  ASSERT_OK(Change(*stack, remove));
  EXPECT_EQ(base::DetailsOf(Get(*stack, "a").status()).reason,
            "CONFIG_NOT_FOUND");
  EXPECT_EQ(base::DetailsOf(Change(*stack, remove).status()).reason,
            "CONFIG_NOT_FOUND");
  ASSERT_OK_AND_ASSIGN(const auto history,
                       stack->Ask<std::vector<model::ConfigEntry>>(
                           &Controller::ListConfigHistory,
                           ConfigQuery{.name = "a", .deadline = Soon()}));
  ASSERT_THAT(history, SizeIs(4));
  EXPECT_TRUE(history[0].deleted);
}

TEST_F(ConfigTest, ListsPageByPage) {
  const auto stack = MakeStack();
  for (const char* name : {"a/1", "a/2", "a/3", "b/1"})
    ASSERT_OK(Change(*stack, Put(name, "x")));
  ASSERT_OK_AND_ASSIGN(const ConfigPage first,
                       List(*stack, {.prefix = "a/", .limit = 2}));
  EXPECT_TRUE(first.more);
  EXPECT_THAT(first.entries,
              ElementsAre(Field(&model::ConfigEntry::name, "a/1"),
                          Field(&model::ConfigEntry::name, "a/2")));
  ASSERT_OK_AND_ASSIGN(
      const ConfigPage second,
      List(*stack, {.prefix = "a/", .after = "a/2", .limit = 2}));
  EXPECT_FALSE(second.more);
  EXPECT_THAT(second.entries,
              ElementsAre(Field(&model::ConfigEntry::name, "a/3")));
}

TEST_F(ConfigTest, OnlyControllersMayChangeIt) {
  const auto stack = MakeStack({.controllers = {"root"}});
  EXPECT_THAT(Change(*stack, Put("a", "1")),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Get(*stack, "a"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ConfigTest, F71_TwoRosterdsAndALibraryLoseNoUpdate) {
  const auto one = MakeStack();
  const auto two = MakeStack({.id = "monitor-2"});
  zk::SessionOptions options;
  options.servers = server_.ConnectString(chroot_);
  ASSERT_OK_AND_ASSIGN(const auto client,
                       coordination::Client::Connect(options));
  coordination::ConfigStore store(
      *client, {.path = model::ClusterPaths("/roster", "default").config});
  ASSERT_OK(Change(*one, Put("a", "0")));
  int done = 0;
  while (done < 30) {
    ASSERT_OK_AND_ASSIGN(const auto before, store.Get("a", Soon()));
    // The same version is expected by two; one of them wins.
    ControlStack& stack = done % 2 == 0 ? *one : *two;
    ChangeConfigRequest request = Put("a", absl::StrCat("r", done));
    request.expected_version = before.version;
    absl::StatusOr<model::ConfigEntry> by_library;
    std::thread library([&] {
      by_library = store.Put("a", absl::StrCat("l", done),
                             {.expected_version = before.version}, Soon());
    });
    const auto by_rosterd = Change(stack, request);
    library.join();
    ASSERT_NE(by_library.ok(), by_rosterd.ok());
    ASSERT_OK_AND_ASSIGN(const auto after, store.Get("a", Soon()));
    EXPECT_EQ(after.version, before.version + 1);
    EXPECT_EQ(after.change_id, by_library.ok() ? by_library->change_id
                                               : by_rosterd->entry.change_id);
    ++done;
  }
}

}  // namespace
}  // namespace roster::monitor
