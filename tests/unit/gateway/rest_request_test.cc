#include "monitor/gateway/rest_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error_details.h"
#include "roster/v1/control.pb.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::StatusIs;

constexpr auto kBad = absl::StatusCode::kInvalidArgument;

// The message that a request asks with.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Build(
    HttpRequest request) {
  const RouteMatch match = FindRoute(request.method, request.path);
  EXPECT_NE(match.route, nullptr) << request.path;
  return BuildRequest(*match.route, match.fields, request);
}

template <typename Request>
Request Built(HttpRequest request) {
  const auto message = Build(std::move(request));
  EXPECT_OK(message.status());
  return message.ok() ? dynamic_cast<const Request&>(**message) : Request();
}

TEST(RestRequestTest, ParametersAreFields) {
  const auto request = Built<v1::ListEventsRequest>(
      {.method = "GET",
       .path = "/api/v1/events",
       .query = "cluster=a%20b&page_size=7&newest_first=true"
                "&types=EVENT_TYPE_LOST&types=EVENT_TYPE_LEFT"});

  EXPECT_EQ(request.cluster(), "a b");
  EXPECT_EQ(request.page_size(), 7);
  EXPECT_TRUE(request.newest_first());
  EXPECT_THAT(request.types(),
              ElementsAre(v1::EVENT_TYPE_LOST, v1::EVENT_TYPE_LEFT));
}

TEST(RestRequestTest, ABodyIsTheWholeRequestAndThePathFillsIt) {
  const auto request = Built<v1::SetBudgetRequest>(
      {.method = "PUT",
       .path = "/api/v1/budgets/web",
       .query = "cluster=prod",
       .body = R"({"budget":{"selector":"*","min_available":"80%"},)"
               R"("actor":"ann"})"});

  EXPECT_EQ(request.cluster(), "prod");
  EXPECT_EQ(request.budget().name(), "web");
  EXPECT_EQ(request.budget().min_available(), "80%");
  EXPECT_EQ(request.actor(), "ann");
}

TEST(RestRequestTest, TheActorMayComeInAHeaderIfNotInTheBody) {
  HttpRequest request{.method = "POST",
                      .path = "/api/v1/members/web-01:forget",
                      .headers = {{"x-roster-actor", "bob"}}};
  EXPECT_EQ(Built<v1::ForgetRequest>(request).actor(), "bob");
  request.body = R"({"actor":"ann"})";
  EXPECT_EQ(Built<v1::ForgetRequest>(request).actor(), "ann");

  // Where `actor` is a filter it is none of the header's business.
  EXPECT_EQ(Built<v1::ListAuditRequest>({.method = "GET",
                                         .path = "/api/v1/audit",
                                         .headers = {{"X-Roster-Actor", "b"}}})
                .actor(),
            "");
}

TEST(RestRequestTest, WhatIsGivenTwiceMustAgree) {
  HttpRequest request{.method = "PUT",
                      .path = "/api/v1/budgets/web",
                      .body = R"({"budget":{"name":"web"}})"};
  EXPECT_OK(Build(request).status());
  request.path = "/api/v1/budgets/db";
  EXPECT_THAT(Build(request).status(),
              StatusIs(kBad, HasSubstr("budget.name: is given twice")));
  EXPECT_THAT(Build({.method = "GET",
                     .path = "/api/v1/members",
                     .query = "page_size=1&page_size=2"})
                  .status(),
              StatusIs(kBad, HasSubstr("page_size: is given twice")));
}

TEST(RestRequestTest, MistakesNameTheirField) {
  for (const auto& [query, field] :
       std::vector<std::pair<std::string, std::string>>{
           {"page_size=many", "page_size"},
           {"page_size=99999999999", "page_size"},
           {"newest_first=perhaps", "newest_first"},
           {"types=EVENT_TYPE_NONE", "types"},
           {"typo=1", "typo"},
           {"cluster.name=1", "cluster.name"},
           {".=1", "."}}) {
    const auto built =
        Build({.method = "GET", .path = "/api/v1/events", .query = query});
    EXPECT_THAT(built.status(), StatusIs(kBad)) << query;
    EXPECT_EQ(base::DetailsOf(built.status()).field, field) << query;
  }
}

TEST(RestRequestTest, BodiesThatAreNoneAreRefused) {
  const auto post = [](std::string body) {
    return Build({.method = "POST",
                  .path = "/api/v1/members:take_offline",
                  .body = std::move(body)})
        .status();
  };
  EXPECT_OK(post(""));
  EXPECT_OK(post("{}"));
  EXPECT_THAT(post("{"), StatusIs(kBad, HasSubstr("TakeOfflineRequest")));
  EXPECT_THAT(post("[]"), StatusIs(kBad));
  EXPECT_THAT(post("\"x\""), StatusIs(kBad));
  EXPECT_THAT(post(R"({"nmaes":["a"]})"), StatusIs(kBad, HasSubstr("nmaes")));
  EXPECT_THAT(post(R"({"names":"a"} trailing)"), StatusIs(kBad));
  EXPECT_THAT(post("{\"reason\":\"\xff\"}"),
              StatusIs(kBad, HasSubstr("UTF-8")));
  EXPECT_THAT(post(std::string(100'000, '[')), StatusIs(kBad));
  EXPECT_THAT(post("{\"pacing\":" + std::string(100'000, '{')), StatusIs(kBad));
  EXPECT_THAT(Build({.method = "GET", .path = "/api/v1/members", .body = "{}"})
                  .status(),
              StatusIs(kBad, HasSubstr("no body")));
}

TEST(RestRequestTest, KeysGivenTwiceAndValuesNotGivenAreRefused) {
  const auto put = [](const std::string& body) {
    return Build({.method = "PUT", .path = "/api/v1/config/a", .body = body})
        .status();
  };
  EXPECT_OK(put(R"({"value":"YWJj"})"));
  EXPECT_OK(put(R"({"value":""})"));
  EXPECT_THAT(put(R"({"value":"YWJj","value":"ZGVm"})"),
              StatusIs(kBad, HasSubstr("value: is given twice")));
  EXPECT_THAT(put(R"({"actor":"x"})"), StatusIs(kBad, HasSubstr("missing")));
  EXPECT_THAT(put(""), StatusIs(kBad, HasSubstr("missing")));
}

TEST(RestRequestTest, BrokenQueriesAreRefused) {
  for (const char* query : {"cluster=%", "cluster=%zz", "cluster=%ff", "%=1"})
    EXPECT_THAT(
        Build({.method = "GET", .path = "/api/v1/members", .query = query})
            .status(),
        StatusIs(kBad, HasSubstr("the query")))
        << query;
}

}  // namespace
}  // namespace roster::monitor
