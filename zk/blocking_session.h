#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/loop.h"
#include "base/mutex.h"
#include "zk/session.h"

namespace roster::zk {

// A node with data of its own, to be kept.
struct OwnedNode {
  std::string data;
  Stat stat;
};

// BlockingSession lets other threads use a Session that lives on a loop: each
// call posts the request there and waits for its answer, until `deadline` at
// the latest. For code that has several steps to take and is easier to trust
// when they are written one after the other.
//
// It sets no watches and does not retry. Errors are the Session's; a deadline
// that passes is Unavailable, with IsOutcomeUnknown().
//
// Thread-safety: thread-safe, but not to be called on the loop's own thread.
// Lifetime: `loop` must outlive this. Close() comes before the session's end:
// running calls end then as Cancelled, and later ones do not touch it.
class BlockingSession {
 public:
  BlockingSession(base::Loop& loop, Session& session);
  ~BlockingSession();

  BlockingSession(const BlockingSession&) = delete;
  BlockingSession& operator=(const BlockingSession&) = delete;

  void Close();
  bool closed() const;

  absl::StatusOr<OwnedNode> Get(const std::string& path, absl::Time deadline);
  // All at once, in the order of `paths`; each has its own result.
  std::vector<absl::StatusOr<OwnedNode>> GetAll(
      const std::vector<std::string>& paths, absl::Time deadline);
  absl::StatusOr<Stat> Exists(const std::string& path, absl::Time deadline);
  absl::StatusOr<Children> GetChildren(const std::string& path,
                                       absl::Time deadline);
  absl::StatusOr<Created> Create(const std::string& path, std::string_view data,
                                 CreateMode mode, absl::Time deadline);
  absl::Status CreateWithParents(const std::string& path, absl::Time deadline);
  absl::StatusOr<Stat> Set(const std::string& path, std::string_view data,
                           int32_t version, absl::Time deadline);
  absl::Status Delete(const std::string& path, int32_t version,
                      absl::Time deadline);
  absl::Status Multi(std::vector<Op> ops, absl::Time deadline);
  absl::Status Sync(const std::string& path, absl::Time deadline);

  // For other things than requests that answer on the session's loop: runs
  // `start` there with a callback and waits until that is called. `what` is
  // for the message of a deadline.
  template <typename T>
  absl::StatusOr<T> Await(
      std::string_view what, absl::Time deadline,
      absl::AnyInvocable<void(Session&, Session::Callback<T>)> start);

 private:
  struct Shared;
  template <typename T>
  class Answer;

  base::Loop& loop_;
  Session& session_;
  // Outlives this in what is still posted.
  const std::shared_ptr<Shared> shared_;
};

// What a waiting call and its answer share with Close(). Here for Await().
struct BlockingSession::Shared {
  base::Mutex mu;
  base::CondVar changed;
  bool closed ABSL_GUARDED_BY(mu) = false;
};

// Held by the callback: when the last copy goes without an answer, because the
// session or the loop ended, that is the answer.
template <typename T>
class BlockingSession::Answer {
 public:
  explicit Answer(std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)) {}

  void Give(absl::StatusOr<T> value) {
    base::MutexLock lock(&shared_->mu);
    value_ = std::make_unique<absl::StatusOr<T>>(std::move(value));
    shared_->changed.NotifyAll();
  }
  void Drop() {
    base::MutexLock lock(&shared_->mu);
    dropped_ = true;
    shared_->changed.NotifyAll();
  }

  // Null when there was none in time; `dropped` tells why.
  std::unique_ptr<absl::StatusOr<T>> Wait(absl::Time deadline, bool& dropped) {
    base::MutexLock lock(&shared_->mu);
    while (value_ == nullptr && !dropped_ && !shared_->closed) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration()) break;
      // In steps, since a wait for ever is more than a clock can hold.
      shared_->changed.WaitWithTimeout(&shared_->mu,
                                       std::min(left, absl::Hours(1)));
    }
    dropped = dropped_ || shared_->closed;
    return std::move(value_);
  }

 private:
  const std::shared_ptr<Shared> shared_;
  std::unique_ptr<absl::StatusOr<T>> value_;
  bool dropped_ = false;
};

namespace internal {
// Unavailable, outcome unknown.
absl::Status TimedOut(std::string_view what);
// Cancelled, outcome unknown.
absl::Status Closed(std::string_view what);
}  // namespace internal

template <typename T>
absl::StatusOr<T> BlockingSession::Await(
    std::string_view what, absl::Time deadline,
    absl::AnyInvocable<void(Session&, Session::Callback<T>)> start) {
  auto answer = std::make_shared<Answer<T>>(shared_);
  // Its deleter notices that nobody can answer any more.
  std::shared_ptr<Answer<T>> giver(answer.get(),
                                   [answer](Answer<T>*) { answer->Drop(); });
  loop_.Post([this, shared = shared_, giver = std::move(giver),
              start = std::move(start)]() mutable {
    {
      base::MutexLock lock(&shared->mu);
      if (shared->closed) return;  // and so may be the session
    }
    start(session_, [giver = std::move(giver)](absl::StatusOr<T> value) {
      giver->Give(std::move(value));
    });
  });
  bool dropped = false;
  if (auto value = answer->Wait(deadline, dropped)) return *std::move(value);
  return dropped ? internal::Closed(what) : internal::TimedOut(what);
}

}  // namespace roster::zk
