#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "monitor/http/http_server.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/http/http_client.h"

namespace roster::monitor {

// A server with a few handlers, on a free port.
class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    router_.AddPath("GET", "/hello", [](const HttpRequest& request) {
      return HttpResponse{.body = "hello " + request.query};
    });
    router_.AddPath("GET", "/large", [](const HttpRequest&) {
      return HttpResponse{.body = std::string(100'000, 'x')};
    });
    router_.AddPath("GET", "/throw", [](const HttpRequest&) -> HttpResponse {
      throw std::runtime_error("broken");
    });
    router_.AddPath("POST", "/echo", [](const HttpRequest& request) {
      return HttpResponse{.body = request.body};
    });
    router_.AddPrefix("GET", "/files/", [](const HttpRequest& request) {
      return HttpResponse{.body = request.path};
    });
  }

  void Start(std::function<void(HttpServerOptions&)> adjust = {}) {
    HttpServerOptions options{.listen = {{"127.0.0.1", 0}}};
    if (adjust) adjust(options);
    server_ = std::make_unique<HttpServer>(options, router_);
    const auto bound = server_->Start();
    ASSERT_OK(bound);
    port_ = bound->front().port;
  }

  // Sends `bytes`; the response must come.
  RawResponse Ask(const std::string& bytes, bool has_body = true) {
    const auto response = Exchange(port_, bytes, has_body);
    EXPECT_OK(response);
    return response.ok() ? *response : RawResponse();
  }

  // The status that /hello is answered with; 0 if it is not answered.
  int HelloStatus() {
    const auto response = Exchange(port_, RequestFor("/hello"));
    return response.ok() ? response->status : 0;
  }

  HttpRouter router_;
  std::unique_ptr<HttpServer> server_;
  uint16_t port_ = 0;
};

}  // namespace roster::monitor
