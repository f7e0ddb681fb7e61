#include "zk/handle_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

namespace roster::zk {

namespace asio = boost::asio;

struct Handle::Socket::Rep {
  explicit Rep(asio::io_context& context) : descriptor(context) {}

  void Cork(int on) {
    setsockopt(descriptor.native_handle(), IPPROTO_TCP, TCP_CORK, &on,
               sizeof(on));
  }

  asio::posix::stream_descriptor descriptor;
};

std::shared_ptr<Handle::Socket> Handle::Socket::Duplicate(base::Loop& loop,
                                                          int fd,
                                                          ReadyCallback ready) {
  const int duplicate = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) return nullptr;
  std::shared_ptr<Socket> socket(new Socket(loop, std::move(ready)));
  boost::system::error_code error;
  socket->rep_->descriptor.assign(duplicate, error);
  if (!error) return socket;
  close(duplicate);
  return nullptr;
}

Handle::Socket::Socket(base::Loop& loop, ReadyCallback ready)
    : rep_(std::make_unique<Rep>(loop.context())), ready_(std::move(ready)) {}

Handle::Socket::~Socket() = default;

void Handle::Socket::WaitReadable() {
  if (!std::exchange(wait_readable_, true)) Wait(true);
}

void Handle::Socket::WaitWritable() {
  if (!std::exchange(wait_writable_, true)) Wait(false);
}

void Handle::Socket::Wait(bool readable) {
  const auto kind = readable ? asio::posix::descriptor_base::wait_read
                             : asio::posix::descriptor_base::wait_write;
  rep_->descriptor.async_wait(
      kind, [weak = weak_from_this(),
             readable](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!self || error == asio::error::operation_aborted) return;
        (readable ? self->wait_readable_ : self->wait_writable_) = false;
        self->ready_(readable ? ZOOKEEPER_READ : ZOOKEEPER_WRITE);
      });
}

void Handle::Socket::Hold() {
  if (!std::exchange(held_, true)) rep_->Cork(1);
}

void Handle::Socket::Flush() {
  if (std::exchange(held_, false)) rep_->Cork(0);
}

void Handle::Socket::ShutDown() {
  shutdown(rep_->descriptor.native_handle(), SHUT_RDWR);
}

void Handle::Socket::DrainUntilHangUp(std::chrono::milliseconds limit) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + limit;
  pollfd poll_fd{rep_->descriptor.native_handle(), POLLIN, 0};
  char dropped[4096];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - Clock::now());
    if (left.count() <= 0) return;
    if (poll(&poll_fd, 1, static_cast<int>(left.count())) <= 0) return;
    if (recv(poll_fd.fd, dropped, sizeof(dropped), MSG_DONTWAIT) <= 0) return;
  }
}

}  // namespace roster::zk
