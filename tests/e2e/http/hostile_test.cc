// Requests that no reasonable program would send, and names that no reasonable
// operator would give. Each has its error; nothing hangs, leaks or runs.

#include <string>
#include <vector>

#include "tests/e2e/http/fixture.h"

namespace roster::testing {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

class HttpHostileTest : public HttpE2eTest {
 protected:
  void ExpectAllIsWell() {
    EXPECT_TRUE(rosterd_->process().Running()) << rosterd_->Log();
    EXPECT_EQ(http_->Get("/api/v1/summary").status, 200);
  }
  // Percent-encoded, all of it.
  static std::string Encoded(const std::string& text) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string encoded;
    for (const unsigned char c : text) {
      encoded += '%';
      encoded += kDigits[c >> 4];
      encoded += kDigits[c & 15];
    }
    return encoded;
  }
};

TEST_F(HttpHostileTest, F57_TextOfMembersIsNothingButText) {
  const std::vector<std::string> texts = {"<script>alert(1)</script>",
                                          "\"><img src=x onerror=alert(1)>",
                                          "'; DROP TABLE members; --",
                                          "\xe2\x80\xae"
                                          "gnp.exe",
                                          "a\nb\tc\\d\"e",
                                          "event: forged\n\ndata: {}",
                                          std::string(1024, 'x')};
  for (size_t i = 0; i < texts.size(); ++i)
    Join("m" + std::to_string(i), json({{"v", 1},
                                        {"state", "UP"},
                                        {"state_reason", texts[i]},
                                        {"service", texts[i]},
                                        {"labels", {{"note", texts[i]}}}})
                                      .dump());
  const json members = http_->Get("/api/v1/members").Json()["members"];
  ASSERT_EQ(members.size(), texts.size());
  SseReader watch(*http_, "/api/v1/watch");
  for (size_t i = 0; i < texts.size(); ++i) {
    const json over_grpc = rosterd_->Get("m" + std::to_string(i)).service();
    EXPECT_EQ(members[i]["service"], over_grpc);
    EXPECT_EQ(watch.Until("member").Json()["service"], over_grpc);
  }
  EXPECT_EQ(watch.Next().event, "synced");
  ExpectAllIsWell();
}

TEST_F(HttpHostileTest, F12_NamesOfAllKindsAreAddressable) {
  for (const std::string name :
       {"<b>bold</b>.html", "\"quoted\"", "web:8080", "web#1", "web:evict",
        "a b", "100%", "a?b=c&d", "\xe4\xb8\xad\xe6\x96\x87", "a;b", "+1"}) {
    if (name.find('/') != std::string::npos) continue;
    Join(name);
    const HttpReply reply = http_->Get("/api/v1/members/" + Encoded(name));
    EXPECT_EQ(reply.status, 200) << name << " " << reply.body;
    EXPECT_EQ(reply.Json()["member"]["name"], name);
  }
}

TEST_F(HttpHostileTest, WhatIsUnknownIsNamedAndNotShownAsAPage) {
  const HttpReply reply =
      http_->Get("/api/v1/members/%3Cscript%3Ealert(1)%3C%2Fscript%3E");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.fields.at("content-type"), "application/json");
  EXPECT_EQ(reply.fields.at("x-content-type-options"), "nosniff");
  const HttpReply cluster =
      http_->Get("/api/v1/summary?cluster=" + Encoded(std::string(4096, '<')));
  EXPECT_EQ(cluster.status, 404);
  EXPECT_LT(cluster.body.size(), 2048u);  // what is long is cut
  ExpectAllIsWell();
}

TEST_F(HttpHostileTest, F59_BrokenTargetsAreRefused) {
  for (const char* target :
       {"/api/v1/members/%", "/api/v1/members/%zz", "/api/v1/members/%ff",
        "/api/v1/members/%00", "/api/v1/../../etc/passwd",
        "/api/v1/members/..%2f..%2fetc%2fpasswd", "/api/v1/%2e%2e/metrics",
        "/api/v1/members?selector=%", "/api/v1/members?selector=%ff",
        "/api/v1/watch?selector=%zz", "/sd/prometheus?service=%"}) {
    const HttpReply reply = http_->Get(target);
    EXPECT_EQ(reply.status, 400) << target;
    EXPECT_EQ(reply.body.find("root:"), std::string::npos);
  }
  ExpectAllIsWell();
}

