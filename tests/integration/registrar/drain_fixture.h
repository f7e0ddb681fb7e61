#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "tests/integration/registrar/registrar_fixture.h"

namespace roster::registrar {

// What the service was told.
//
// Thread-safety: thread-safe.
class Told {
 public:
  void AddDrain(const DrainRequest& request) {
    base::MutexLock lock(&mu_);
    drains_.push_back(request);
  }
  void AddOnline() {
    base::MutexLock lock(&mu_);
    ++onlines_;
  }
  std::vector<DrainRequest> drains() const {
    base::MutexLock lock(&mu_);
    return drains_;
  }
  std::vector<int64_t> epochs() const {
    std::vector<int64_t> epochs;
    for (const DrainRequest& request : drains())
      epochs.push_back(request.epoch);
    return epochs;
  }
  int onlines() const {
    base::MutexLock lock(&mu_);
    return onlines_;
  }

 private:
  mutable base::Mutex mu_;
  std::vector<DrainRequest> drains_ ABSL_GUARDED_BY(mu_);
  int onlines_ ABSL_GUARDED_BY(mu_) = 0;
};

// The order that an operator would write.
inline model::Order Held(int64_t epoch, std::vector<model::Hold> holds) {
  model::Order order;
  order.epoch = epoch;
  order.holds = std::move(holds);
  return order;
}

inline const model::Hold kOps = {
    .id = "h-1", .owner = "ops", .reason = "kernel"};
inline const model::Hold kNight = {.id = "h-2", .owner = "night"};

class DrainTest : public RegistrarTest {
 protected:
  using RegistrarTest::RegistrarTest;

  // Of a service that is told of orders.
  RegistrarOptions DrainOptions() {
    RegistrarOptions options = Options();
    options.on_drain = [told = told_](const DrainRequest& request) {
      told->AddDrain(request);
    };
    options.on_online = [told = told_] { told->AddOnline(); };
    return options;
  }

  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
};

}  // namespace roster::registrar
