#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/loop.h"
#include "zk/handle.h"

namespace roster::zk {

// The socket of the C client, as the loop sees it: a duplicate of its
// descriptor. The client closes its own without a word, and the next
// connection may get the same number; the duplicate keeps naming the old
// connection, so that a wait can never end up at the wrong one.
//
// Thread-safety: confined to the loop. Waits that are pending when the last
// reference goes end unheard.
class Handle::Socket : public std::enable_shared_from_this<Handle::Socket> {
 public:
  using ReadyCallback = std::function<void(int ready)>;

  // Null if the system has no descriptor left, or cannot watch it. `ready` gets
  // ZOOKEEPER_READ or ZOOKEEPER_WRITE.
  static std::shared_ptr<Socket> Duplicate(base::Loop& loop, int fd,
                                           ReadyCallback ready);
  ~Socket();

  // One callback each; nothing if that wait is on already.
  void WaitReadable();
  void WaitWritable();

  // The client sends each request in two system calls and so, without delay,
  // in two packets. Hold() lets the kernel gather what is sent until Flush().
  void Hold();
  void Flush();

  void ShutDown();
  // Reads and drops whatever comes, until the other side hangs up.
  void DrainUntilHangUp(std::chrono::milliseconds limit);

 private:
  struct Rep;

  Socket(base::Loop& loop, ReadyCallback ready);
  void Wait(bool readable);

  const std::unique_ptr<Rep> rep_;
  const ReadyCallback ready_;
  bool wait_readable_ = false;
  bool wait_writable_ = false;
  bool held_ = false;
};

}  // namespace roster::zk
