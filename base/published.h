#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace roster::base {

// Published holds the newest immutable value of something: one thread
// publishes, any thread reads. Readers keep what they got for as long as they
// like.
//
// Thread-safety: thread-safe.
template <typename T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> value)
      : value_(std::move(value)) {}

  void Publish(std::shared_ptr<const T> value) {
    {
      MutexLock lock(&mu_);
      value_.swap(value);
    }
    // The former value, perhaps its last owner, goes outside the lock.
  }

  std::shared_ptr<const T> Get() const {
    MutexLock lock(&mu_);
    return value_;
  }

 private:
  mutable Mutex mu_;
  std::shared_ptr<const T> value_ ABSL_GUARDED_BY(mu_);
};

}  // namespace roster::base
