#include "monitor/ensemble/server_question.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <memory>
#include <utility>

namespace roster::monitor {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// `mntr` has some 20 KiB; one that has this much is no ZooKeeper.
constexpr size_t kMostBytes = 256 * 1024;

std::vector<tcp::endpoint> Endpoints(
    const std::vector<std::string>& addresses) {
  std::vector<tcp::endpoint> endpoints;
  for (const std::string& address : addresses) {
    const size_t colon = address.rfind(':');
    uint16_t port = 0;
    std::from_chars(address.data() + colon + 1, address.data() + address.size(),
                    port);
    error_code error;
    const auto host = asio::ip::make_address(address.substr(0, colon), error);
    if (!error) endpoints.emplace_back(host, port);
  }
  return endpoints;
}

// One question on its way. It keeps itself alive until it has ended.
class Question : public std::enable_shared_from_this<Question> {
 public:
  Question(asio::io_context& context, std::string_view word,
           std::function<void(ServerReply)> done)
      : socket_(context),
        timer_(context),
        word_(word),
        done_(std::move(done)) {}

  void Start(std::vector<tcp::endpoint> endpoints, absl::Duration timeout) {
    endpoints_ = std::move(endpoints);
    timer_.expires_after(absl::ToChronoNanoseconds(timeout));
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->End({ServerReply::Outcome::kTimedOut, ""});
    });
    asio::async_connect(
        socket_, endpoints_,
        [self = shared_from_this()](error_code error, const tcp::endpoint&) {
          self->OnConnected(error);
        });
  }

 private:
  void OnConnected(error_code error) {
    if (error == asio::error::connection_refused)
      return End({ServerReply::Outcome::kRefused, ""});
    if (error)
      return End({ServerReply::Outcome::kUnreachable, error.message()});
    asio::async_write(
        socket_, asio::buffer(word_),
        [self = shared_from_this()](error_code, size_t) { self->Read(); });
  }

  // Also after a failed write: a server that closes at once may have said why.
  void Read() {
    asio::async_read(
        socket_, asio::dynamic_buffer(text_, kMostBytes),
        [self = shared_from_this()](error_code, size_t) {
          self->End({ServerReply::Outcome::kAnswered, std::move(self->text_)});
        });
  }

  void End(ServerReply reply) {
    if (!done_) return;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    std::exchange(done_, nullptr)(std::move(reply));
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  const std::string word_;
  std::vector<tcp::endpoint> endpoints_;
  std::string text_;
  std::function<void(ServerReply)> done_;
};

}  // namespace

void AskServer(base::Loop& loop, const std::vector<std::string>& addresses,
               std::string_view word, absl::Duration timeout,
               std::function<void(ServerReply)> done) {
  loop.AssertOnLoop();
  std::make_shared<Question>(loop.context(), word, std::move(done))
      ->Start(Endpoints(addresses), timeout);
}

}  // namespace roster::monitor
