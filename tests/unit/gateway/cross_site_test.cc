#include "monitor/gateway/cross_site.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/error_details.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using testing::StatusIs;

using Headers = std::vector<std::pair<std::string, std::string>>;

// The reason of the refusal; "" if there is none.
std::string Refusal(Headers headers, std::string body = "{}") {
  headers.emplace_back("Host", "Roster.example:7471");
  const absl::Status status = CheckSameSite(
      {.headers = std::move(headers), .body = std::move(body)}, kCsrfHeader);
  if (status.ok()) return "";
  const std::string reason = base::DetailsOf(status).reason;
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

const Headers kProgram = {{"x-roster-csrf", "1"},
                          {"Content-Type", "application/json"}};

Headers And(std::string name, std::string value) {
  Headers headers = kProgram;
  headers.emplace_back(std::move(name), std::move(value));
  return headers;
}

TEST(CrossSiteTest, ProgramsAndPagesOfThisSiteMayAsk) {
  EXPECT_EQ(Refusal(kProgram), "");
  EXPECT_EQ(Refusal(And("Origin", "http://roster.example:7471")), "");
  EXPECT_EQ(Refusal(And("Origin", "https://roster.example:7471")), "");
  EXPECT_EQ(Refusal(And("Sec-Fetch-Site", "same-origin")), "");
  EXPECT_EQ(Refusal(And("Sec-Fetch-Site", "none")), "");
  EXPECT_EQ(Refusal({{"X-Roster-Csrf", "x"},
                     {"Content-Type", "Application/JSON; charset=utf-8"}}),
            "");
  EXPECT_EQ(
      Refusal({{"X-Roster-Csrf", "x"},
               {"Content-Type", "application/json;v=1;Charset=\"UTF-8\""}}),
      "");
  EXPECT_EQ(Refusal({{"X-Roster-Csrf", "x"}}, /*body=*/""), "");
}

TEST(CrossSiteTest, PagesOfOtherSitesMayNot) {
  for (const char* origin :
       {"http://evil.example", "http://roster.example", "null",
        "http://roster.example:7471.evil.example",
        "http://evil.example/roster.example:7471", "roster.example:7471",
        "http://roster.example:7471@evil.example"})
    EXPECT_EQ(Refusal(And("Origin", origin)), "CROSS_SITE") << origin;
  for (const char* site : {"cross-site", "same-site", "nonsense"})
    EXPECT_EQ(Refusal(And("Sec-Fetch-Site", site)), "CROSS_SITE") << site;
}

TEST(CrossSiteTest, FormsCannotAsk) {
  EXPECT_EQ(Refusal({{"Content-Type", "application/json"}}),
            "CSRF_HEADER_MISSING");
  EXPECT_EQ(
      Refusal({{"X-Roster-Csrf", ""}, {"Content-Type", "application/json"}}),
      "CSRF_HEADER_MISSING");
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded",
        "multipart/form-data", "application/jsonp",
        "text/plain; application/json", "application/json; charset=utf-16",
        "application/json; charset=\"latin1\"",
        "application/json; charset=utf-8; charset=utf-16"})
    EXPECT_EQ(Refusal({{"X-Roster-Csrf", "1"}, {"Content-Type", type}}),
              "INVALID_ARGUMENT")
        << type;
}

}  // namespace
}  // namespace roster::monitor
