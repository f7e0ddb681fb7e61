#include "coordination/http_get.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"

namespace roster::coordination {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr size_t kMaxBody = 1024 * 1024;

// One request, step by step, on a loop that runs until it ends.
class Get {
 public:
  Get(asio::io_context& io, const std::string& address,
      const std::string& target)
      : resolver_(io), stream_(io) {
    request_.version(11);
    request_.method(http::verb::get);
    request_.target(target);
    request_.set(http::field::host, address);
    request_.set(http::field::accept, "application/json");
    request_.set(http::field::connection, "close");
    parser_.body_limit(kMaxBody);
  }

  void Start(const std::string& host, const std::string& port) {
    resolver_.async_resolve(
        host, port, [this](error_code error, const auto& endpoints) {
          if (error) return Fail("resolve", error);
          stream_.async_connect(endpoints, [this](error_code error, auto) {
            if (error) return Fail("connect", error);
            http::async_write(stream_, request_,
                              [this](error_code error, size_t) {
                                if (error) return Fail("write", error);
                                Read();
                              });
          });
        });
  }

  bool done() const { return done_; }
  const std::string& failure() const { return failure_; }
  HttpAnswer Take() {
    auto response = parser_.release();
    return {.status = static_cast<int>(response.result_int()),
            .body = std::move(response.body())};
  }

 private:
  void Read() {
    http::async_read(stream_, buffer_, parser_,
                     [this](error_code error, size_t) {
                       if (error) return Fail("read", error);
                       done_ = true;
                     });
  }
  void Fail(const char* what, const error_code& error) {
    failure_ = base::StrCat(what, ": ", error.message());
  }

  asio::ip::tcp::resolver resolver_;
  beast::tcp_stream stream_;
  http::request<http::empty_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
  bool done_ = false;
  std::string failure_ = "no answer in time";
};

}  // namespace

absl::StatusOr<HttpAnswer> HttpGet(const std::string& address,
                                   const std::string& target,
                                   absl::Time deadline) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (colon == address.npos || host.empty() || colon + 1 == address.size())
    return absl::InvalidArgumentError(
        base::StrCat("\"", address, "\" is not host:port"));
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  asio::io_context io;
  Get get(io, address, target);
  get.Start(host, address.substr(colon + 1));
  // The loop ends with the request, or at the deadline; what is left of it then
  // goes with it.
  io.run_for(absl::ToChronoNanoseconds(std::max(
      absl::ZeroDuration(), std::min(deadline - absl::Now(), absl::Hours(1)))));
  if (get.done()) return get.Take();
  return absl::UnavailableError(base::StrCat(address, ": ", get.failure()));
}

}  // namespace roster::coordination
