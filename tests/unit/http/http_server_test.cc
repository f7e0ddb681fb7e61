#include "monitor/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <thread>

#include "absl/time/clock.h"
#include "base/mutex.h"
#include "tests/support/eventually.h"
#include "tests/unit/http/http_server_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Socket;
using testing::StatusIs;

TEST_F(HttpServerTest, ServesAPath) {
  Start();

  const RawResponse response = Ask(RequestFor("/hello?to=you"));

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello to=you");
  EXPECT_EQ(response.Field("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.Field("x-content-type-options"), "nosniff");
  EXPECT_THAT(response.Field("date"), HasSubstr(" gmt"));
}

TEST_F(HttpServerTest, ListensOnSeveralAddressesAndIpv6) {
  Start([](HttpServerOptions& options) {
    options.listen = {{"127.0.0.1", 0}, {"::1", 0}};
  });
  HttpServer second({.listen = {{"::1", 0}}}, router_);
  const auto bound = second.Start();
  ASSERT_OK(bound);
  ASSERT_EQ(bound->front().host, "::1");
  ASSERT_NE(bound->front().port, 0);

  boost::asio::ip::tcp::iostream client("::1",
                                        std::to_string(bound->front().port));
  client << RequestFor("/hello", "Connection: close\r\n") << std::flush;
  const std::string response(std::istreambuf_iterator<char>(client), {});

  EXPECT_THAT(response,
              AllOf(HasSubstr("HTTP/1.1 200 OK"), HasSubstr("\r\n\r\nhello ")));
}

TEST_F(HttpServerTest, NamesTheAddressThatItCannotListenOn) {
  Start();
  HttpServer second({.listen = {{"127.0.0.1", 0}, {"192.0.2.1", 80}}}, router_);

  EXPECT_THAT(second.Start(), StatusIs(absl::StatusCode::kUnavailable,
                                       HasSubstr("192.0.2.1:80")));
}

TEST_F(HttpServerTest, HeadHasTheHeaderOfAGetAndNoBody) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));

  ASSERT_OK(socket.Write(RequestFor("/large", "", "HEAD")));
  ASSERT_OK_AND_ASSIGN(const RawResponse head,
                       ReadResponse(socket, /*has_body=*/false));
  ASSERT_OK(socket.Write(RequestFor("/hello")));
  ASSERT_OK_AND_ASSIGN(const RawResponse next, ReadResponse(socket));

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Field("content-length"), "100000");
  EXPECT_EQ(next.body, "hello ");
}

TEST_F(HttpServerTest, AnswersRequestsSentInARowInTheirOrder) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  std::string requests;
  for (int i = 0; i < 200; ++i)
    requests += RequestFor("/hello?" + std::to_string(i));

  ASSERT_OK(socket.Write(requests));

  for (int i = 0; i < 200; ++i) {
    ASSERT_OK_AND_ASSIGN(const RawResponse response, ReadResponse(socket));
    ASSERT_EQ(response.body, "hello " + std::to_string(i));
  }
}

TEST_F(HttpServerTest, ClosesWhenAsked) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));

  ASSERT_OK(socket.Write(RequestFor("/hello", "Connection: close\r\n")));

  ASSERT_OK_AND_ASSIGN(const std::string all, socket.ReadAll());
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpServerTest, SpeaksHttp10) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));

  ASSERT_OK(socket.Write("GET /hello HTTP/1.0\r\n\r\n"));

  ASSERT_OK_AND_ASSIGN(const std::string all, socket.ReadAll());
  EXPECT_THAT(all, AllOf(HasSubstr(" 200 OK\r\n"), HasSubstr("hello ")));
}

TEST_F(HttpServerTest, ReadsBodiesOfBothKinds) {
  Start();

  EXPECT_EQ(
      Ask(RequestFor("/echo", "Content-Length: 4\r\n", "POST") + "body").body,
      "body");
  EXPECT_EQ(Ask(RequestFor("/echo", "Transfer-Encoding: chunked\r\n", "POST") +
                "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n")
                .body,
            "body");
}

