#include "monitor/gateway/rest_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "roster/v1/config.pb.h"
#include "roster/v1/control.pb.h"
#include "roster/v1/coordination.pb.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string MethodAt(std::string_view verb, std::string_view path) {
  const RouteMatch match = FindRoute(verb, path);
  return match.route == nullptr ? "" : match.route->method->name();
}

TEST(RestRoutesTest, EveryCallHasAPlace) {
  std::multiset<std::string> places;
  for (const RestRoute& route : RestRoutes())
    places.insert(route.method->full_name());
  for (const auto* method : StreamedMethods()) {
    EXPECT_TRUE(method->server_streaming()) << method->full_name();
    places.insert(method->full_name());
  }
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  for (const char* name : {"MembershipService", "ControlService",
                           "ConfigService", "CoordinationService"}) {
    const auto* service =
        pool->FindServiceByName(std::string("roster.v1.") + name);
    ASSERT_NE(service, nullptr);
    for (int i = 0; i < service->method_count(); ++i)
      EXPECT_GE(places.count(service->method(i)->full_name()), 1u)
          << service->method(i)->full_name();
  }
}

TEST(RestRoutesTest, ThePathOfEveryRouteFindsIt) {
  for (const RestRoute& route : RestRoutes()) {
    std::string path = route.path;
    for (size_t at = path.find('{'); at != std::string::npos;
         at = path.find('{'))
      path.replace(at, path.find('}') - at + 1, "some-name");
    EXPECT_EQ(FindRoute(route.verb, path).route, &route) << path;
  }
}

TEST(RestRoutesTest, FieldsOfAPathAreFieldsOfTheRequest) {
  for (const RestRoute& route : RestRoutes()) {
    const RouteMatch match = FindRoute(route.verb, route.path);
    ASSERT_EQ(match.route, &route) << route.path;
    for (const auto& [name, value] : match.fields) {
      const auto* message = route.method->input_type();
      const std::string first = name.substr(0, name.find('.'));
      EXPECT_NE(message->FindFieldByName(first), nullptr)
          << route.path << " " << name;
    }
  }
}

TEST(RestRoutesTest, NamesMayHoldColons) {
  EXPECT_THAT(FindRoute("GET", "/api/v1/members/web:8080").fields,
              ElementsAre(Pair("name", "web:8080")));
  const RouteMatch evict = FindRoute("POST", "/api/v1/members/web:8080:evict");
  ASSERT_NE(evict.route, nullptr);
  EXPECT_EQ(evict.route->method->name(), "Evict");
  EXPECT_THAT(evict.fields, ElementsAre(Pair("name", "web:8080")));
  EXPECT_EQ(MethodAt("POST", "/api/v1/members:take_offline"), "TakeOffline");
}

TEST(RestRoutesTest, NamesOfConfigurationMayHoldSlashes) {
  const RouteMatch get = FindRoute("GET", "/api/v1/config/search/eu/limits");
  ASSERT_NE(get.route, nullptr);
  EXPECT_EQ(get.route->method->name(), "GetConfig");
  EXPECT_EQ(get.route->path, "/api/v1/config/{name}");
  EXPECT_THAT(get.fields, ElementsAre(Pair("name", "search/eu/limits")));
  const RouteMatch rollback =
      FindRoute("POST", "/api/v1/config/search/limits:rollback");
  ASSERT_NE(rollback.route, nullptr);
  EXPECT_EQ(rollback.route->method->name(), "RollbackConfig");
  EXPECT_THAT(rollback.fields, ElementsAre(Pair("name", "search/limits")));
  // Entries may be called anything.
  EXPECT_THAT(FindRoute("GET", "/api/v1/config/a:history").fields,
              ElementsAre(Pair("name", "a:history")));
  EXPECT_EQ(MethodAt("GET", "/api/v1/config_history/a/b"), "ListConfigHistory");
  EXPECT_EQ(MethodAt("GET", "/api/v1/config/"), "");
  EXPECT_EQ(FindRoute("POST", "/api/v1/config/a/b").allowed,
            "GET, HEAD, PUT, DELETE");
}

TEST(RestRoutesTest, WhoLeadsHasAPlainAddress) {
  const RouteMatch match =
      FindRoute("GET", "/api/v1/elections/reporter/leader");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->method->name(), "GetLeader");
  EXPECT_THAT(match.fields, ElementsAre(Pair("name", "reporter")));
  EXPECT_EQ(MethodAt("GET", "/api/v1/election/leader"), "GetLeader");
}

TEST(RestRoutesTest, WhatIsNotServedSaysHowItIs) {
  EXPECT_EQ(FindRoute("PATCH", "/api/v1/policy").allowed, "GET, HEAD, PUT");
  EXPECT_EQ(FindRoute("POST", "/api/v1/members").allowed, "GET, HEAD");
  for (const char* path :
       {"/api/v1", "/api/v1/", "/api/v1/members/", "/api/v1/members/a/b",
        "/api/v2/members", "/api/v1/members/:evict", "/api/v1//members"}) {
    const RouteMatch match = FindRoute("POST", path);
    EXPECT_EQ(match.route, nullptr) << path;
    if (std::string(path) != "/api/v1/members/:evict")
      EXPECT_THAT(match.allowed, IsEmpty()) << path;
  }
}

}  // namespace
}  // namespace roster::monitor
