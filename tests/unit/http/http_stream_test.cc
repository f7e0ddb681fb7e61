// Bodies without an end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "tests/support/eventually.h"
#include "tests/unit/http/http_server_fixture.h"

namespace roster::monitor {
namespace {

using testing::IsOkAndHolds;
using testing::Socket;

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

}  // namespace
}  // namespace roster::monitor
