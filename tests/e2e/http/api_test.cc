// The API as JSON over HTTP, against what gRPC answers and what the OpenAPI
// document promises.

#include <google/protobuf/util/json_util.h>

#include <map>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "tests/e2e/http/fixture.h"

namespace roster::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class HttpApiTest : public HttpE2eTest {};

TEST_F(HttpApiTest, AMemberIsTheSameAsOverGrpc) {
  Join("web-01",
       R"({"v":1,"state":"DEGRADED","service":"search","labels":{"zone":"a"},)"
       R"("gauges":{"queue_depth":42},"tasks":[{"id":"t","name":"reindex",)"
       R"("state":"RUNNING","done":3,"total":10,"unit":"files"}]})");

  const HttpReply reply = http_->Get("/api/v1/members/web-01");

  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.fields.at("content-type"), "application/json");
  v1::GetMemberResponse response;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(reply.body, &response).ok());
  EXPECT_EQ(response.member().SerializeAsString(),
            rosterd_->Get("web-01").SerializeAsString());
  EXPECT_EQ(reply.Json()["member"]["tasks"][0]["progress_ratio"], 0.3);
}

TEST_F(HttpApiTest, ListsHaveFiltersAndPages) {
  for (const char* name : {"a-1", "a-2", "a-3", "b-1"}) Join(name);

  const json first =
      http_->Get("/api/v1/members?selector=name%3Da-*&page_size=2").Json();
  ASSERT_EQ(first["members"].size(), 2u) << first;
  const std::string token = first["next_page_token"];
  ASSERT_NE(token, "");
  const json rest = http_
                        ->Get(
                            "/api/v1/members?selector=name%3Da-*&page_size="
                            "2&page_token=" +
                            token)
                        .Json();

  ASSERT_EQ(rest["members"].size(), 1u) << rest;
  EXPECT_EQ(rest["members"][0]["name"], "a-3");
  EXPECT_EQ(rest["next_page_token"], "");
}

