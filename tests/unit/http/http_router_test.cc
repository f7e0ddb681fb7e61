#include "monitor/http/http_router.h"

#include <gtest/gtest.h>

#include <utility>

namespace roster::monitor {
namespace {

HttpHandler Says(std::string text) {
  return [text](const HttpRequest&) { return HttpResponse{.body = text}; };
}

HttpResponse Ask(const HttpRouter& router, std::string path,
                 std::string method = "GET") {
  HttpResponse response;
  router.Route({.method = std::move(method), .path = std::move(path)},
               [&](HttpResponse answer) { response = std::move(answer); });
  return response;
}

TEST(HttpRouterTest, PrefersTheWholePathThenTheLongestPrefix) {
  HttpRouter router;
  router.AddPrefix("GET", "/api/", Says("api"));
  router.AddPrefix("GET", "/api/v1/", Says("v1"));
  router.AddPath("GET", "/api/v1/watch", Says("watch"));

  EXPECT_EQ(Ask(router, "/api/x").body, "api");
  EXPECT_EQ(Ask(router, "/api/v1/x/y").body, "v1");
  EXPECT_EQ(Ask(router, "/api/v1/watch").body, "watch");
  EXPECT_EQ(Ask(router, "/api/v1/watch/").body, "v1");
  EXPECT_EQ(Ask(router, "/api").status, 404);
}

TEST(HttpRouterTest, AllowsWhatIsServed) {
  HttpRouter router;
  router.AddPath("GET", "/a", Says("get"));
  router.AddPath("POST", "/a", Says("post"));

  EXPECT_EQ(Ask(router, "/a", "POST").body, "post");
  const HttpResponse refusal = Ask(router, "/a", "DELETE");
  EXPECT_EQ(refusal.status, 405);
  ASSERT_EQ(refusal.headers.size(), 1u);
  EXPECT_EQ(refusal.headers[0].first, "Allow");
  EXPECT_EQ(refusal.headers[0].second, "GET, HEAD, POST");
}

TEST(HttpRouterTest, TheGateAnswersBeforeAnyHandler) {
  HttpRouter router;
  router.AddPath("GET", "/a", Says("get"));
  router.AddPath("GET", "/b", Says("get"));
  router.SetGate([](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.path == "/a") return std::nullopt;
    return HttpResponse{.status = 403};
  });

  EXPECT_EQ(Ask(router, "/a").body, "get");
  EXPECT_EQ(Ask(router, "/b").status, 403);
  EXPECT_EQ(Ask(router, "/nothing").status, 403);
}

TEST(HttpRouterTest, MethodsAreCaseSensitive) {
  HttpRouter router;
  router.AddPath("GET", "/a", Says("get"));

  EXPECT_EQ(Ask(router, "/a", "get").status, 405);
}

}  // namespace
}  // namespace roster::monitor
