// Looking at locks and elections over HTTP, and acting on them.

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <string>

#include "roster/v1/coordination.grpc.pb.h"
#include "tests/e2e/http/fixture.h"

namespace roster::testing {
namespace {

using nlohmann::json;

class HttpCoordinationTest : public HttpE2eTest {
 protected:
  // A node in the line of a lock, as Curator writes it.
  void Stand(const std::string& lock, int number, const std::string& data) {
    const std::string folder = "/roster/default/locks/" + lock;
    ASSERT_OK(probe_.CreateWithParents(folder));
    ASSERT_OK(
        probe_.Create(folder + "/" + NodeOf(number), data, NodeKind::kEphemeral)
            .status());
  }
  static std::string NodeOf(int number) {
    return "_c_0b4d5a80-0000-4000-8000-00000000000" + std::to_string(number) +
           "-lock-000000000" + std::to_string(number);
  }
};

TEST_F(HttpCoordinationTest, ALockIsLookedAtAndTakenAway) {
  Join("web-01");
  Stand("nightly/reports", 0, "web-01");
  Stand("nightly/reports", 1, "somebody");

  const json lock = http_->Get("/api/v1/lock?name=nightly/reports").Json();
  ASSERT_EQ(lock["lock"]["holders"].size(), 1u) << lock;
  const json holder = lock["lock"]["holders"][0];
  EXPECT_EQ(holder["node"], NodeOf(0));
  EXPECT_EQ(holder["member"], "web-01");
  EXPECT_EQ(lock["lock"]["waiters"][0]["data"]["text"], "somebody");
  // The same by its path.
  EXPECT_EQ(
      http_->Get("/api/v1/lock?path=/roster/default/locks/nightly/reports")
          .Json()["lock"]["holders"],
      lock["lock"]["holders"]);

  json body = {{"name", "nightly/reports"},
               {"node", NodeOf(0)},
               {"fencing_token", "1"},
               {"reason", "it hangs"},
               {"actor", "ann"}};
  const HttpReply other =
      http_->Change("POST", "/api/v1/lock:force_release", body);
  EXPECT_EQ(other.status, 409) << other.body;
  EXPECT_EQ(other.Reason(), "LOCK_HOLDER_CHANGED");
  body["fencing_token"] = holder["fencing_token"];
  const HttpReply taken =
      http_->Change("POST", "/api/v1/lock:force_release", body);
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(http_->Get("/api/v1/lock?name=nightly/reports")
                .Json()["lock"]["holders"][0]["node"],
            NodeOf(1));
  const json audit =
      http_->Get("/api/v1/audit?action=ForceReleaseLock").Json()["entries"];
  ASSERT_GE(audit.size(), 1u);
  EXPECT_EQ(audit[0]["reason"], "it hangs");
}

TEST_F(HttpCoordinationTest, ALockIsTheSameAsOverGrpc) {
  Join("web-01");
  Stand("reports", 0, "first");
  Stand("reports", 1, "\xff");

  const HttpReply reply = http_->Get("/api/v1/lock?name=reports");

  ASSERT_EQ(reply.status, 200) << reply.body;
  v1::GetLockResponse over_http;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(reply.body, &over_http).ok());
  const auto stub = v1::CoordinationService::NewStub(grpc::CreateChannel(
      rosterd_->grpc(), grpc::InsecureChannelCredentials()));
  v1::GetLockRequest request;
  request.set_path("/roster/default/locks/reports");
  v1::GetLockResponse over_grpc;
  grpc::ClientContext context;
  ASSERT_TRUE(stub->GetLock(&context, request, &over_grpc).ok());
  EXPECT_EQ(over_http.SerializeAsString(), over_grpc.SerializeAsString());

  const v1::Lock& lock = over_grpc.lock();
  EXPECT_EQ(lock.kind(), v1::LOCK_KIND_EXCLUSIVE);
  ASSERT_EQ(lock.holders_size(), 1);
  // The member's session is the holder's.
  EXPECT_EQ(lock.holders(0).member(), "web-01");
  EXPECT_FALSE(lock.holders(0).member_claimed());
  ASSERT_EQ(lock.waiters_size(), 1);
  EXPECT_EQ(lock.waiters(0).waits_for(), lock.holders(0).node());
  EXPECT_EQ(lock.waiters(0).data().binary(), "\xff");
  EXPECT_EQ(reply.Json()["lock"]["waiters"][0]["data"]["binary"], "/w==");
  const json all = http_->Get("/api/v1/locks").Json();
  ASSERT_EQ(all["locks"].size(), 1u) << all;
  EXPECT_EQ(all["locks"][0]["waiter_count"], "1");
}

TEST_F(HttpCoordinationTest, WhoOnlyWaitsIsNotForcedOut) {
  Stand("reports", 0, "holds");
  Stand("reports", 1, "waits");
  const json lock = http_->Get("/api/v1/lock?name=reports").Json()["lock"];
  const json waiter = lock["waiters"][0];
  EXPECT_EQ(http_
                ->Change("POST", "/api/v1/lock:force_release",
                         {{"name", "reports"},
                          {"node", waiter["node"]},
                          {"fencing_token", waiter["fencing_token"]},
                          {"reason", "a mistake"}})
                .Reason(),
            "LOCK_NOT_HELD");
  const json audit =
      http_->Get("/api/v1/audit?action=ForceReleaseLock").Json()["entries"];
  ASSERT_EQ(audit.size(), 1u) << audit;
  EXPECT_EQ(audit[0]["result"], "FAILED_PRECONDITION");
  EXPECT_EQ(audit[0]["targets"][0]["name"], "/roster/default/locks/reports");
}

TEST_F(HttpCoordinationTest, WhatIsNotThereAndWhatIsNotNamedAreErrors) {
  EXPECT_EQ(http_->Get("/api/v1/locks").Json()["locks"], json::array());
  EXPECT_EQ(http_->Get("/api/v1/lock?name=none").Reason(), "LOCK_NOT_FOUND");
  EXPECT_EQ(http_->Get("/api/v1/queue?path=/none").Reason(), "QUEUE_NOT_FOUND");
  EXPECT_EQ(http_->Get("/api/v1/election").status, 400);
  EXPECT_EQ(http_->Get("/api/v1/barrier?path=/").status, 400);
  EXPECT_EQ(http_->Ask("POST", "/api/v1/barrier:open").Reason(),
            "CSRF_HEADER_MISSING");
}

}  // namespace
}  // namespace roster::testing