TEST_F(HttpServerTest, TellsAClientThatWaitsToGoOn) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));

  ASSERT_OK(socket.Write(RequestFor(
      "/echo", "Content-Length: 4\r\nExpect: 100-continue\r\n", "POST")));
  ASSERT_OK_AND_ASSIGN(const RawResponse go_on, ReadResponse(socket));
  EXPECT_EQ(go_on.status, 100);
  ASSERT_OK(socket.Write("body"));

  ASSERT_OK_AND_ASSIGN(const RawResponse response, ReadResponse(socket));
  EXPECT_EQ(response.body, "body");
}

TEST_F(HttpServerTest, CompressesLargeBodiesForThoseWhoCanReadThem) {
  Start();

  const RawResponse packed =
      Ask(RequestFor("/large", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(packed.Field("content-encoding"), "gzip");
  EXPECT_EQ(packed.Field("vary"), "accept-encoding");
  EXPECT_LT(packed.body.size(), 5'000u);
  EXPECT_EQ(Gunzip(packed.body), std::string(100'000, 'x'));

  const RawResponse plain =
      Ask(RequestFor("/large", "Accept-Encoding: gzip;q=0\r\n"));
  EXPECT_EQ(plain.Field("content-encoding"), "");
  EXPECT_EQ(plain.body.size(), 100'000u);

  const RawResponse small =
      Ask(RequestFor("/hello", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(small.body, "hello ");
}

TEST_F(HttpServerTest, ErrorsAreTextOrJsonAsAsked) {
  Start();

  const RawResponse text = Ask(RequestFor("/nothing"));
  EXPECT_EQ(text.status, 404);
  EXPECT_EQ(text.body, "nothing is served at /nothing\n");

  const RawResponse json =
      Ask(RequestFor("/no\"thing", "Accept: application/json\r\n"));
  EXPECT_EQ(json.status, 404);
  EXPECT_EQ(json.Field("content-type"), "application/json");
  EXPECT_EQ(json.body,
            "{\"code\":\"NOT_FOUND\",\"message\":"
            "\"nothing is served at /no\\\"thing\",\"details\":[]}\n");
}

TEST_F(HttpServerTest, AWrongMethodIsToldTheRightOnes) {
  Start();

  const RawResponse response =
      Ask(RequestFor("/hello", "Content-Length: 0\r\n", "DELETE"));

  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.Field("allow"), "get, head");
}

TEST_F(HttpServerTest, AHandlerThatThrowsEndsNothing) {
  Start();

  EXPECT_EQ(Ask(RequestFor("/throw")).status, 500);
  EXPECT_EQ(Ask(RequestFor("/hello")).status, 200);
}

TEST_F(HttpServerTest, StopEndsIdleConnectionsAtOnce) {
  Start([](HttpServerOptions& options) {
    options.stop_grace = absl::Minutes(10);
  });
  ASSERT_OK_AND_ASSIGN(Socket idle, Socket::Connect(port_));
  ASSERT_OK(idle.Write(RequestFor("/hello")));
  ASSERT_OK(ReadResponse(idle));

  server_->Stop();

  EXPECT_THAT(idle.ReadAll(), testing::IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Socket::Connect(port_), StatusIs(absl::StatusCode::kUnavailable));
  server_->Stop();  // again
}

TEST_F(HttpServerTest, StopLetsAResponseEnd) {
  router_.AddPath("GET", "/huge", [](const HttpRequest&) {
    return HttpResponse{.body = std::string(32 << 20, 'x')};
  });
  Start([](HttpServerOptions& options) {
    options.stop_grace = absl::Minutes(1);
  });
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/huge")));
  ASSERT_OK_AND_ASSIGN(std::string begin, socket.Read(1));  // it is under way

  std::thread stop([&] { server_->Stop(); });
  const absl::StatusOr<std::string> rest = socket.ReadAll();
  stop.join();

  ASSERT_OK(rest);
  EXPECT_THAT(rest->size(), Ge(size_t{32} << 20));
}

TEST_F(HttpServerTest, StopDoesNotWaitForAReaderThatDoesNotRead) {
  router_.AddPath("GET", "/huge", [](const HttpRequest&) {
    return HttpResponse{.body = std::string(32 << 20, 'x')};
  });
  Start([](HttpServerOptions& options) {
    options.stop_grace = absl::Milliseconds(100);
  });
  ASSERT_OK_AND_ASSIGN(Socket stuck, Socket::Connect(port_));
  ASSERT_OK(stuck.Write(RequestFor("/huge")));
  ASSERT_OK(stuck.Read(1));

  const absl::Time before = absl::Now();
  server_->Stop();

  EXPECT_LT(absl::Now() - before, testing::Scaled(absl::Seconds(5)));
}

TEST_F(HttpServerTest, AnswersMayComeLaterAndFromAnotherThread) {
  std::vector<HttpRespond> waiting;
  base::Mutex mu;
  router_.AddAsyncPath("GET", "/later",
                       [&](const HttpRequest&, HttpRespond respond) {
                         base::MutexLock lock(&mu);
                         waiting.push_back(std::move(respond));
                       });
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/later", "Accept-Encoding: gzip\r\n")));
  const auto count = [&] {
    base::MutexLock lock(&mu);
    return waiting.size();
  };
  EVENTUALLY(count() == 1);
  EXPECT_EQ(HelloStatus(), 200);  // nobody is kept waiting

  waiting[0]({.body = std::string(100'000, 'y')});
  waiting[0]({.body = "a second answer is none"});

  ASSERT_OK_AND_ASSIGN(const RawResponse response, ReadResponse(socket));
  EXPECT_EQ(Gunzip(response.body), std::string(100'000, 'y'));
  // The connection goes on.
  ASSERT_OK(socket.Write(RequestFor("/hello")));
  ASSERT_OK_AND_ASSIGN(const RawResponse next, ReadResponse(socket));
  EXPECT_EQ(next.body, "hello ");
}

TEST_F(HttpServerTest, AnAnswerToWhomHasGoneIsDropped) {
  std::vector<HttpRespond> waiting;
  std::atomic<int> came = 0;
  router_.AddAsyncPath("GET", "/later",
                       [&](const HttpRequest&, HttpRespond respond) {
                         waiting.push_back(std::move(respond));
                         ++came;
                       });
  Start();
  {
    ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
    ASSERT_OK(socket.Write(RequestFor("/later")));
    EVENTUALLY(came == 1);
  }
  waiting[0]({.body = "nobody is there"});
  EXPECT_EQ(HelloStatus(), 200);

  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/later")));
  EVENTUALLY(came == 2);
  server_->Stop();
  waiting[1]({.body = "too late"});
}

TEST_F(HttpServerTest, EveryResponseIsHardened) {
  Start();
  for (const char* path : {"/hello", "/nothing", "/throw", "/.."}) {
    const RawResponse response = Ask(RequestFor(path));
    EXPECT_EQ(response.Field("x-frame-options"), "deny") << path;
    EXPECT_EQ(response.Field("cross-origin-resource-policy"), "same-origin");
    EXPECT_EQ(response.Field("referrer-policy"), "no-referrer");
    EXPECT_THAT(response.Field("content-security-policy"),
                HasSubstr("default-src 'none'"));
    EXPECT_EQ(response.Field("access-control-allow-origin"), "");
  }
}

TEST_F(HttpServerTest, AHandlerKnowsWhoAsks) {
  router_.AddPath("GET", "/peer", [](const HttpRequest& request) {
    return HttpResponse{.body = request.peer};
  });
  Start();
  EXPECT_THAT(Ask(RequestFor("/peer")).body,
              ::testing::StartsWith("127.0.0.1:"));
}

}  // namespace
}  // namespace roster::monitor
