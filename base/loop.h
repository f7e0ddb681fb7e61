#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace roster::base {

// Loop is one thread that owns state: a Boost.Asio io_context, FIFO posting,
// and timers. Everything that belongs to a part (its tables, its ZooKeeper
// sessions) is touched on its loop only, so parts need no locks. Other threads
// copy in by Post(). It is not a thread pool, and what is posted may not block.
// The constructor and Start() take the descriptors and the thread it needs,
// and throw std::system_error if there are none left: see CatchExhaustion().
//
// Thread-safety: Post(), Stop(), IsOnLoop() and now-only accessors are
// thread-safe; the rest is for the loop's own thread.
// Lifetime: whatever is posted must not outlive what it captures; wrap it with
// a CallbackScope when the captured object may go first.
class ABSL_LOCKABLE Loop {
 public:
  using Task = absl::AnyInvocable<void()>;
  using TimerId = uint64_t;  // 0 is never a timer

  // `name` becomes the thread's name (15 characters are kept).
  explicit Loop(std::string name);
  // Stops and joins. Must not run on the loop's own thread.
  ~Loop();

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs the loop on a thread of its own until Stop(). REQUIRES: called once.
  void Start();
  // Ends the loop after the task that runs now; what is still queued is
  // destroyed with the loop, not run. Idempotent.
  void Stop();

  // Queues `task`. Tasks run in the order they were posted.
  void Post(Task task);
  // Posts `task` and waits until it has run, or returns false if the loop was
  // stopped first. Must not be called on the loop's own thread.
  bool RunAndWait(Task task);

  // Runs `task` once, `delay` from now by the monotonic clock. Loop thread
  // only.
  TimerId RunAfter(absl::Duration delay, Task task);
  // Forgets a timer; its task will not run. 0 and timers that have run are
  // ignored. Loop thread only.
  void Cancel(TimerId id);

  bool IsOnLoop() const;
  // Aborts when not on the loop's thread. Tells clang's thread-safety analysis
  // that members guarded by this loop may be used.
  void AssertOnLoop() const ABSL_ASSERT_EXCLUSIVE_LOCK();

  // For the few files that wait on descriptors or sockets.
  boost::asio::io_context& context();

 private:
  struct Rep;

  const std::string name_;
  const std::unique_ptr<Rep> rep_;
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_{};
};

}  // namespace roster::base
