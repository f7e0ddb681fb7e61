#include "monitor/http/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "base/loop.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "monitor/http/gzip.h"
#include "monitor/http/http_target.h"

// All of Beast is in this file: it is slow to compile.

namespace roster::monitor {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using base::LogLevel;
using boost::system::error_code;

constexpr size_t kReadBytes = 4 * 1024;
// After the last response a client may still be sending. If we closed at once,
// the reset would take our response away from it; so its bytes are thrown away
// for a while.
constexpr absl::Duration kLingerTime = absl::Seconds(2);
constexpr size_t kMaxLingerBytes = 8 * 1024 * 1024;
// Connections beyond the limit that may be told so at the same time.
constexpr size_t kMaxRefusals = 64;
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);

std::string_view View(beast::string_view text) {
  return {text.data(), text.size()};
}

// The status that tells the client what was wrong with its bytes.
int StatusOfReadError(error_code error) {
  if (error == http::error::header_limit ||
      error == http::error::buffer_overflow)
    return 431;
  if (error == http::error::body_limit) return 413;
  return 400;
}

bool IsProtocolError(error_code error) {
  return error.category() ==
             make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream &&
         error != http::error::partial_message;
}

}  // namespace

class HttpServer::Impl {
 public:
  class Connection;

  Impl(HttpServerOptions options, HttpRouter router)
      : options_(std::move(options)), router_(std::move(router)) {}
  ~Impl() { Stop(); }

  absl::StatusOr<std::vector<base::ListenAddress>> Start();
  void Stop();

 private:
  absl::StatusOr<base::ListenAddress> Listen(const base::ListenAddress& wanted);
  void Accept(std::shared_ptr<tcp::acceptor> acceptor);
  void Adopt(tcp::socket socket);
  void OnGone(Connection* connection);
  void WaitUntilEmpty(absl::Time deadline);
  HttpResponse Serve(const HttpRequest& request) const;

  const HttpServerOptions options_;
  const HttpRouter router_;

  // Confined to the loop, once it runs.
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors_;
  absl::flat_hash_set<Connection*> connections_;
  size_t unsent_bytes_ = 0;

  base::Mutex mu_;
  base::CondVar emptied_;
  bool empty_ ABSL_GUARDED_BY(mu_) = true;  // of connections_

  // Goes first: with it go the connections, which look at the members above.
  std::unique_ptr<base::Loop> loop_;
};

// One client. Reads a request, writes the response, and so on, one at a time.
// It lives for as long as one of its operations is under way.
class HttpServer::Impl::Connection
    : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Impl& server, tcp::socket socket)
      : server_(server), options_(server.options_), stream_(std::move(socket)) {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
  }
  ~Connection() {
    server_.unsent_bytes_ -= unsent_bytes_;
    server_.OnGone(this);
  }

  void Start() { AwaitRequest(options_.request_timeout); }
  // Says 503 without reading anything.
  void Refuse() {
    Respond({}, HttpError({}, 503, "too many connections; try again later"),
            /*keep_alive=*/false);
  }
  // Ends when the response under way, if any, has been written. Does not
  // destroy this before it returns.
  void Finish() {
    finishing_ = true;
    if (!response_) stream_.close();
  }

 private:
  // A member function as a completion handler that keeps this alive.
  template <typename Method>
  auto Bind(Method method) {
    return [self = shared_from_this(), method](error_code error, size_t bytes) {
      ((*self).*method)(error, bytes);
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
  void Respond(const HttpRequest& request, HttpResponse response,
               bool keep_alive);
  void OnWritten(error_code error, size_t);
  void Linger();
  void OnLingerBytes(error_code error, size_t bytes);

  Impl& server_;
  const HttpServerOptions& options_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  size_t unsent_bytes_ = 0;
  size_t linger_bytes_ = 0;
  bool head_ = false;  // the request asks for the header only
  bool finishing_ = false;
};

void HttpServer::Impl::Connection::AwaitRequest(absl::Duration patience) {
  if (buffer_.size() > 0) {  // the client sends its requests in a row
    ReadHeader();
    return;
  }
  stream_.expires_after(absl::ToChronoNanoseconds(patience));
  stream_.async_read_some(buffer_.prepare(kReadBytes),
                          Bind(&Connection::OnFirstBytes));
}

void HttpServer::Impl::Connection::OnFirstBytes(error_code error,
                                                size_t bytes) {
  if (error) return;  // it went, or was silent for too long
  buffer_.commit(bytes);
  ReadHeader();
}

void HttpServer::Impl::Connection::ReadHeader() {
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(options_.max_header_bytes));
  parser_->body_limit(options_.max_body_bytes);
  // One deadline for the whole request: a byte now and then buys no time.
  stream_.expires_after(absl::ToChronoNanoseconds(options_.request_timeout));
  http::async_read_header(stream_, buffer_, *parser_,
                          Bind(&Connection::OnHeader));
}