TEST_F(HttpApiTest, ATagSavesSendingWhatTheReaderHas) {
  Join("web-01");
  const std::string target = "/api/v1/members";
  const std::string tag = http_->Get(target).fields["etag"];
  ASSERT_THAT(tag, StartsWith("W/\""));

  const HttpReply same = http_->Get(target, {{"If-None-Match", tag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.fields.at("etag"), tag);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(http_->Get(target, {{"If-None-Match", "\"x\", " + tag}}).status,
            304);
  // Another question about the same view.
  EXPECT_EQ(http_->Get(target + "?selector=zone%3Da", {{"If-None-Match", tag}})
                .status,
            200);

  Join("web-02");
  EXPECT_EQ(http_->Get(target, {{"If-None-Match", tag}}).status, 200);
}

TEST_F(HttpApiTest, AnOrderGoesAllTheWay) {
  Join("web-01", R"({"v":1,"state":"UP","applied_epoch":0})");

  const HttpReply taken = http_->Change("POST", "/api/v1/members:take_offline",
                                        {{"names", {"web-01"}},
                                         {"reason", "kernel <b>"},
                                         {"actor", "ann"},
                                         {"drain_timeout", "600s"}});
  ASSERT_EQ(taken.status, 200) << taken.body;
  EVENTUALLY(rosterd_->Status("web-01") == "DRAINING");
  EXPECT_EQ(http_->Get("/api/v1/holds").Json()["holds"][0]["hold"]["reason"],
            "kernel <b>");

  const json audit = http_->Get("/api/v1/audit?action=TakeOffline").Json();
  ASSERT_EQ(audit["entries"].size(), 1u) << audit;
  EXPECT_EQ(audit["entries"][0]["actor"], "ann");
  EXPECT_EQ(audit["entries"][0]["authenticated"], false);
  EXPECT_THAT(audit["entries"][0]["peer"].get<std::string>(),
              StartsWith("http:127.0.0.1:"));

  const HttpReply released = http_->Ask("POST", "/api/v1/members:bring_online",
                                        {{"X-Roster-Csrf", "1"},
                                         {"X-Roster-Actor", "ann"},
                                         {"Content-Type", "application/json"}},
                                        R"({"names":["web-01"]})");
  ASSERT_EQ(released.status, 200) << released.body;
  EVENTUALLY(rosterd_->Status("web-01") == "UP");
}

TEST_F(HttpApiTest, WhoDoesNotSayWhoAsksIsTheAddressThatAsks) {
  Join("web-01", R"({"v":1,"state":"UP","applied_epoch":0})");
  const HttpReply taken =
      http_->Change("POST", "/api/v1/members:take_offline",
                    {{"names", {"web-01"}}, {"reason", "kernel"}});
  ASSERT_EQ(taken.status, 200) << taken.body;

  const json audit = http_->Get("/api/v1/audit?action=TakeOffline").Json();
  EXPECT_EQ(audit["entries"][0]["actor"], "http 127.0.0.1");
  const json holds = http_->Get("/api/v1/holds").Json();
  EXPECT_EQ(holds["holds"][0]["hold"]["owner"], "http 127.0.0.1");
  // The same host, on another connection, ends its own hold.
  const HttpReply released = http_->Change(
      "POST", "/api/v1/members:bring_online", {{"names", {"web-01"}}});
  EXPECT_EQ(released.status, 200) << released.body;
}

TEST_F(HttpApiTest, ABudgetThatSaysNoIsAConflict) {
  Join("web-01");
  Join("web-02");
  const HttpReply set = http_->Change(
      "PUT", "/api/v1/budgets/web",
      {{"budget", {{"selector", "*"}, {"max_unavailable", "1"}}}});
  ASSERT_EQ(set.status, 200) << set.body;

  const json order = {{"names", {"web-01", "web-02"}}, {"reason", "r"}};
  const HttpReply refused =
      http_->Change("POST", "/api/v1/members:take_offline", order);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.Json()["code"], "FAILED_PRECONDITION");
  EXPECT_EQ(refused.Reason(), "BUDGET_EXCEEDED");
  const json explained =
      http_->Change("POST", "/api/v1/budgets:explain", {{"selector", "*"}})
          .Json();
  EXPECT_EQ(explained["allowed"], false) << explained;

  EXPECT_EQ(http_->Change("DELETE", "/api/v1/budgets/web").status, 200);
  EXPECT_EQ(http_->Change("POST", "/api/v1/members:take_offline", order).status,
            200);
}

TEST_F(HttpApiTest, ErrorsAreThoseOfGrpc) {
  const auto expect = [&](const std::string& target, int status,
                          const std::string& code, const std::string& reason) {
    const HttpReply reply = http_->Get(target);
    EXPECT_EQ(reply.status, status) << target;
    const json error = reply.Json();
    ASSERT_TRUE(error.is_object()) << reply.body;
    EXPECT_EQ(error["code"], code) << target;
    EXPECT_NE(error["message"], "") << target;
    EXPECT_EQ(reply.Reason(), reason) << target;
  };
  expect("/api/v1/members/nobody", 404, "NOT_FOUND", "MEMBER_NOT_FOUND");
  expect("/api/v1/members?cluster=no", 404, "NOT_FOUND", "CLUSTER_NOT_FOUND");
  expect("/api/v1/watch?cluster=no", 404, "NOT_FOUND", "CLUSTER_NOT_FOUND");
  expect("/api/v1/operations/none", 404, "NOT_FOUND", "OPERATION_NOT_FOUND");
  expect("/api/v1/members?selector=%28", 400, "INVALID_ARGUMENT",
         "INVALID_SELECTOR");
  expect("/api/v1/events?page_token=x", 400, "INVALID_ARGUMENT",
         "INVALID_PAGE_TOKEN");
  expect("/api/v1/nothing", 404, "NOT_FOUND", "");
}

// Whether `value` has nothing that `schema` does not name.
void ExpectFits(const json& value, const json& schema, const json& document,
                const std::string& where) {
  if (schema.contains("$ref")) {
    const std::string ref = schema["$ref"];
    ExpectFits(value, document.at(json::json_pointer(ref.substr(1))), document,
               where);
    return;
  }
  const std::string type = schema.value("type", "");
  if (type == "object") {
    ASSERT_TRUE(value.is_object()) << where;
    // The details of errors are of several types.
    if (!schema.contains("additionalProperties") &&
        !schema.contains("properties"))
      return;
    for (const auto& [key, item] : value.items()) {
      const std::string inside = where + "." + key;
      if (schema.contains("additionalProperties")) {
        ExpectFits(item, schema["additionalProperties"], document, inside);
      } else {
        ASSERT_TRUE(schema["properties"].contains(key)) << inside;
        ExpectFits(item, schema["properties"][key], document, inside);
      }
    }
  } else if (type == "array") {
    ASSERT_TRUE(value.is_array()) << where;
    for (const json& item : value)
      ExpectFits(item, schema["items"], document, where + "[]");
  } else if (type == "string") {
    ASSERT_TRUE(value.is_string()) << where << ": " << value;
    if (schema.contains("enum")) {
      EXPECT_EQ(std::count(schema["enum"].begin(), schema["enum"].end(), value),
                1)
          << where << ": " << value;
    }
  } else if (type == "boolean") {
    EXPECT_TRUE(value.is_boolean()) << where;
  } else {
    EXPECT_TRUE(value.is_number() || value == "NaN" || value == "Infinity")
        << where << ": " << value;
  }
}

TEST_F(HttpApiTest, TheOpenApiDocumentSaysWhatTheServerDoes) {
  Join("web-01",
       R"({"v":1,"state":"UP","service":"s","labels":{"zone":"a"},)"
       R"("gauges":{"g":1},"endpoints":{"grpc":"h:1"},"applied_epoch":0,)"
       R"("tasks":[{"id":"t","name":"n","state":"RUNNING","done":1}]})");
  ASSERT_EQ(
      http_
          ->Change("PUT", "/api/v1/budgets/all",
                   {{"budget", {{"selector", "*"}, {"max_unavailable", "1"}}}})
          .status,
      200);
  const json document = http_->Get("/api/v1/openapi.json").Json();
  ASSERT_TRUE(document.is_object());
  // What stands for the fields of paths, and what the calls need.
  const std::map<std::string, std::string> names = {
      {"{name}", "web-01"}, {"{id}", "op-1"}, {"{budget.name}", "all"}};
  const std::map<std::string, json> bodies = {
      {"TakeOffline", {{"names", {"web-01"}}, {"reason", "r"}}},
      {"BringOnline", {{"names", {"web-01"}}, {"all_holds", true}}},
      {"SetBudget",
       {{"budget", {{"selector", "*"}, {"max_unavailable", "1"}}}}},
      {"RollingRestart",
       {{"names", {"web-01"}}, {"reason", "r"}, {"validate_only", true}}}};

  int answered = 0;
  for (const auto& [path, verbs] : document["paths"].items()) {
    if (path == "/api/v1/watch") continue;  // has no end; see watch_test.cc
    const std::string target =
        absl::StrReplaceAll(path, std::map<std::string, std::string>(names));
    for (const auto& [verb, operation] : verbs.items()) {
      const std::string id = operation["operationId"];
      const HttpReply reply =
          verb == "get" ? http_->Get(target)
                        : http_->Change(absl::AsciiStrToUpper(verb), target,
                                        bodies.count(id) > 0 ? bodies.at(id)
                                                             : json::object());
      const std::string status = std::to_string(reply.status);
      const json& responses = operation["responses"];
      const json& response =
          responses.contains(status) ? responses[status] : responses["default"];
      // It is the call that answers: no path is unknown, no method wrong.
      EXPECT_THAT(reply.body, ::testing::Not(HasSubstr("no such call")));
      EXPECT_NE(reply.status, 405) << path;
      EXPECT_LT(reply.status, 500) << path << " " << reply.body;
      ExpectFits(reply.Json(),
                 response["content"]["application/json"]["schema"], document,
                 id);
      if (reply.status == 200) ++answered;
    }
  }
  EXPECT_GE(answered, 16);
}

TEST_F(HttpApiTest, ServesWhileZooKeeperIsAway) {
  ZkServer server;
  ZkProbe probe(server.ConnectString());
  ASSERT_OK(probe.CreateWithParents("/clusterServer"));
  auto rosterd = RosterdProcess::Watching(server.ConnectString());
  HttpClient http(rosterd->http());
  EVENTUALLY(rosterd->Connected());
  server.Kill9();
  EVENTUALLY(!rosterd->Connected());

  const HttpReply members = http.Get("/api/v1/members");
  EXPECT_EQ(members.status, 200);
  EXPECT_EQ(members.Json()["view"]["connected"], false);
  EXPECT_EQ(http.Get("/sd/prometheus").status, 503);
}

}  // namespace
}  // namespace roster::testing
