#include "monitor/gateway/host_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

std::optional<HttpResponse> Ask(const std::string& host,
                                const std::string& path = "/api/v1/members",
                                std::vector<std::string> names = {}) {
  return HostCheck(std::move(names))(
      {.method = "GET", .path = path, .headers = {{"Host", host}}});
}

TEST(HostOfTest, IsWithoutPortBracketsCaseAndTheLastDot) {
  EXPECT_THAT(HostOf("Web.Example:7471"), Optional(std::string("web.example")));
  EXPECT_THAT(HostOf("web.example."), Optional(std::string("web.example")));
  EXPECT_THAT(HostOf("web.example.:80"), Optional(std::string("web.example")));
  EXPECT_THAT(HostOf("[::1]:7471"), Optional(std::string("::1")));
  EXPECT_THAT(HostOf("[::1]"), Optional(std::string("::1")));
  for (const char* none :
       {"", ":80", ".", "[::1", "::1", "a:b", "a:80:80", "[]", "[::1]80"})
    EXPECT_EQ(HostOf(none), std::nullopt) << none;
  EXPECT_EQ(HostOf(std::string(254, 'a')), std::nullopt);
}

TEST(HostCheckTest, AddressesAndLocalhostAreAllowed) {
  for (const char* host : {"127.0.0.1:7471", "10.1.2.3", "[::1]:7471",
                           "[fd00::7]", "localhost", "LocalHost:8080", ""})
    EXPECT_EQ(Ask(host), std::nullopt) << host;
}

TEST(HostCheckTest, NamesHaveToBeKnown) {
  for (const char* host :
       {"evil.example:7471", "roster", "localhost.evil.example",
        "127.0.0.1.evil.example", "a127.0.0.1", "evil.example:80:80",
        "[::1]evil", "xn--e1afmkfd", "\x80\xff"})
    EXPECT_EQ(Ask(host).value_or(HttpResponse()).status, 403) << host;
}

TEST(HostCheckTest, NamesMayBeMadeKnown) {
  EXPECT_EQ(Ask("roster.example:7471", "/", {"a", "Roster.Example"}),
            std::nullopt);
  EXPECT_EQ(Ask("anything", "/", {"*"}), std::nullopt);
  EXPECT_EQ(Ask("b.roster.example", "/", {"roster.example"})->status, 403);
  // Not what an empty name would stand for.
  EXPECT_EQ(Ask(":80", "/", {""})->status, 403);
}

TEST(HostCheckTest, WhatProgramsReadIsServedUnderEveryName) {
  for (const char* path :
       {"/metrics", "/sd/prometheus", "/-/healthy", "/-/ready"})
    EXPECT_EQ(Ask("roster.monitoring.svc:7471", path), std::nullopt) << path;
  for (const char* path :
       {"/", "/index.html", "/src/app.js", "/metrics/", "/api/v1/watch",
        "/v1/pre-reboot", "/fleetlock/web/v1/steady-state", "/nothing"})
    EXPECT_EQ(Ask("roster.monitoring.svc:7471", path)->status, 403) << path;
}

TEST(HostCheckTest, TheRefusalSaysWhatToDoInTheFormOfThePath) {
  const HttpResponse api = *Ask("evil.example:1");
  EXPECT_EQ(api.content_type, "application/json");
  EXPECT_THAT(api.body, HasSubstr("\"code\":\"PERMISSION_DENIED\""));
  EXPECT_THAT(api.body, HasSubstr("HOST_UNKNOWN"));
  EXPECT_THAT(api.body, HasSubstr("--http-host evil.example"));
  const HttpResponse lock = *Ask("evil.example", "/v1/pre-reboot");
  EXPECT_THAT(lock.body, HasSubstr("{\"kind\":\"not_allowed\",\"value\":"));
  const HttpResponse page = *Ask("evil.example", "/");
  EXPECT_THAT(page.content_type, HasSubstr("text/plain"));
  EXPECT_THAT(page.body, HasSubstr("--http-host evil.example"));
  // What is long or broken is not repeated.
  EXPECT_LT(Ask(std::string(10'000, 'x'), "/")->body.size(), 600u);
}

}  // namespace
}  // namespace roster::monitor