void HttpServer::Impl::Connection::OnHeader(error_code error, size_t) {
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
                      if (!error) self->ReadBody();
                    });
}

void HttpServer::Impl::Connection::ReadBody() {
  http::async_read(stream_, buffer_, *parser_, Bind(&Connection::OnBody));
}

void HttpServer::Impl::Connection::OnBody(error_code error, size_t) {
  if (error) {
    OnReadError(error);
    return;
  }
  const bool keep_alive = parser_->keep_alive();
  const bool needs_host = parser_->get().version() >= 11 &&
                          parser_->get().count(http::field::host) != 1;
  const std::string target(View(parser_->get().target()));
  HttpRequest request = TakeRequest();
  absl::StatusOr<HttpTarget> parsed = ParseHttpTarget(target);
  if (needs_host)
    parsed = absl::InvalidArgumentError("the request has not one Host header");
  if (!parsed.ok()) {
    Respond(request, HttpError(request, 400, base::Message(parsed.status())),
            /*keep_alive=*/false);
    return;
  }
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  Respond(request, server_.Serve(request), keep_alive);
}

void HttpServer::Impl::Connection::OnReadError(error_code error) {
  // Else it went, or was too slow; then nobody is there to be told.
  if (!IsProtocolError(error)) return;
  head_ = false;
  const int status = StatusOfReadError(error);
  Respond({}, HttpError({}, status, error.message()), /*keep_alive=*/false);
}

HttpRequest HttpServer::Impl::Connection::TakeRequest() {
  http::request<http::string_body> message = parser_->release();
  head_ = message.method() == http::verb::head;
  HttpRequest request;
  request.method =
      head_ ? std::string("GET") : std::string(View(message.method_string()));
  for (const auto& field : message)
    request.headers.emplace_back(View(field.name_string()),
                                 View(field.value()));
  request.body = std::move(message.body());
  return request;
}

void HttpServer::Impl::Connection::Respond(const HttpRequest& request,
                                           HttpResponse response,
                                           bool keep_alive) {
  http::response<http::string_body>& message = response_.emplace();
  message.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::date,
              absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(),
                               absl::UTCTimeZone()));
  message.set("X-Content-Type-Options", "nosniff");
  if (message.count(http::field::cache_control) == 0)
    message.set(http::field::cache_control, "no-store");

  if (response.body.size() >= options_.min_gzip_bytes) {
    message.set(http::field::vary, "Accept-Encoding");
    if (AcceptsGzip(request.Header("Accept-Encoding"))) {
      if (std::string packed = Gzip(response.body); !packed.empty()) {
        response.body = std::move(packed);
        message.set(http::field::content_encoding, "gzip");
      }
    }
  }
  message.keep_alive(keep_alive);
  message.content_length(response.body.size());
  if (!head_) message.body() = std::move(response.body);

  unsent_bytes_ = message.body().size();
  server_.unsent_bytes_ += unsent_bytes_;
  stream_.expires_after(absl::ToChronoNanoseconds(options_.write_timeout));
  http::async_write(stream_, message, Bind(&Connection::OnWritten));
}

void HttpServer::Impl::Connection::OnWritten(error_code error, size_t) {
  server_.unsent_bytes_ -= std::exchange(unsent_bytes_, 0);
  if (error) return;
  const bool keep_alive = response_->keep_alive() && !finishing_;
  response_.reset();
  if (keep_alive) {
    AwaitRequest(options_.idle_timeout);
  } else {
    Linger();
  }
}

void HttpServer::Impl::Connection::Linger() {
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  if (finishing_) return;
  stream_.expires_after(absl::ToChronoNanoseconds(kLingerTime));
  OnLingerBytes({}, 0);
}

void HttpServer::Impl::Connection::OnLingerBytes(error_code error,
                                                 size_t bytes) {
  linger_bytes_ += bytes;
  if (error || linger_bytes_ > kMaxLingerBytes) return;
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kReadBytes),
                          Bind(&Connection::OnLingerBytes));
}

