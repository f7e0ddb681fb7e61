// The configuration over HTTP.

#include <string>

#include "absl/strings/escaping.h"
#include "tests/e2e/http/fixture.h"

namespace roster::testing {
namespace {

using nlohmann::json;

class HttpConfigTest : public HttpE2eTest {
 protected:
  void SetUp() override {
    HttpE2eTest::SetUp();
    EVENTUALLY(http_->Get("/api/v1/config").status == 200);
  }
  static std::string Base64(const std::string& text) {
    return absl::Base64Escape(text);
  }
  HttpReply Put(const std::string& name, const std::string& value,
                json more = json::object()) {
    more["value"] = Base64(value);
    more["actor"] = "ann";
    return http_->Change("PUT", "/api/v1/config/" + name, more);
  }
};

TEST_F(HttpConfigTest, AnEntryGoesAllTheWay) {
  HttpReply reply = Put("search/limits", "{\"max\":3}",
                        {{"comment", "first"},
                         {"content_type", "application/json"},
                         {"expected_version", "0"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Json()["entry"]["version"], "1");

  // The slash may be written either way.
  for (const char* path : {"search/limits", "search%2Flimits"}) {
    const json entry =
        http_->Get(std::string("/api/v1/config/") + path).Json()["entry"];
    EXPECT_EQ(entry["name"], "search/limits");
    EXPECT_EQ(entry["value"], Base64("{\"max\":3}"));
    EXPECT_EQ(entry["author"], "ann");
  }
  ASSERT_EQ(Put("search/limits", "{\"max\":4}").status, 200);
  const json list = http_->Get("/api/v1/config?prefix=search%2F").Json();
  ASSERT_EQ(list["entries"].size(), 1u) << list;
  EXPECT_EQ(list["entries"][0]["version"], "2");
  EXPECT_EQ(list["entries"][0]["value"], "");

  reply = http_->Change("POST", "/api/v1/config/search/limits:rollback",
                        {{"version", "1"}, {"actor", "ann"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Json()["entry"]["restored_from"], "1");
  reply = http_->Change("DELETE", "/api/v1/config/search/limits",
                        {{"actor", "ann"}, {"comment", "gone"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(http_->Get("/api/v1/config/search/limits").Reason(),
            "CONFIG_NOT_FOUND");
  const json history =
      http_->Get("/api/v1/config_history/search/limits").Json()["entries"];
  ASSERT_EQ(history.size(), 4u);
  EXPECT_EQ(history[0]["deleted"], true);
  EXPECT_EQ(history[3]["value"], Base64("{\"max\":3}"));
}

TEST_F(HttpConfigTest, ErrorsAreThoseOfGrpc) {
  ASSERT_EQ(Put("a", "1").status, 200);
  EXPECT_EQ(Put("a", "2", {{"expected_version", "0"}}).Reason(),
            "CONFIG_EXISTS");
  const HttpReply late = Put("a", "2", {{"expected_version", "7"}});
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(late.Reason(), "CONFIG_VERSION_MISMATCH");
  EXPECT_EQ(http_->Get("/api/v1/config/none").status, 404);
  EXPECT_EQ(Put("a%2F%2Fb", "1").Reason(), "INVALID_CONFIG_NAME");
  EXPECT_EQ(Put("a", std::string(70'000, 'x')).Reason(), "CONFIG_TOO_LARGE");
  // Bytes are base64, which is what a body has.
  EXPECT_EQ(http_->Change("PUT", "/api/v1/config/a?value=x").status, 400);
  EXPECT_EQ(http_->Change("PUT", "/api/v1/config/a", {{"value", "no base64!"}})
                .status,
            400);
  // Without what no page of another site can send.
  EXPECT_EQ(http_->Ask("DELETE", "/api/v1/config/a").Reason(),
            "CSRF_HEADER_MISSING");
  EXPECT_EQ(http_->Get("/api/v1/config/a").Json()["entry"]["version"], "1");
}

TEST_F(HttpConfigTest, ATagSavesSendingWhatTheReaderHas) {
  ASSERT_EQ(Put("a", "1").status, 200);
  const std::string tag = http_->Get("/api/v1/config/a").fields["etag"];
  ASSERT_NE(tag, "");
  EXPECT_EQ(http_->Get("/api/v1/config/a", {{"If-None-Match", tag}}).status,
            304);
  ASSERT_EQ(Put("a", "2").status, 200);
  EXPECT_EQ(http_->Get("/api/v1/config/a", {{"If-None-Match", tag}}).status,
            200);
}

}  // namespace
}  // namespace roster::testing
