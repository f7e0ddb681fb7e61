#include "monitor/http/http_connection.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "monitor/http/gzip.h"
#include "monitor/http/http_hardening.h"
#include "monitor/http/http_read_error.h"
#include "monitor/http/http_respond.h"
#include "monitor/http/http_server.h"
#include "monitor/http/http_target.h"

// Beast is here and in http_read_error.cc only: it is slow to compile.

namespace roster::monitor {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kReadBytes = 4 * 1024;
// After the last response a client may still be sending. If we closed at once,
// the reset would take our response away from it; so its bytes are thrown away
// for a while.
constexpr absl::Duration kLingerTime = absl::Seconds(2);
constexpr size_t kMaxLingerBytes = 8 * 1024 * 1024;
// What a client may send while a stream goes to it; nothing is due.
constexpr size_t kMaxIdleBytes = 64 * 1024;

beast::string_view Beast(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view View(beast::string_view text) {
  return {text.data(), text.size()};
}

class Connection final : public HttpConnection,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(HttpConnectionHost& host, tcp::socket socket)
      : host_(host), options_(host.options()), stream_(std::move(socket)) {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    const tcp::endpoint peer = stream_.socket().remote_endpoint(ignored);
    if (!ignored)
      peer_ = base::ListenAddress{peer.address().to_string(), peer.port()}
                  .ToString();
  }

  void Start() override { AwaitRequest(options_.request_timeout); }
  void Refuse() override {
    Send(HttpError({}, 503, "too many connections; try again later"),
         /*keep_alive=*/false);
  }
  void Finish() override {
    finishing_ = true;
    if (!response_ || response_->chunked()) End();
  }
  void Abort() override { End(); }

 private:
  // A member function as a completion handler that keeps this alive.
  template <typename Method>
  auto Bind(Method method) {
    return [self = shared_from_this(), method](error_code error, size_t bytes) {
      if (!self->ended_) ((*self).*method)(error, bytes);
    };
  }

  void AwaitRequest(absl::Duration patience);
  void OnFirstBytes(error_code error, size_t bytes);
  void ReadHeader();
  void OnHeader(error_code error, size_t);
  void ReadBody();
  void OnBody(error_code error, size_t);
  void OnReadError(error_code error);
  HttpRequest TakeRequest();
  HttpRespond MakeRespond();

  void Send(HttpResponse response, bool keep_alive);
  void OnWritten(error_code error, size_t);
  void Linger();
  void OnLingerBytes(error_code error, size_t bytes);

  void SendStream(HttpResponse& response);
  void OnChunkWritten(error_code error, size_t);
  void WriteNextChunk();
  void WatchReader();
  void OnIdleBytes(error_code error, size_t bytes);

  void CountUnsent(size_t bytes);
  void End();

  HttpConnectionHost& host_;
  const HttpServerOptions& options_;
  beast::tcp_stream stream_;
  std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  size_t unsent_bytes_ = 0;
  size_t linger_bytes_ = 0;
  bool head_ = false;  // the request asks for the header only
  bool accepts_gzip_ = false;
  bool keep_alive_ = false;
  bool finishing_ = false;
  bool ended_ = false;

  // Of a response without an end.
  std::shared_ptr<HttpBodyStream> body_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::string chunk_;
  bool writing_ = false;
  size_t idle_bytes_ = 0;
};

void Connection::AwaitRequest(absl::Duration patience) {
  if (buffer_.size() > 0) {  // the client sends its requests in a row
    ReadHeader();
    return;
  }
  stream_.expires_after(absl::ToChronoNanoseconds(patience));
  stream_.async_read_some(buffer_.prepare(kReadBytes),
                          Bind(&Connection::OnFirstBytes));
}

void Connection::OnFirstBytes(error_code error, size_t bytes) {
  if (error) {  // it went, or was silent for too long
    End();
    return;
  }
  buffer_.commit(bytes);
  ReadHeader();
}

void Connection::ReadHeader() {
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(options_.max_header_bytes));
  parser_->body_limit(options_.max_body_bytes);
  // One deadline for the whole request: a byte now and then buys no time.
  stream_.expires_after(absl::ToChronoNanoseconds(options_.request_timeout));
  http::async_read_header(stream_, buffer_, *parser_,
                          Bind(&Connection::OnHeader));
}