absl::StatusOr<std::vector<base::ListenAddress>> HttpServer::Impl::Start() {
  loop_ = std::make_unique<base::Loop>("http");
  std::vector<base::ListenAddress> bound;
  for (const base::ListenAddress& wanted : options_.listen) {
    absl::StatusOr<base::ListenAddress> address = Listen(wanted);
    if (!address.ok()) {
      acceptors_.clear();
      loop_.reset();
      return address.status();
    }
    bound.push_back(*std::move(address));
  }
  for (const auto& acceptor : acceptors_) Accept(acceptor);
  loop_->Start();
  return bound;
}

absl::StatusOr<base::ListenAddress> HttpServer::Impl::Listen(
    const base::ListenAddress& wanted) {
  auto acceptor = std::make_shared<tcp::acceptor>(loop_->context());
  error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(wanted.host, error),
                               wanted.port);
  if (!error) acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6())
    acceptor->set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(tcp::acceptor::max_listen_connections, error);
  if (error)
    return absl::UnavailableError(base::StrCat(
        "cannot listen on ", wanted.ToString(), ": ", error.message()));
  base::ListenAddress bound = wanted;
  bound.port = acceptor->local_endpoint().port();
  acceptors_.push_back(std::move(acceptor));
  return bound;
}

void HttpServer::Impl::Accept(std::shared_ptr<tcp::acceptor> acceptor) {
  tcp::acceptor& listening = *acceptor;
  listening.async_accept([this, acceptor = std::move(acceptor)](
                             error_code error, tcp::socket socket) {
    if (!acceptor->is_open()) return;
    if (!error) {
      Adopt(std::move(socket));
      Accept(acceptor);
      return;
    }
    // Most likely no descriptor is left; at once it would fail again.
    base::Log(options_.log, LogLevel::kWarning,
              "cannot accept an HTTP connection error=\"", error.message(),
              "\"");
    loop_->RunAfter(kAcceptPause, [this, acceptor] {
      if (acceptor->is_open()) Accept(acceptor);
    });
  });
}

void HttpServer::Impl::Adopt(tcp::socket socket) {
  if (connections_.size() >= options_.max_connections + kMaxRefusals) return;
  const bool refuse = connections_.size() >= options_.max_connections;
  auto connection = std::make_shared<Connection>(*this, std::move(socket));
  connections_.insert(connection.get());
  {
    base::MutexLock lock(&mu_);
    empty_ = false;
  }
  if (refuse) {
    connection->Refuse();
  } else {
    connection->Start();
  }
}

void HttpServer::Impl::OnGone(Connection* connection) {
  connections_.erase(connection);
  if (!connections_.empty()) return;
  base::MutexLock lock(&mu_);
  empty_ = true;
  emptied_.NotifyAll();
}

HttpResponse HttpServer::Impl::Serve(const HttpRequest& request) const {
  if (unsent_bytes_ >= options_.max_unsent_bytes) {
    HttpResponse busy = HttpError(
        request, 503, "too much is waiting for slow readers; try again later");
    busy.headers.emplace_back("Retry-After", "1");
    return busy;
  }
  // Our code does not throw, but the libraries under a handler may, and one
  // request must not end the process.
  try {
    return router_.Route(request);
  } catch (const std::exception& error) {
    base::Log(options_.log, LogLevel::kError,
              "a handler threw path=", request.path, " error=\"", error.what(),
              "\"");
    return HttpError(request, 500, "internal error; see the log of rosterd");
  }
}

void HttpServer::Impl::Stop() {
  if (!loop_) return;
  loop_->RunAndWait([this] {
    error_code ignored;
    for (const auto& acceptor : acceptors_) acceptor->close(ignored);
    acceptors_.clear();
    for (Connection* connection : connections_) connection->Finish();
  });
  WaitUntilEmpty(absl::Now() + options_.stop_grace);
  loop_.reset();
}

void HttpServer::Impl::WaitUntilEmpty(absl::Time deadline) {
  base::MutexLock lock(&mu_);
  while (!empty_ && absl::Now() < deadline)
    emptied_.WaitWithTimeout(&mu_, deadline - absl::Now());
}

HttpServer::HttpServer(HttpServerOptions options, HttpRouter router)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router))) {}

HttpServer::~HttpServer() = default;

absl::StatusOr<std::vector<base::ListenAddress>> HttpServer::Start() {
  return impl_->Start();
}

void HttpServer::Stop() { impl_->Stop(); }

}  // namespace roster::monitor
