#pragma once

#include <algorithm>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "coordination/client.h"
#include "zk/status.h"

namespace roster::coordination {

// For recipes whose calls block their caller: a broken connection is waited
// out, until the caller's deadline.

// FailedPrecondition on the client's own loop, which must not wait for itself.
inline absl::Status CheckMayBlock(Client& client) {
  if (!client.loop().IsOnLoop()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "a call that waits was made in a callback of the client");
}

// The request ended with its connection or session, and may be made again.
inline bool IsCutOff(Client& client, const absl::Status& status) {
  return zk::IsRetryable(status) && !client.blocking().closed();
}

// Sleeps, never beyond `deadline`.
inline void Pause(base::Backoff& backoff, absl::Time deadline) {
  absl::SleepFor(
      std::clamp(deadline - absl::Now(), absl::ZeroDuration(), backoff.Next()));
}

// The result of `read`, which changes nothing, made again while it is cut off.
template <typename Read>
auto RetryRead(Client& client, absl::Time deadline, Read read)
    -> decltype(read()) {
  const auto status_of = [](const auto& result) -> absl::Status {
    if constexpr (std::is_same_v<std::decay_t<decltype(result)>, absl::Status>)
      return result;
    else
      return result.status();
  };
  if (absl::Status allowed = CheckMayBlock(client); !allowed.ok())
    return allowed;
  base::Backoff backoff(absl::Milliseconds(10), absl::Milliseconds(500));
  while (true) {
    auto result = read();
    if (!IsCutOff(client, status_of(result)) || absl::Now() >= deadline)
      return result;
    Pause(backoff, deadline);
  }
}

}  // namespace roster::coordination