void Connection::OnHeader(error_code error, size_t) {
  if (error) {
    OnReadError(error);
    return;
  }
  if (!beast::iequals(parser_->get()[http::field::expect], "100-continue") ||
      parser_->is_done()) {
    ReadBody();
    return;
  }
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(kContinue),
                    [self = shared_from_this()](error_code error, size_t) {
                      if (self->ended_) return;
                      error ? self->End() : self->ReadBody();
                    });
}

void Connection::ReadBody() {
  http::async_read(stream_, buffer_, *parser_, Bind(&Connection::OnBody));
}

void Connection::OnBody(error_code error, size_t) {
  if (error) {
    OnReadError(error);
    return;
  }
  keep_alive_ = parser_->keep_alive();
  const bool needs_host = parser_->get().version() >= 11 &&
                          parser_->get().count(http::field::host) != 1;
  const std::string target(View(parser_->get().target()));
  HttpRequest request = TakeRequest();
  absl::StatusOr<HttpTarget> parsed = ParseHttpTarget(target);
  if (needs_host)
    parsed = absl::InvalidArgumentError("the request has not one Host header");
  if (!parsed.ok()) {
    // For the form of the error only: nothing is looked up by it.
    request.path = target.substr(0, target.find('?'));
    Send(HttpError(request, 400, base::Message(parsed.status())),
         /*keep_alive=*/false);
    return;
  }
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  // It may take a while; the handler has its own deadline.
  stream_.expires_never();
  host_.Serve(std::move(request), MakeRespond());
}

void Connection::OnReadError(error_code error) {
  const std::optional<int> status = StatusOfReadError(error);
  if (!status) {  // it went, or was too slow; nobody is there to be told
    End();
    return;
  }
  head_ = false;
  accepts_gzip_ = false;
  HttpRequest request;
  // What was read of it tells in which form it wants to be told.
  if (error == http::error::body_limit)
    request.path = View(parser_->get().target());
  Send(HttpError(request, *status, error.message()), /*keep_alive=*/false);
}

HttpRequest Connection::TakeRequest() {
  http::request<http::string_body> message = parser_->release();
  head_ = message.method() == http::verb::head;
  HttpRequest request{.peer = peer_};
  request.method =
      head_ ? std::string("GET") : std::string(View(message.method_string()));
  for (const auto& field : message)
    request.headers.emplace_back(View(field.name_string()),
                                 View(field.value()));
  request.body = std::move(message.body());
  accepts_gzip_ = AcceptsGzip(request.Header("Accept-Encoding"));
  return request;
}

HttpRespond Connection::MakeRespond() {
  // Weak: a connection must not end on another thread.
  return RespondOnLoop(host_.loop(), accepts_gzip_, options_.min_gzip_bytes,
                       [weak = weak_from_this()](HttpResponse response) {
                         const auto self = weak.lock();
                         if (self && !self->ended_)
                           self->Send(std::move(response), self->keep_alive_);
                       });
}

void Connection::Send(HttpResponse response, bool keep_alive) {
  Harden(response);
  http::response<http::string_body>& message = response_.emplace();
  message.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers)
    message.set(Beast(name), Beast(value));
  message.set(http::field::content_type, Beast(response.content_type));
  message.set(http::field::date,
              absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(),
                               absl::UTCTimeZone()));
  if (response.stream && !head_) {
    SendStream(response);
    return;
  }
  message.keep_alive(keep_alive && !finishing_);
  if (response.status != 304) message.content_length(response.body.size());
  if (!head_) message.body() = std::move(response.body);

  CountUnsent(message.body().size());
  stream_.expires_after(absl::ToChronoNanoseconds(options_.write_timeout));
  http::async_write(stream_, message, Bind(&Connection::OnWritten));
}

