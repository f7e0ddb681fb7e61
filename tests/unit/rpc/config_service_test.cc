// ConfigService on a real server: what reaches the backend, and what comes
// back.

#include "monitor/rpc/config_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error_details.h"
#include "base/mutex.h"
#include "tests/unit/rpc/served.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::Property;

// Keeps what it was asked, and answers with what the test wants.
class FakeBackend final : public ConfigBackend {
 public:
  // Held by each call, and taken by whoever asks, before and after: so
  // ThreadSanitizer sees what gRPC orders.
  base::Mutex mu;

  ConfigQuery query;
  ChangeConfigRequest change;
  ConfigPage page;
  absl::StatusOr<model::ConfigEntry> entry = model::ConfigEntry();

  void ListConfig(ConfigQuery asked, Done<ConfigPage> done) override {
    base::MutexLock lock(&mu);
    query = std::move(asked);
    done(page);
  }
  void GetConfig(ConfigQuery asked, Done<model::ConfigEntry> done) override {
    base::MutexLock lock(&mu);
    query = std::move(asked);
    done(entry);
  }
  void ListConfigHistory(ConfigQuery asked,
                         Done<std::vector<model::ConfigEntry>> done) override {
    base::MutexLock lock(&mu);
    query = std::move(asked);
    if (!entry.ok()) return done(entry.status());
    done(std::vector<model::ConfigEntry>{*entry});
  }
  void ChangeConfig(ChangeConfigRequest request,
                    Done<ChangeConfigResult> done) override {
    base::MutexLock lock(&mu);
    change = std::move(request);
    if (!entry.ok()) return done(entry.status());
    done(ChangeConfigResult{.entry = *entry, .request_id = "r-1"});
  }
};

class ConfigServiceTest : public ::testing::Test {
 protected:
  using Stub = v1::ConfigService::Stub;
  using Verb = ChangeConfigRequest::Verb;

  std::string PutError(const v1::PutConfigRequest& request) {
    v1::PutConfigResponse response;
    const grpc::Status status =
        served_.Ask(&Stub::PutConfig, request, &response);
    const auto bad = DetailOf<google::rpc::BadRequest>(status);
    return base::StrCat(
        ErrorOf(status), " ",
        bad.field_violations().empty() ? "" : bad.field_violations(0).field());
  }

  FakeBackend backend_;
  ConfigService service_{{{"alpha", &backend_}}};
  Served<v1::ConfigService> served_{
      &service_, [this] { base::MutexLock lock(&backend_.mu); }};
};

model::ConfigEntry Entry(const std::string& name) {
  return {.name = name,
          .version = 7,
          .value = std::string("\0\xff", 2),
          .content_type = "text/plain",
          .author = "ops",
          .comment = "why",
          .at = absl::FromUnixSeconds(1700000000),
          .restored_from = 5};
}

TEST_F(ConfigServiceTest, GetAnswersWithTheWholeEntry) {
  backend_.entry = Entry("a/b");
  v1::GetConfigRequest request;
  request.set_name("a/b");
  v1::GetConfigResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::GetConfig, request, &response)), "OK");
  EXPECT_EQ(backend_.query.name, "a/b");
  const v1::ConfigEntry& entry = response.entry();
  EXPECT_EQ(entry.name(), "a/b");
  EXPECT_EQ(entry.version(), 7);
  EXPECT_EQ(entry.value(), std::string("\0\xff", 2));
  EXPECT_EQ(entry.value_bytes(), 2);
  EXPECT_EQ(entry.content_type(), "text/plain");
  EXPECT_EQ(entry.author(), "ops");
  EXPECT_EQ(entry.comment(), "why");
  EXPECT_EQ(entry.update_time().seconds(), 1700000000);
  EXPECT_EQ(entry.restored_from(), 5);
}

TEST_F(ConfigServiceTest, ErrorsKeepTheirReason) {
  backend_.entry = base::WithReason(absl::NotFoundError("no such entry"),
                                    "CONFIG_NOT_FOUND", {{"name", "a"}});
  v1::GetConfigRequest get;
  get.set_name("a");
  v1::GetConfigResponse got;
  const grpc::Status status = served_.Ask(&Stub::GetConfig, get, &got);
  EXPECT_EQ(ErrorOf(status), "NOT_FOUND/CONFIG_NOT_FOUND");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("name"),
            "a");
  get.set_cluster("beta");
  EXPECT_EQ(ErrorOf(served_.Ask(&Stub::GetConfig, get, &got)),
            "NOT_FOUND/CLUSTER_NOT_FOUND");
}

