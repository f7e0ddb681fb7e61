// Looking at locks and elections over HTTP, and acting on them.

#include <string>

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
