#include "coordination/barrier.h"

#include <utility>

#include "base/strings.h"
#include "coordination/retry.h"

namespace roster::coordination {

Barrier::Barrier(Client& client, std::string path)
    : client_(client), path_(std::move(path)), signal_(client) {}

absl::Status Barrier::Raise(absl::Time deadline) {
  return RetryRead(client_, deadline, [&] {
    return client_.blocking().CreateWithParents(path_, deadline);
  });
}

absl::Status Barrier::Lower(absl::Time deadline) {
  absl::Status status = RetryRead(client_, deadline, [&] {
    return client_.blocking().Delete(path_, zk::kAnyVersion, deadline);
  });
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

absl::Status Barrier::Wait(absl::Time deadline) {
  while (true) {
    const uint64_t seen = signal_.count();
    const absl::StatusOr<zk::Stat> bar = signal_.Exists(path_, deadline);
    if (absl::IsNotFound(bar.status())) return absl::OkStatus();
    if (!bar.ok()) return bar.status();
    if (!signal_.Wait(seen, deadline))
      return absl::DeadlineExceededError(
          base::StrCat(path_, ": the barrier is still up"));
  }
}

}  // namespace roster::coordination
