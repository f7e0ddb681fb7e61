// What a client can do to a server, and what stops it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/unit/http/http_server_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;
using testing::Socket;

class HttpLimitsTest : public HttpServerTest {};

TEST_F(HttpLimitsTest, F59_PathsThatLeadOutAreRefused) {
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

TEST_F(HttpLimitsTest, F59_WhatIsNoHttpIsRefused) {
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

TEST_F(HttpLimitsTest, F59_BadAcceptHeadersAreHarmless) {
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

TEST_F(HttpLimitsTest, F59_AHeaderBeyondTheLimitIsRefused) {
  Start();

  const RawResponse response =
      Ask(RequestFor("/hello", "X: " + std::string(20'000, 'x') + "\r\n"));
  EXPECT_EQ(response.status, 431);
  EXPECT_EQ(Ask(RequestFor("/hello", "X: " + std::string(15'000, 'x') + "\r\n"))
                .status,
            200);
}

TEST_F(HttpLimitsTest, F59_ABodyOfAGigabyteIsRefusedBeforeItIsSent) {
  Start();

  const RawResponse response =
      Ask(RequestFor("/echo", "Content-Length: 1073741824\r\n", "POST"));

  EXPECT_EQ(response.status, 413);
}

TEST_F(HttpLimitsTest, F59_AnEndlessBodyIsRefusedWhileItIsSent) {
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

TEST_F(HttpLimitsTest, F59_CutsOffAClientThatDripsItsRequest) {
  Start([](HttpServerOptions& options) {
    options.request_timeout = absl::Milliseconds(300);
  });
  ASSERT_OK_AND_ASSIGN(Socket slow, Socket::Connect(port_));
  ASSERT_OK(slow.Write("GET /hello HTTP/1.1\r\nHost: x\r\n"));

  // Something arrives all the time; that does not help.
  EVENTUALLY(!slow.Write("X: x\r\n").ok());

  EXPECT_EQ(Ask(RequestFor("/hello")).status, 200);
}

TEST_F(HttpLimitsTest, F59_ManySlowClientsDoNotKeepOthersWaiting) {
  Start();
  std::vector<Socket> slow;
  for (int i = 0; i < 300; ++i) {
    ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
    ASSERT_OK(socket.Write("GET /hello HTTP/1.1\r\nHo"));
    slow.push_back(std::move(socket));
  }

  EXPECT_EQ(Ask(RequestFor("/hello")).status, 200);
}

TEST_F(HttpLimitsTest, ClosesConnectionsThatAreIdle) {
  Start([](HttpServerOptions& options) {
    options.idle_timeout = absl::Milliseconds(100);
  });
  ASSERT_OK_AND_ASSIGN(Socket socket, Socket::Connect(port_));
  ASSERT_OK(socket.Write(RequestFor("/hello")));

  ASSERT_OK_AND_ASSIGN(const std::string all, socket.ReadAll());

  EXPECT_THAT(all, HasSubstr("hello "));
}

TEST_F(HttpLimitsTest, F59_RefusesConnectionsBeyondTheLimitAndRecovers) {
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

TEST_F(HttpLimitsTest, F59_AReaderThatDoesNotReadCannotFillTheMemory) {
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

TEST_F(HttpLimitsTest, F59_CutsOffAReaderThatDoesNotReadInTime) {
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

TEST_F(HttpLimitsTest, F51_ConnectionsThatComeAndGoLeaveNothingBehind) {
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

}  // namespace
}  // namespace roster::monitor