TEST_F(HttpHostileTest, F59_BodiesAndHeadersHaveLimits) {
  const HttpFields fields = {{"X-Roster-Csrf", "1"},
                             {"Content-Type", "application/json"}};
  HttpReply reply =
      http_->Ask("POST", "/api/v1/members:take_offline", fields,
                 "{\"reason\":\"" + std::string(2 << 20, 'x') + "\"}");
  EXPECT_EQ(reply.status, 413);
  EXPECT_TRUE(reply.Json().is_object()) << reply.body;
  reply = http_->Ask(
      "POST", "/api/v1/members:take_offline", fields,
      "{\"names\":[\"a\"],\"reason\":\"" + std::string(500'000, 'x') + "\"}");
  EXPECT_EQ(reply.status, 400);
  EXPECT_LT(reply.body.size(), 4096u);
  EXPECT_EQ(
      http_->Get("/api/v1/members", {{"X-Long", std::string(32'768, 'x')}})
          .status,
      431);
  EXPECT_THAT(
      http_->Get("/api/v1/members?selector=" + std::string(8000, 'a')).status,
      Eq(400));
  // A length that is promised and never comes.
  auto socket = Socket::Connect(http_->port());
  ASSERT_OK(socket.status());
  ASSERT_OK(
      socket->Write("POST /api/v1/members:take_offline HTTP/1.1\r\n"
                    "Host: [::1]\r\nContent-Length: 1073741824\r\n\r\n"));
  ASSERT_OK_AND_ASSIGN(const std::string answer, socket->Read(12));
  EXPECT_EQ(answer, "HTTP/1.1 413");
  ExpectAllIsWell();
}

TEST_F(HttpHostileTest, F59_ManyWhoDripDoNotKeepOthersWaiting) {
  std::vector<Socket> drips;
  for (int i = 0; i < 300; ++i) {
    auto socket = Socket::Connect(http_->port());
    ASSERT_OK(socket.status());
    ASSERT_OK(socket->Write("GET /api/v1/members HTTP/1.1\r\nHost:"));
    drips.push_back(*std::move(socket));
  }
  for (int i = 0; i < 20; ++i) ExpectAllIsWell();
  // Each is cut off in the end, however often it sends something.
  drips.front().SetTimeout(absl::Seconds(15));
  EXPECT_OK(drips.front().ReadAll().status());
}

TEST_F(HttpHostileTest, F55_FloodsOfRequestsKeepNobodyWaiting) {
  Join("web-01");
  const HttpReply header =
      http_->Get("/api/v1/members", {{"X-Long", std::string(100'000, 'x')}});
  EXPECT_EQ(header.status, 431);
  // Very many in a row, whose answers nobody reads.
  std::string requests;
  for (int i = 0; i < 5'000; ++i)
    requests += "GET /api/v1/members/web-01 HTTP/1.1\r\nHost: [::1]\r\n\r\n";
  std::vector<Socket> floods;
  for (int i = 0; i < 10; ++i) {
    auto socket = Socket::Connect(http_->port(), absl::Milliseconds(500));
    ASSERT_OK(socket.status());
    (void)socket->Write(requests);  // as much as is taken
    floods.push_back(*std::move(socket));
  }
  ExpectAllIsWell();
  floods.clear();  // with answers on their way
  // Very many that go before they are answered.
  for (int i = 0; i < 2'000; ++i) {
    auto socket = Socket::Connect(http_->port());
    ASSERT_OK(socket.status());
    ASSERT_OK(socket->Write("GET /metrics HTTP/1.1\r\nHost: [::1]\r\n\r\n"));
  }
  ExpectAllIsWell();
  EXPECT_EQ(http_->Get("/metrics").status, 200);
}

TEST_F(HttpHostileTest, NamesOfOtherSitesReachWhatProgramsReadOnly) {
  Join("web-01");
  const HttpFields evil = {{"Host", "evil.example:7471"}};
  for (const char* target :
       {"/", "/index.html", "/api/v1/members", "/api/v1/watch",
        "/api/v1/session", "/api/v1/openapi.json", "/nothing"}) {
    const HttpReply reply = http_->Get(target, evil);
    EXPECT_EQ(reply.status, 403) << target;
    EXPECT_THAT(reply.body, HasSubstr("--http-host evil.example")) << target;
    EXPECT_THAT(reply.body, Not(HasSubstr("web-01"))) << target;
  }
  EXPECT_EQ(http_->Get("/api/v1/members", evil).Reason(), "HOST_UNKNOWN");
  HttpFields change = evil;
  change.insert(change.end(), {{"X-Roster-Csrf", "1"},
                               {"Origin", "http://evil.example:7471"},
                               {"Content-Type", "application/json"}});
  EXPECT_EQ(http_
                ->Ask("POST", "/api/v1/members:take_offline", change,
                      R"({"names":["web-01"],"reason":"r"})")
                .Reason(),
            "HOST_UNKNOWN");
  EXPECT_EQ(rosterd_->Status("web-01"), "UP");
  const HttpReply lock =
      http_->Ask("POST", "/v1/pre-reboot",
                 {{"Host", "evil.example"}, {"fleet-lock-protocol", "true"}},
                 R"({"client_params":{"id":"web-01","group":"g"}})");
  EXPECT_EQ(lock.Json()["kind"], "not_allowed");
  for (const char* target :
       {"/metrics", "/sd/prometheus", "/-/healthy", "/-/ready"})
    EXPECT_EQ(http_->Get(target, evil).status, 200) << target;
  for (const char* host : {"127.0.0.1:7471", "localhost", "[::1]:80"})
    EXPECT_EQ(http_->Get("/api/v1/members", {{"Host", host}}).status, 200);

  rosterd_ = RosterdProcess::Watching(
      servers_, {"--http-host", "roster.example", "--http-host", "b"});
  http_ = std::make_unique<HttpClient>(rosterd_->http());
  EXPECT_EQ(http_->Get("/", {{"Host", "Roster.Example:1"}}).status, 200);
  EXPECT_EQ(http_->Get("/", {{"Host", "b"}}).status, 200);
  EXPECT_EQ(http_->Get("/", evil).status, 403);
}

TEST_F(HttpHostileTest, ChangesNeedWhatNoOtherSiteCanSend) {
  Join("web-01");
  const std::string body = R"({"names":["web-01"],"reason":"r"})";
  const std::string target = "/api/v1/members:take_offline";
  const std::string json_type = "application/json";
  const auto refused = [&](HttpFields fields) {
    const HttpReply reply = http_->Ask("POST", target, std::move(fields), body);
    EXPECT_THAT(reply.status, AnyOf(400, 403));
    EXPECT_EQ(reply.fields.count("access-control-allow-origin"), 0u);
    return reply.Reason();
  };
  EXPECT_EQ(refused({{"Content-Type", json_type}}), "CSRF_HEADER_MISSING");
  EXPECT_EQ(refused({{"X-Roster-Csrf", "1"},
                     {"Content-Type", json_type},
                     {"Origin", "http://evil.example"}}),
            "CROSS_SITE");
  EXPECT_EQ(refused({{"X-Roster-Csrf", "1"},
                     {"Content-Type", json_type},
                     {"Sec-Fetch-Site", "cross-site"}}),
            "CROSS_SITE");
  EXPECT_EQ(refused({{"X-Roster-Csrf", "1"}, {"Content-Type", "text/plain"}}),
            "INVALID_ARGUMENT");
  // A browser's question whether it may is never answered with yes.
  const HttpReply preflight =
      http_->Ask("OPTIONS", target,
                 {{"Origin", "http://evil.example"},
                  {"Access-Control-Request-Method", "POST"},
                  {"Access-Control-Request-Headers", "x-roster-csrf"}});
  EXPECT_EQ(preflight.status, 405);
  EXPECT_EQ(preflight.fields.count("access-control-allow-origin"), 0u);
  EXPECT_EQ(preflight.fields.count("access-control-allow-headers"), 0u);

  EXPECT_EQ(rosterd_->Status("web-01"), "UP");
  EXPECT_TRUE(http_->Get("/api/v1/audit").Json()["entries"].empty());
}

TEST_F(HttpHostileTest, NobodyCanPretendToBeSomebodysAddress) {
  Join("web-01");
  const HttpReply reply =
      http_->Ask("POST", "/api/v1/members:take_offline",
                 {{"X-Roster-Csrf", "1"},
                  {"Content-Type", "application/json"},
                  {"X-Forwarded-For", "10.9.9.9"},
                  {"roster-forwarded-peer", "http:10.9.9.9:1"}},
                 R"({"names":["web-01"],"reason":"r","actor":"eve"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json entry = http_->Get("/api/v1/audit").Json()["entries"][0];
  EXPECT_THAT(entry["peer"].get<std::string>(), Not(HasSubstr("10.9.9.9")));
  EXPECT_EQ(entry["authenticated"], false);
}

TEST_F(HttpHostileTest, ControlCharactersInActorsAreRefused) {
  for (const char* actor : {"a\\u0007b", "a\\u001b[31m"}) {
    const HttpReply reply = http_->Ask(
        "POST", "/api/v1/members/x:forget",
        {{"X-Roster-Csrf", "1"}, {"Content-Type", "application/json"}},
        std::string("{\"actor\":\"") + actor + "\"}");
    EXPECT_EQ(reply.status, 400) << actor;
  }
}

}  // namespace
}  // namespace roster::testing