TEST_F(ConfigServiceTest, PutReachesTheBackend) {
  backend_.entry = Entry("a");
  v1::PutConfigRequest request;
  request.set_name("a");
  request.set_value(std::string("\0\xff", 2));
  request.set_content_type("text/plain");
  request.set_comment("why");
  request.set_expected_version(0);
  request.set_actor("ops");
  request.set_request_id("r-1");
  request.set_validate_only(true);
  v1::PutConfigResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::PutConfig, request, &response)), "OK");
  EXPECT_EQ(response.entry().version(), 7);
  EXPECT_EQ(response.request_id(), "r-1");
  const ChangeConfigRequest& change = backend_.change;
  EXPECT_EQ(change.verb, Verb::kPut);
  EXPECT_EQ(change.value, std::string("\0\xff", 2));
  EXPECT_EQ(change.content_type, "text/plain");
  EXPECT_EQ(change.comment, "why");
  EXPECT_EQ(change.expected_version, 0);
  EXPECT_EQ(change.meta.actor.name, "ops");
  EXPECT_FALSE(change.meta.actor.authenticated);
  EXPECT_EQ(change.meta.request_id, "r-1");
  EXPECT_TRUE(change.meta.validate_only);
}

TEST_F(ConfigServiceTest, DeleteAndRollbackReachTheBackend) {
  v1::DeleteConfigRequest remove;
  remove.set_name("a");
  v1::DeleteConfigResponse removed;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::DeleteConfig, remove, &removed)), "OK");
  EXPECT_EQ(backend_.change.verb, Verb::kDelete);
  EXPECT_EQ(backend_.change.expected_version, std::nullopt);
  v1::RollbackConfigRequest rollback;
  rollback.set_name("a");
  rollback.set_version(3);
  rollback.set_expected_version(5);
  v1::RollbackConfigResponse rolled_back;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::RollbackConfig, rollback, &rolled_back)),
            "OK");
  EXPECT_EQ(backend_.change.verb, Verb::kRollback);
  EXPECT_EQ(backend_.change.version, 3);
  EXPECT_EQ(backend_.change.expected_version, 5);
  rollback.set_version(0);
  EXPECT_EQ(ErrorOf(served_.Ask(&Stub::RollbackConfig, rollback, &rolled_back)),
            "INVALID_ARGUMENT/INVALID_ARGUMENT");
}

TEST_F(ConfigServiceTest, ListsPageByPageWithoutValues) {
  backend_.page = {.entries = {Entry("a"), Entry("b")}, .more = true};
  v1::ListConfigRequest request;
  request.set_prefix("x");
  request.set_page_size(2);
  v1::ListConfigResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ListConfig, request, &response)), "OK");
  EXPECT_THAT(response.entries(),
              ElementsAre(Property(&v1::ConfigEntry::name, "a"),
                          Property(&v1::ConfigEntry::name, "b")));
  EXPECT_EQ(response.entries(0).value(), "");
  EXPECT_EQ(response.entries(0).value_bytes(), 2);
  EXPECT_EQ(backend_.query.prefix, "x");
  EXPECT_EQ(backend_.query.limit, 2u);

  request.set_page_token(response.next_page_token());
  backend_.page.more = false;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ListConfig, request, &response)), "OK");
  EXPECT_EQ(backend_.query.after, "b");
  EXPECT_EQ(response.next_page_token(), "");
  // A token is for the listing it came from.
  request.set_prefix("y");
  EXPECT_EQ(ErrorOf(served_.Ask(&Stub::ListConfig, request, &response)),
            "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");
}

TEST_F(ConfigServiceTest, HistoryHasTheValues) {
  backend_.entry = Entry("a");
  v1::ListConfigHistoryRequest request;
  request.set_name("a");
  v1::ListConfigHistoryResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ListConfigHistory, request, &response)),
            "OK");
  ASSERT_EQ(response.entries_size(), 1);
  EXPECT_EQ(response.entries(0).value(), std::string("\0\xff", 2));
}

TEST_F(ConfigServiceTest, RefusesWhatIsWrongByItself) {
  v1::PutConfigRequest request;
  EXPECT_EQ(PutError(request), "INVALID_ARGUMENT/INVALID_CONFIG_NAME name");
  request.set_name("a//b");
  EXPECT_EQ(PutError(request), "INVALID_ARGUMENT/INVALID_CONFIG_NAME name");
  request.set_name("search\u202e/limits");
  EXPECT_EQ(PutError(request), "INVALID_ARGUMENT/INVALID_ARGUMENT name");
  request.set_name("a");
  request.set_value(std::string(model::kMaxConfigValueBytes + 1, 'v'));
  EXPECT_EQ(PutError(request), "INVALID_ARGUMENT/CONFIG_TOO_LARGE value");
  request.clear_value();
  request.set_comment(std::string(1025, 'c'));
  EXPECT_EQ(PutError(request), "INVALID_ARGUMENT/INVALID_ARGUMENT comment");
  request.clear_comment();
  request.set_expected_version(-1);
  EXPECT_EQ(PutError(request),
            "INVALID_ARGUMENT/INVALID_ARGUMENT expected_version");
  request.set_expected_version(1);
  request.set_request_id("no spaces");
  EXPECT_EQ(PutError(request), "INVALID_ARGUMENT/INVALID_ARGUMENT request_id");
  EXPECT_EQ(backend_.change.name, "") << "it reached the backend";
}

}  // namespace
}  // namespace roster::monitor
