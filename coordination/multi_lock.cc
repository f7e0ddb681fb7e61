#include "coordination/multi_lock.h"

#include <algorithm>
#include <set>
#include <utility>

namespace roster::coordination {

MultiLock::MultiLock(Client& client, MultiLockOptions options) {
  const std::set<std::string> paths(options.paths.begin(), options.paths.end());
  for (const std::string& path : paths)
    locks_.push_back(std::make_unique<Lock>(
        client, LockOptions{.path = path,
                            .data = options.data,
                            .on_change = options.on_change,
                            .log = options.log}));
}
MultiLock::~MultiLock() = default;

absl::Status MultiLock::Acquire(absl::Time deadline) {
  return AcquireAll(deadline, /*only_try=*/false);
}
absl::Status MultiLock::TryAcquire(absl::Time deadline) {
  return AcquireAll(deadline, /*only_try=*/true);
}

absl::Status MultiLock::AcquireAll(absl::Time deadline, bool only_try) {
  for (size_t i = 0; i < locks_.size(); ++i) {
    absl::Status status = (only_try ? locks_[i]->TryAcquire(deadline)
                                    : locks_[i]->Acquire(deadline))
                              .status();
    // One that was acquired first may have been lost while waiting for others.
    if (status.ok() && i + 1 == locks_.size() && !may_act()) {
      status = absl::AbortedError("a lock was lost while waiting for others");
      ++i;
    }
    if (status.ok()) continue;
    while (i-- > 0) (void)locks_[i]->Release();
    return status;
  }
  return absl::OkStatus();
}

absl::Status MultiLock::Release() {
  absl::Status first;
  for (auto lock = locks_.rbegin(); lock != locks_.rend(); ++lock)
    first.Update((*lock)->Release());
  return first;
}

bool MultiLock::may_act() const {
  return std::all_of(locks_.begin(), locks_.end(),
                     [](const auto& lock) { return lock->grant().may_act(); });
}

std::vector<Grant> MultiLock::grants() const {
  std::vector<Grant> grants;
  for (const auto& lock : locks_) grants.push_back(lock->grant());
  return grants;
}

}  // namespace roster::coordination
