// Hosts that ask before they reboot themselves.

#include <string>

#include "tests/e2e/http/fixture.h"

namespace roster::testing {
namespace {

using nlohmann::json;

class FleetLockTest : public HttpE2eTest {
 protected:
  HttpReply Ask(const std::string& what, const std::string& id,
                const std::string& group = "workers") {
    return http_->Ask(
        "POST", what, {{"fleet-lock-protocol", "true"}},
        json({{"client_params", {{"id", id}, {"group", group}}}}).dump());
  }
  HttpReply PreReboot(const std::string& id) {
    return Ask("/v1/pre-reboot", id);
  }
  HttpReply SteadyState(const std::string& id) {
    return Ask("/v1/steady-state", id);
  }
  json Holds() { return http_->Get("/api/v1/holds").Json()["holds"]; }
  size_t Audited() {
    return http_->Get("/api/v1/audit").Json()["entries"].size();
  }
};

TEST_F(FleetLockTest, AHostGetsTheLockKeepsItAndReturnsIt) {
  Join("web-01");

  EXPECT_EQ(PreReboot("web-01").status, 200);
  EVENTUALLY(Holds().size() == 1);
  EXPECT_EQ(Holds()[0]["hold"]["owner"], "fleetlock:workers");
  EXPECT_EQ(Holds()[0]["member"], "web-01");
  const size_t audited = Audited();
  EXPECT_EQ(PreReboot("web-01").status, 200);
  EXPECT_EQ(Audited(), audited);  // what is so already is no order

  EXPECT_EQ(SteadyState("web-01").status, 200);
  EVENTUALLY(Holds().empty());
  EXPECT_EQ(SteadyState("web-01").status, 200);
  EXPECT_EQ(Audited(), audited + 1);
}

TEST_F(FleetLockTest, ABudgetHoldsHostsBack) {
  Join("web-01");
  Join("web-02");
  ASSERT_EQ(
      http_
          ->Change("PUT", "/api/v1/budgets/web",
                   {{"budget", {{"selector", "*"}, {"max_unavailable", "1"}}}})
          .status,
      200);

  EXPECT_EQ(PreReboot("web-01").status, 200);
  const HttpReply refused = PreReboot("web-02");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.Json()["kind"], "budget_exceeded") << refused.body;
  EXPECT_NE(refused.Json()["value"], "");

  EXPECT_EQ(SteadyState("web-01").status, 200);
  EVENTUALLY(PreReboot("web-02").status == 200);
}

TEST_F(FleetLockTest, AHostWaitsUntilItsWorkIsDrained) {
  Join("web-01", R"({"v":1,"state":"UP","applied_epoch":0})");

  const HttpReply first = PreReboot("web-01");
  EXPECT_EQ(first.status, 409);
  EXPECT_EQ(first.Json()["kind"], "draining") << first.body;
  EXPECT_EQ(PreReboot("web-01").status, 409);
  ASSERT_OK(probe_.Set("/clusterServer/web-01",
                       R"({"v":1,"state":"DRAINED","applied_epoch":1})"));

  EVENTUALLY(PreReboot("web-01").status == 200);
}

TEST_F(FleetLockTest, AnybodyElsesHoldIsLeftAlone) {
  Join("web-01");
  ASSERT_EQ(
      http_
          ->Change(
              "POST", "/api/v1/members:take_offline",
              {{"names", {"web-01"}}, {"owner", "ops"}, {"reason", "disk"}})
          .status,
      200);
  EXPECT_EQ(PreReboot("web-01").status, 200);
  EXPECT_EQ(SteadyState("web-01").status, 200);
  EVENTUALLY(Holds().size() == 1);
  EXPECT_EQ(Holds()[0]["hold"]["owner"], "ops");
}

TEST_F(FleetLockTest, AHostThatIsNoMemberYetIsServedToo) {
  EXPECT_EQ(SteadyState("new-host").status, 200);
  EXPECT_EQ(PreReboot("new-host").status, 200);
  EXPECT_EQ(SteadyState("new-host").status, 200);
}

TEST_F(FleetLockTest, TheClusterMayBeInThePathOrTheQuery) {
  Join("web-01");
  EXPECT_EQ(Ask("/fleetlock/default/v1/pre-reboot", "web-01").status, 200);
  EXPECT_EQ(Ask("/v1/steady-state?cluster=default", "web-01").status, 200);
  EXPECT_EQ(Ask("/fleetlock/no/v1/pre-reboot", "web-01").status, 404);
  EXPECT_EQ(Ask("/fleetlock/v1/pre-reboot", "web-01").status, 404);
}

TEST_F(FleetLockTest, WhatIsNoRequestOfTheProtocolIsRefused) {
  const std::string body =
      R"({"client_params":{"id":"web-01","group":"workers"}})";
  HttpReply reply = http_->Ask("POST", "/v1/pre-reboot", {}, body);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Json()["kind"], "invalid_request");
  reply = http_->Ask(
      "POST", "/v1/pre-reboot",
      {{"fleet-lock-protocol", "true"}, {"Origin", "http://evil.example"}},
      body);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.Json()["kind"], "not_allowed");
  EXPECT_EQ(http_->Get("/v1/pre-reboot").status, 405);

  for (const char* bad :
       {"", "{", "[]", "{\"client_params\":[]}", "{\"client_params\":{}}",
        "{\"client_params\":{\"id\":1,\"group\":\"g\"}}",
        "{\"client_params\":{\"id\":\"a\"}}"}) {
    reply = http_->Ask("POST", "/v1/pre-reboot",
                       {{"fleet-lock-protocol", "true"}}, bad);
    EXPECT_EQ(reply.status, 400) << bad;
    EXPECT_EQ(reply.Json()["kind"], "invalid_request") << reply.body;
  }
  for (const char* id : {"", "a/b", "..", "a\nb"})
    EXPECT_EQ(PreReboot(id).Json()["kind"], "invalid_request") << id;
  for (const char* group : {"", "a b", "g/h", "<script>"})
    EXPECT_EQ(Ask("/v1/pre-reboot", "a", group).Json()["kind"],
              "invalid_request")
        << group;
  EXPECT_TRUE(Holds().empty());
}

}  // namespace
}  // namespace roster::testing
