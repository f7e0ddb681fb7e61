#include "monitor/http/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <exception>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "monitor/http/http_connection.h"

namespace roster::monitor {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::LogLevel;
using boost::system::error_code;

// Connections beyond the limit that may be told so at the same time.
constexpr size_t kMaxRefusals = 64;
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);

}  // namespace

class HttpServer::Impl final : public HttpConnectionHost {
 public:
  Impl(HttpServerOptions options, HttpRouter router)
      : options_(std::move(options)),
        router_(std::move(router)),
        loop_(std::make_unique<base::Loop>("http")) {}
  ~Impl() override { Stop(); }

  absl::StatusOr<std::vector<base::ListenAddress>> Start();
  void Stop();

  const HttpServerOptions& options() const override { return options_; }
  base::Loop& loop() override { return *loop_; }
  void Serve(HttpRequest request, HttpRespond respond) override;
  void AddUnsent(std::ptrdiff_t bytes) override { unsent_bytes_ += bytes; }
  void OnGone(HttpConnection* connection) override;

 private:
  absl::StatusOr<base::ListenAddress> Listen(const base::ListenAddress& wanted);
  void Accept(std::shared_ptr<tcp::acceptor> acceptor);
  void Adopt(tcp::socket socket, bool ipv6);
  void WaitUntilEmpty(absl::Time deadline);
  // Each may leave the map while this goes through them.
  void ForEachConnection(void (HttpConnection::*method)());

  const HttpServerOptions options_;
  const HttpRouter router_;
  bool running_ = false;

  // Confined to the loop, once it runs.
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors_;
  absl::flat_hash_map<HttpConnection*, std::shared_ptr<HttpConnection>>
      connections_;
  std::ptrdiff_t unsent_bytes_ = 0;

  base::Mutex mu_;
  base::CondVar emptied_;
  bool empty_ ABSL_GUARDED_BY(mu_) = true;  // of connections_

  // Goes first: with it go operations, which hold connections.
  std::unique_ptr<base::Loop> loop_;
};

absl::StatusOr<std::vector<base::ListenAddress>> HttpServer::Impl::Start() {
  std::vector<base::ListenAddress> bound;
  for (const base::ListenAddress& wanted : options_.listen) {
    absl::StatusOr<base::ListenAddress> address = Listen(wanted);
    if (!address.ok()) {
      acceptors_.clear();
      return address.status();
    }
    bound.push_back(*std::move(address));
  }
  for (const auto& acceptor : acceptors_) Accept(acceptor);
  loop_->Start();
  running_ = true;
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
      Adopt(std::move(socket), acceptor->local_endpoint().address().is_v6());
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

void HttpServer::Impl::Adopt(tcp::socket socket, bool ipv6) {
  if (connections_.size() >= options_.max_connections + kMaxRefusals) return;
  const bool refuse = connections_.size() >= options_.max_connections;
  error_code error;
  const int descriptor = socket.release(error);
  if (error) return;
  const std::shared_ptr<HttpConnection> connection =
      HttpConnection::Make(*this, descriptor, ipv6);
  connections_.emplace(connection.get(), connection);
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

void HttpServer::Impl::OnGone(HttpConnection* connection) {
  connections_.erase(connection);
  if (!connections_.empty()) return;
  base::MutexLock lock(&mu_);
  empty_ = true;
  emptied_.NotifyAll();
}

void HttpServer::Impl::Serve(HttpRequest request, HttpRespond respond) {
  if (unsent_bytes_ >= static_cast<std::ptrdiff_t>(options_.max_unsent_bytes)) {
    HttpResponse busy = HttpError(
        request, 503, "too much is waiting for slow readers; try again later");
    busy.headers.emplace_back("Retry-After", "1");
    respond(std::move(busy));
    return;
  }
  // Our code does not throw, but the libraries under a handler may, and one
  // request must not end the process.
  const HttpRequest shown{.path = request.path, .headers = request.headers};
  try {
    router_.Route(std::move(request), respond);
  } catch (const std::exception& error) {
    base::Log(options_.log, LogLevel::kError,
              "a handler threw path=", shown.path, " error=\"", error.what(),
              "\"");
    respond(HttpError(shown, 500, "internal error; see the log of rosterd"));
  }
}

void HttpServer::Impl::Stop() {
  if (!std::exchange(running_, false)) return;
  loop_->RunAndWait([this] {
    error_code ignored;
    for (const auto& acceptor : acceptors_) acceptor->close(ignored);
    acceptors_.clear();
    ForEachConnection(&HttpConnection::Finish);
  });
  WaitUntilEmpty(absl::Now() + options_.stop_grace);
  loop_->RunAndWait([this] { ForEachConnection(&HttpConnection::Abort); });
  loop_->Stop();
}

void HttpServer::Impl::ForEachConnection(void (HttpConnection::*method)()) {
  const auto connections = connections_;
  for (const auto& [key, connection] : connections) (*connection.*method)();
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

base::Loop& HttpServer::loop() { return impl_->loop(); }

}  // namespace roster::monitor
