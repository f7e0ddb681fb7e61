#pragma once

#include <optional>

#include "base/mutex.h"
#include "registrar/drain.h"

namespace roster::examples {

// DrainDesk is where the registrar's thread leaves what operators want, and
// where the worker looks it up between two pieces of work.
//
// Thread-safety: thread-safe.
class DrainDesk {
 public:
  // For RegistrarOptions::on_drain and on_online.
  void Put(const registrar::DrainRequest& request) {
    base::MutexLock lock(&mu_);
    request_ = request;
  }
  void Clear() {
    base::MutexLock lock(&mu_);
    request_.reset();
  }

  // The newest request, while the service is wanted offline.
  std::optional<registrar::DrainRequest> request() const {
    base::MutexLock lock(&mu_);
    return request_;
  }

 private:
  mutable base::Mutex mu_;
  std::optional<registrar::DrainRequest> request_ ABSL_GUARDED_BY(mu_);
};

}  // namespace roster::examples
