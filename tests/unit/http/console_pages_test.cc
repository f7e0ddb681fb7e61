#include "monitor/http/console_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace roster::monitor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr console::ConsoleFile kFiles[] = {
    {"/index.html", "text/html; charset=utf-8", "\"abc\"", "<p>page"},
    {"/src/main.js", "text/javascript; charset=utf-8", "\"def\"", "start();"},
};

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

HttpResponse Ask(std::span<const console::ConsoleFile> files, std::string path,
                 std::string if_none_match = "") {
  HttpRouter router;
  AddConsolePages(files, router);
  HttpRequest request{.method = "GET", .path = std::move(path)};
  if (!if_none_match.empty())
    request.headers = {{"If-None-Match", std::move(if_none_match)}};
  HttpResponse response;
  router.Route(std::move(request),
               [&](HttpResponse answer) { response = std::move(answer); });
  return response;
}

TEST(ConsolePagesTest, ServesEachFileAndThePageAtTheRoot) {
  EXPECT_EQ(Ask(kFiles, "/").body, "<p>page");
  EXPECT_EQ(Ask(kFiles, "/index.html").body, "<p>page");

  const HttpResponse script = Ask(kFiles, "/src/main.js");

  EXPECT_EQ(script.body, "start();");
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(Ask(kFiles, "/src/").status, 404);
  EXPECT_EQ(Ask(kFiles, "/src/../index.html").status, 404);
}

TEST(ConsolePagesTest, SendsNothingThatTheBrowserHas) {
  for (const char* tag : {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"}) {
    const HttpResponse response = Ask(kFiles, "/", tag);
    EXPECT_EQ(response.status, 304) << tag;
    EXPECT_EQ(response.body, "") << tag;
    EXPECT_EQ(HeaderOf(response, "ETag"), "\"abc\"") << tag;
  }
  EXPECT_EQ(Ask(kFiles, "/", "\"def\"").status, 200);
}

TEST(ConsolePagesTest, LetsThePageLoadAndRunOnlyWhatIsItsOwn) {
  const std::string policy =
      HeaderOf(Ask(kFiles, "/"), "Content-Security-Policy");

  EXPECT_THAT(policy, AllOf(StartsWith("default-src 'none'; "),
                            HasSubstr("script-src 'self'; "),
                            HasSubstr("frame-ancestors 'none'"),
                            Not(HasSubstr("unsafe")), Not(HasSubstr("http"))));
}

TEST(ConsolePagesTest, EmbeddedFilesAreWhole) {
  const auto files = console::ConsoleFiles();
  ASSERT_GT(files.size(), 10u);
  for (const console::ConsoleFile& file : files) {
    EXPECT_THAT(std::string(file.path), StartsWith("/"));
    EXPECT_EQ(file.etag.size(), 66u) << file.path;  // SHA-256, quoted
    EXPECT_FALSE(file.content.empty()) << file.path;
    EXPECT_EQ(file.content.back(), '\n') << file.path;
  }
  EXPECT_THAT(Ask(files, "/").body, StartsWith("<!DOCTYPE html>"));
}

}  // namespace
}  // namespace roster::monitor
