#include "monitor/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/http/http_client.h"

namespace roster::monitor {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOkAndHolds;
using testing::Socket;
using testing::StatusIs;

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

TEST_F(HttpServerTest, F59_PathsThatLeadOutAreRefused) {
  Start();

  for (const char* target :
       {"/files/../../etc/passwd", "/files/..%2f..%2fetc/passwd",
        "/files/%2e%2e/secret", "/..", "/files/.", "/files/%00", "/%", "/%2",
        "/%zz", "/%ff", "hello", "*"}) {
    const RawResponse response = Ask(RequestFor(target));
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(response.body, HasSubstr("the path")) << target;
  }
  EXPECT_EQ(Ask(RequestFor("/files/a%20b/...")).body, "/files/a b/...");
}

TEST_F(HttpServerTest, F59_WhatIsNoHttpIsRefused) {
  Start();

  for (const char* bytes :
       {"nonsense\r\n\r\n", "GET /hello HTTP/9.9\r\n\r\n",
        "GET /hello HTTP/1.1\r\n\r\n",  // no host
        "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "zz\r\n"}) {
    const RawResponse response = Ask(bytes);
    EXPECT_EQ(response.status, 400) << bytes;
    EXPECT_EQ(response.Field("connection"), "close") << bytes;
  }
}

TEST_F(HttpServerTest, F59_BadAcceptHeadersAreHarmless) {
  Start();

  for (const char* value :
       {"gzip;q=", ";;;", ",,,", "gzip;q=nan;q=1e999", "*;q=0", "\x80\xff"})
    EXPECT_EQ(
        Ask(RequestFor("/large", std::string("Accept-Encoding: ") + value +
                                     "\r\nAccept: " + value + "\r\n"))
            .status,
        200)
        << value;
}

TEST_F(HttpServerTest, F59_AHeaderBeyondTheLimitIsRefused) {
  Start();

  const RawResponse response =
      Ask(RequestFor("/hello", "X: " + std::string(20'000, 'x') + "\r\n"));
  EXPECT_EQ(response.status, 431);
  EXPECT_EQ(Ask(RequestFor("/hello", "X: " + std::string(15'000, 'x') + "\r\n"))
                .status,
            200);
}

TEST_F(HttpServerTest, F59_ABodyOfAGigabyteIsRefusedBeforeItIsSent) {
  Start();

  const RawResponse response =
      Ask(RequestFor("/echo", "Content-Length: 1073741824\r\n", "POST"));

  EXPECT_EQ(response.status, 413);
}

TEST_F(HttpServerTest, F59_AnEndlessBodyIsRefusedWhileItIsSent) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(
      RequestFor("/echo", "Transfer-Encoding: chunked\r\n", "POST")));
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";

  // Three times the limit; the server must still be listening to it.
  for (int i = 0; i < 48; ++i) ASSERT_OK(socket.Write(chunk)) << i;

  ASSERT_OK_AND_ASSIGN(const RawResponse response, ReadResponse(socket));
  EXPECT_EQ(response.status, 413);
}

TEST_F(HttpServerTest, F59_CutsOffAClientThatDripsItsRequest) {
  Start([](HttpServerOptions& options) {
    options.request_timeout = absl::Milliseconds(300);
  });
  ASSERT_OK_AND_ASSIGN(Socket slow, Socket::Connect(port_));
  ASSERT_OK(slow.Write("GET /hello HTTP/1.1\r\nHost: x\r\n"));

  // Something arrives all the time; that does not help.
  EVENTUALLY(!slow.Write("X: x\r\n").ok());

  EXPECT_EQ(Ask(RequestFor("/hello")).status, 200);
}

TEST_F(HttpServerTest, F59_ManySlowClientsDoNotKeepOthersWaiting) {
  Start();
  std::vector<Socket> slow;
  for (int i = 0; i < 300; ++i) {
    ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
    ASSERT_OK(socket.Write("GET /hello HTTP/1.1\r\nHo"));
    slow.push_back(std::move(socket));
  }

  EXPECT_EQ(Ask(RequestFor("/hello")).status, 200);
}

TEST_F(HttpServerTest, ClosesConnectionsThatAreIdle) {
  Start([](HttpServerOptions& options) {
    options.idle_timeout = absl::Milliseconds(100);
  });
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/hello")));

  ASSERT_OK_AND_ASSIGN(const std::string all, socket.ReadAll());

  EXPECT_THAT(all, HasSubstr("hello "));
}

TEST_F(HttpServerTest, F59_RefusesConnectionsBeyondTheLimitAndRecovers) {
  Start([](HttpServerOptions& options) { options.max_connections = 3; });
  std::vector<Socket> held;
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
    ASSERT_OK(socket.Write(RequestFor("/hello")));
    ASSERT_OK(ReadResponse(socket));
    held.push_back(std::move(socket));
  }

  EXPECT_EQ(Ask(RequestFor("/hello")).status, 503);

  held.clear();
  EVENTUALLY(HelloStatus() == 200);
}

TEST_F(HttpServerTest, F59_AReaderThatDoesNotReadCannotFillTheMemory) {
  router_.AddPath("GET", "/huge", [](const HttpRequest&) {
    return HttpResponse{.body = std::string(32 << 20, 'x')};
  });
  Start([](HttpServerOptions& options) { options.max_unsent_bytes = 1 << 20; });
  ASSERT_OK_AND_ASSIGN(Socket stuck, Socket::Connect(port_));
  ASSERT_OK(stuck.Write(RequestFor("/huge")));
  ASSERT_OK(stuck.Read(1));  // the rest of it is waiting

  EXPECT_EQ(HelloStatus(), 503);

  stuck.Close();
  EVENTUALLY(HelloStatus() == 200);
}

TEST_F(HttpServerTest, F59_CutsOffAReaderThatDoesNotReadInTime) {
  router_.AddPath("GET", "/huge", [](const HttpRequest&) {
    return HttpResponse{.body = std::string(32 << 20, 'x')};
  });
  Start([](HttpServerOptions& options) {
    options.max_unsent_bytes = 1 << 20;
    options.write_timeout = absl::Milliseconds(200);
  });
  ASSERT_OK_AND_ASSIGN(Socket stuck, Socket::Connect(port_));
  ASSERT_OK(stuck.Write(RequestFor("/huge")));
  ASSERT_OK(stuck.Read(1));

  // What was waiting for it is given up, though it never left.
  EVENTUALLY(HelloStatus() == 200);
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

TEST_F(HttpServerTest, F51_ConnectionsThatComeAndGoLeaveNothingBehind) {
  Start([](HttpServerOptions& options) { options.max_connections = 50; });

  // Far more in all than may be open at once.
  for (int i = 0; i < 2'000; ++i) {
    auto socket = Socket::Connect(port_);
    ASSERT_OK(socket);
    // Some leave in the middle of a request, some before its answer.
    if (i % 3 == 0) (void)socket->Write("GET /hel");
    if (i % 3 == 1) (void)socket->Write(RequestFor("/large"));
  }

  EVENTUALLY(HelloStatus() == 200);
}

// What a test hands to a stream, piece by piece.
class TestStream final : public HttpBodyStream {
 public:
  explicit TestStream(std::atomic<int>* asked) : asked_(asked) {}
  ~TestStream() override { *asked_ = kGone; }
  static constexpr int kGone = -1;

  void Begin(std::function<void()> wake) override { wake_ = std::move(wake); }
  std::optional<std::string> Next() override {
    ++*asked_;
    if (ended_) return std::nullopt;
    return endless_ ? std::string(16 * 1024, 'x') : std::exchange(text_, "");
  }

  // On the loop.
  void Say(std::string text) {
    text_ = std::move(text);
    wake_();
  }
  void End() {
    ended_ = true;
    wake_();
  }
  void NeverEnd() { endless_ = true; }

 private:
  std::atomic<int>* const asked_;
  std::function<void()> wake_;
  std::string text_ = "first";
  bool ended_ = false;
  bool endless_ = false;
};

class HttpStreamTest : public HttpServerTest {
 protected:
  HttpStreamTest() {
    router_.AddPath("GET", "/stream", [this](const HttpRequest&) {
      auto stream = std::make_shared<TestStream>(&asked_);
      stream_ = stream;
      if (endless_) stream->NeverEnd();
      return HttpResponse{.content_type = "text/event-stream",
                          .stream = std::move(stream)};
    });
  }
  ~HttpStreamTest() override {
    if (server_) server_->Stop();
  }

  void OnStream(std::function<void(TestStream&)> act) {
    server_->loop().RunAndWait([&] {
      const auto stream = stream_.lock();
      ASSERT_TRUE(stream);
      act(*stream);
    });
  }
  absl::StatusOr<std::string> ReadChunk(Socket& socket) {
    std::string size;
    while (!size.ends_with("\r\n")) {
      ROSTER_ASSIGN_OR_RETURN(const std::string byte, socket.Read(1));
      size += byte;
    }
    const size_t bytes = std::stoul(size, nullptr, 16);
    ROSTER_ASSIGN_OR_RETURN(std::string chunk, socket.Read(bytes + 2));
    return chunk.substr(0, bytes);
  }

  bool endless_ = false;
  std::atomic<int> asked_ = 0;
  std::weak_ptr<TestStream> stream_;
};

TEST_F(HttpStreamTest, SendsWhatThereIsAndWaitsForMore) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/stream")));

  ASSERT_OK_AND_ASSIGN(const RawResponse head, ReadResponse(socket));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Field("transfer-encoding"), "chunked");
  EXPECT_EQ(head.Field("content-type"), "text/event-stream");
  EXPECT_THAT(ReadChunk(socket), IsOkAndHolds("first"));
  OnStream([](TestStream& stream) { stream.Say("second"); });
  EXPECT_THAT(ReadChunk(socket), IsOkAndHolds("second"));
  OnStream([](TestStream& stream) { stream.End(); });
  EXPECT_THAT(ReadChunk(socket), IsOkAndHolds(""));
  EXPECT_THAT(socket.ReadAll(), IsOkAndHolds(""));
  EVENTUALLY(asked_ == TestStream::kGone);
}

TEST_F(HttpStreamTest, AReaderThatGoesIsNoticedThoughNothingIsSent) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/stream")));
  ASSERT_OK(ReadResponse(socket).status());
  EVENTUALLY(asked_ == 2);  // "first", and nothing

  socket.Close();

  EVENTUALLY(asked_ == TestStream::kGone);
}

TEST_F(HttpStreamTest, F49_AReaderThatDoesNotReadIsAskedForNothing) {
  endless_ = true;
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/stream")));
  ASSERT_OK(ReadResponse(socket).status());

  // The buffers of the system fill; then the stream is left alone.
  int before = -1;
  EVENTUALLY(std::exchange(before, asked_.load()) == asked_ && asked_ > 1 &&
             HelloStatus() == 200 && before == asked_);
  const int asked = asked_;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(HelloStatus(), 200);

  EXPECT_EQ(asked_, asked);
}

TEST_F(HttpStreamTest, F49_AReaderThatNeverReadsIsCutOff) {
  endless_ = true;
  Start([](HttpServerOptions& options) {
    options.write_timeout = absl::Milliseconds(200);
  });
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/stream")));

  EVENTUALLY(asked_ > 0);
  EVENTUALLY(asked_ == TestStream::kGone);
}

TEST_F(HttpStreamTest, AReaderThatTalksTooMuchIsCutOff) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/stream")));
  ASSERT_OK(ReadResponse(socket).status());

  (void)socket.Write(std::string(1 << 20, 'x'));

  EVENTUALLY(asked_ == TestStream::kGone);
}

TEST_F(HttpStreamTest, StoppingEndsStreams) {
  Start();
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/stream")));
  ASSERT_OK(ReadResponse(socket).status());

  const absl::Time begin = absl::Now();
  server_->Stop();

  EXPECT_EQ(asked_, TestStream::kGone);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(1));
}

TEST_F(HttpStreamTest, AHeadOfAStreamHasNoBody) {
  Start();
  const RawResponse head = Ask(RequestFor("/stream", "", "HEAD"), false);
  EXPECT_EQ(head.status, 200);
  EVENTUALLY(asked_ == TestStream::kGone);
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