void Connection::OnWritten(error_code error, size_t) {
  CountUnsent(0);
  if (error) {
    End();
    return;
  }
  const bool keep_alive = response_->keep_alive() && !finishing_;
  response_.reset();
  if (keep_alive) {
    AwaitRequest(options_.idle_timeout);
  } else {
    Linger();
  }
}

void Connection::Linger() {
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  if (finishing_) {
    End();
    return;
  }
  stream_.expires_after(absl::ToChronoNanoseconds(kLingerTime));
  OnLingerBytes({}, 0);
}

void Connection::OnLingerBytes(error_code error, size_t bytes) {
  linger_bytes_ += bytes;
  if (error || linger_bytes_ > kMaxLingerBytes) {
    End();
    return;
  }
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kReadBytes),
                          Bind(&Connection::OnLingerBytes));
}

// Chunked also for the rare client of HTTP/1.0, which does not know chunks, but
// no streams either.
void Connection::SendStream(HttpResponse& response) {
  body_ = std::move(response.stream);
  response_->chunked(true);
  response_->keep_alive(false);
  serializer_.emplace(*response_);
  writing_ = true;
  // Reads and writes share one deadline in Beast, and a stream is silent for
  // long; each write sets its own.
  stream_.expires_after(absl::ToChronoNanoseconds(options_.write_timeout));
  body_->Begin([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && !self->ended_ && !self->writing_) self->WriteNextChunk();
  });
  http::async_write_header(stream_, *serializer_,
                           Bind(&Connection::OnChunkWritten));
  WatchReader();
}

void Connection::OnChunkWritten(error_code error, size_t) {
  CountUnsent(0);
  writing_ = false;
  if (error) {
    End();
    return;
  }
  stream_.expires_never();
  WriteNextChunk();
}

void Connection::WriteNextChunk() {
  if (!body_) {  // the last chunk has been written
    End();
    return;
  }
  std::optional<std::string> next = body_->Next();
  if (next && next->empty()) return;  // until it wakes us
  writing_ = true;
  stream_.expires_after(absl::ToChronoNanoseconds(options_.write_timeout));
  if (!next) {
    body_.reset();
    asio::async_write(stream_, http::make_chunk_last(),
                      Bind(&Connection::OnChunkWritten));
    return;
  }
  chunk_ = *std::move(next);
  CountUnsent(chunk_.size());
  asio::async_write(stream_, http::make_chunk(asio::buffer(chunk_)),
                    Bind(&Connection::OnChunkWritten));
}

// Only a read tells that the reader has gone. Straight from the socket: the
// stream's deadline is the writes'.
void Connection::WatchReader() {
  buffer_.clear();
  stream_.socket().async_read_some(buffer_.prepare(kReadBytes),
                                   Bind(&Connection::OnIdleBytes));
}

void Connection::OnIdleBytes(error_code error, size_t bytes) {
  idle_bytes_ += bytes;
  if (error || idle_bytes_ > kMaxIdleBytes) {
    End();
    return;
  }
  WatchReader();
}

void Connection::CountUnsent(size_t bytes) {
  host_.AddUnsent(static_cast<std::ptrdiff_t>(bytes) -
                  static_cast<std::ptrdiff_t>(unsent_bytes_));
  unsent_bytes_ = bytes;
}

void Connection::End() {
  if (ended_) return;
  ended_ = true;
  const auto self = shared_from_this();  // the host may be the last to hold it
  CountUnsent(0);
  body_.reset();
  stream_.close();
  host_.OnGone(this);
}

}  // namespace

std::shared_ptr<HttpConnection> HttpConnection::Make(HttpConnectionHost& host,
                                                     int socket, bool ipv6) {
  return std::make_shared<Connection>(
      host,
      tcp::socket(host.loop().context(), ipv6 ? tcp::v6() : tcp::v4(), socket));
}

}  // namespace roster::monitor
