#include "base/loop.h"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"

namespace roster::base {

namespace asio = boost::asio;

struct Loop::Rep {
  // Asio would take its descriptors with the first timer, on the loop's thread,
  // where nobody could be told that there are none left.
  Rep() {
    try {
      asio::steady_timer{context};
    } catch (const boost::system::system_error& error) {
      throw std::system_error(error.code(), "cannot make an event loop");
    }
  }

  // One thread runs the context: Asio may leave its internal locks out of the
  // way of that thread, but posting from others stays safe.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{
      context.get_executor()};
  // Loop thread only.
  TimerId last_timer = 0;
  absl::flat_hash_map<TimerId, std::unique_ptr<asio::steady_timer>> timers;
};

Loop::Loop(std::string name)
    : name_(std::move(name)), rep_(std::make_unique<Rep>()) {}

Loop::~Loop() {
  Stop();
  if (thread_.joinable()) thread_.join();
  // The timers live in the context; they go before it.
  rep_->timers.clear();
}

void Loop::Start() {
  try {
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
      thread_id_.store(std::this_thread::get_id());
      rep_->context.run();
    });
  } catch (const std::system_error& error) {
    Stop();  // who waits for a task would wait for ever
    throw std::system_error(error.code(), "cannot start a thread");
  }
}

void Loop::Stop() { rep_->context.stop(); }

void Loop::Post(Task task) {
  asio::post(rep_->context, [task = std::move(task)]() mutable { task(); });
}

bool Loop::RunAndWait(Task task) {
  struct State {
    Mutex mu;
    CondVar changed;
    // Either the loop begins the task, and the caller sees it through, or the
    // caller gives up, and the task never runs: it may refer to the caller's
    // stack.
    bool begun ABSL_GUARDED_BY(mu) = false;
    bool given_up ABSL_GUARDED_BY(mu) = false;
    bool ran ABSL_GUARDED_BY(mu) = false;
  };
  // Shared: a stopped loop keeps its queue until it is destroyed, after the
  // caller has given up.
  auto state = std::make_shared<State>();
  Post([state, task = std::move(task)]() mutable {
    {
      MutexLock lock(&state->mu);
      if (state->given_up) return;
      state->begun = true;
    }
    task();
    MutexLock lock(&state->mu);
    state->ran = true;
    state->changed.NotifyAll();
  });
  MutexLock lock(&state->mu);
  while (!state->ran && (state->begun || !rep_->context.stopped()))
    state->changed.WaitWithTimeout(&state->mu, absl::Milliseconds(50));
  state->given_up = !state->ran;
  return state->ran;
}

Loop::TimerId Loop::RunAfter(absl::Duration delay, Task task) {
  AssertOnLoop();
  const TimerId id = ++rep_->last_timer;
  auto timer = std::make_unique<asio::steady_timer>(
      rep_->context,
      absl::ToChronoNanoseconds(std::max(delay, absl::ZeroDuration())));
  timer->async_wait([this, id, task = std::move(task)](
                        const boost::system::error_code& error) mutable {
    // A timer that expired before Cancel() has its handler queued with no
    // error; the map tells that it was cancelled.
    if (error || rep_->timers.erase(id) == 0) return;
    task();
  });
  rep_->timers.emplace(id, std::move(timer));
  return id;
}

void Loop::Cancel(TimerId id) {
  AssertOnLoop();
  rep_->timers.erase(id);
}

bool Loop::IsOnLoop() const {
  return thread_id_.load(std::memory_order_relaxed) ==
         std::this_thread::get_id();
}

void Loop::AssertOnLoop() const {
  if (IsOnLoop()) return;
  std::fprintf(stderr, "roster: state of loop '%s' touched on another thread\n",
               name_.c_str());
  std::abort();
}

asio::io_context& Loop::context() { return rep_->context; }

}  // namespace roster::base
