#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "tests/support/eventually.h"

namespace roster::testing {

// What a call is answered with that another thread answers: hands `start` the
// callback, and waits until it was called. DeadlineExceeded after Scaled(1 min)
// without: that is for calls which end by themselves sooner.
//
//   AnswerOf<Order>([&](auto done) { controller.GetOrder("web-01", done); })
template <typename Result, typename Start>
absl::StatusOr<Result> AnswerOf(Start start) {
  struct Answer {
    base::Mutex mu;
    base::CondVar given;
    std::optional<absl::StatusOr<Result>> value ABSL_GUARDED_BY(mu);
  };
  // Shared: it may come after the wait.
  auto answer = std::make_shared<Answer>();
  start([answer](absl::StatusOr<Result> result) {
    base::MutexLock lock(&answer->mu);
    answer->value = std::move(result);
    answer->given.NotifyAll();
  });
  const absl::Time deadline = absl::Now() + Scaled(absl::Minutes(1));
  base::MutexLock lock(&answer->mu);
  while (!answer->value && absl::Now() < deadline)
    answer->given.WaitWithTimeout(&answer->mu, deadline - absl::Now());
  if (!answer->value) return absl::DeadlineExceededError("no answer");
  return *std::move(answer->value);
}

}  // namespace roster::testing
