// What programs coordinate by, as rosterd serves it: the same over HTTP and
// gRPC.
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <string>

#include "roster/v1/coordination.grpc.pb.h"
#include "tests/e2e/http/fixture.h"

namespace roster::testing {
namespace {

using nlohmann::json;

constexpr char kFolder[] = "/roster/default/locks/reports";

class HttpCoordinationTest : public HttpE2eTest {
 protected:
  // Somebody in line for the lock; gone with `probe`.
  std::string Stand(ZkProbe& probe, const std::string& data) {
    EXPECT_OK(probe.CreateWithParents(kFolder));
    const auto node = probe.Create(std::string(kFolder) + "/_c_x-lock-", data,
                                   NodeKind::kEphemeralSequential);
    EXPECT_OK(node.status());
    return node.ok() ? node->substr(node->rfind('/') + 1) : "";
  }
  HttpReply Release(json body) {
    return http_->Change("POST", "/api/v1/lock:force_release", body);
  }
};

TEST_F(HttpCoordinationTest, ALockIsTheSameAsOverGrpc) {
  Join("web-01");
  const std::string holder = Stand(probe_, "first");
  const std::string waiter = Stand(probe_, "\xff");

  const HttpReply reply = http_->Get("/api/v1/lock?name=reports");

  ASSERT_EQ(reply.status, 200) << reply.body;
  v1::GetLockResponse over_http;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(reply.body, &over_http).ok());
  const auto stub = v1::CoordinationService::NewStub(grpc::CreateChannel(
      rosterd_->grpc(), grpc::InsecureChannelCredentials()));
  v1::GetLockRequest request;
  request.set_path(kFolder);
  v1::GetLockResponse over_grpc;
  grpc::ClientContext context;
  ASSERT_TRUE(stub->GetLock(&context, request, &over_grpc).ok());
  EXPECT_EQ(over_http.SerializeAsString(), over_grpc.SerializeAsString());

  const v1::Lock& lock = over_grpc.lock();
  EXPECT_EQ(lock.kind(), v1::LOCK_KIND_EXCLUSIVE);
  ASSERT_EQ(lock.holders_size(), 1);
  EXPECT_EQ(lock.holders(0).node(), holder);
  EXPECT_EQ(lock.holders(0).data().text(), "first");
  // The same session as the member's.
  EXPECT_EQ(lock.holders(0).member(), "web-01");
  ASSERT_EQ(lock.waiters_size(), 1);
  EXPECT_EQ(lock.waiters(0).node(), waiter);
  EXPECT_EQ(lock.waiters(0).waits_for(), holder);
  EXPECT_EQ(lock.waiters(0).data().binary(), "\xff");
  EXPECT_EQ(reply.Json()["lock"]["waiters"][0]["data"]["binary"], "/w==");
  EXPECT_EQ(reply.Json()["lock"]["holder_count"], "1");

  const json all = http_->Get("/api/v1/locks").Json();
  ASSERT_EQ(all["locks"].size(), 1u) << all;
  EXPECT_EQ(all["locks"][0]["name"], "reports");
  EXPECT_EQ(all["locks"][0]["holders"][0]["node"], holder);
}

TEST_F(HttpCoordinationTest, ForceReleaseGivesTheLockToTheNextAndIsAudited) {
  const std::string holder = Stand(probe_, "hangs");
  const std::string waiter = Stand(probe_, "waits");
  const json lock = http_->Get("/api/v1/lock?name=reports").Json()["lock"];
  const json token = lock["holders"][0]["fencing_token"];

  EXPECT_EQ(Release({{"name", "reports"},
                     {"node", waiter},
                     {"fencing_token", lock["waiters"][0]["fencing_token"]},
                     {"reason", "a mistake"}})
                .Reason(),
            "LOCK_NOT_HELD");
  EXPECT_EQ(
      Release({{"name", "reports"}, {"node", holder}, {"fencing_token", token}})
          .status,
      400);
  const HttpReply released = Release({{"name", "reports"},
                                      {"node", holder},
                                      {"fencing_token", token},
                                      {"actor", "ann"},
                                      {"reason", "it hangs"}});
  ASSERT_EQ(released.status, 200) << released.body;
  EXPECT_EQ(released.Json()["holder"]["node"], holder);
  EXPECT_FALSE(probe_.Exists(std::string(kFolder) + "/" + holder));
  const json after = http_->Get("/api/v1/lock?name=reports").Json()["lock"];
  EXPECT_EQ(after["holders"][0]["node"], waiter);

  const json audit =
      http_->Get("/api/v1/audit?action=ForceReleaseLock").Json()["entries"];
  ASSERT_EQ(audit.size(), 2u) << audit;
  EXPECT_EQ(audit[0]["actor"], "ann");
  EXPECT_EQ(audit[0]["reason"], "it hangs");
  EXPECT_EQ(audit[0]["result"], "OK");
  EXPECT_EQ(audit[0]["targets"][0]["name"], kFolder);
  EXPECT_EQ(audit[1]["result"], "FAILED_PRECONDITION");
}

TEST_F(HttpCoordinationTest, ErrorsSayWhatIsMissing) {
  const HttpReply missing = http_->Get("/api/v1/queue?name=nobody");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.Reason(), "QUEUE_NOT_FOUND");
  for (const char* target :
       {"/api/v1/lock", "/api/v1/lock?path=/", "/api/v1/lock?path=/zookeeper",
        "/api/v1/election?name=..", "/api/v1/barriers?folder=nowhere",
        "/api/v1/lock?path=/a&name=a"}) {
    const HttpReply bad = http_->Get(target);
    EXPECT_EQ(bad.status, 400) << target;
    EXPECT_EQ(bad.Reason(), "INVALID_COORDINATION_PATH") << target;
  }
  EXPECT_EQ(http_->Get("/api/v1/queues").Json()["queues"], json::array());
}

}  // namespace
}  // namespace roster::testing
