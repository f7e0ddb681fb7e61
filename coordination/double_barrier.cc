#include "coordination/double_barrier.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "coordination/barrier_entry.h"
#include "coordination/node_removal.h"

namespace roster::coordination {

DoubleBarrier::DoubleBarrier(Client& client, std::string path, size_t count)
    : client_(client), path_(std::move(path)), count_(count) {}
DoubleBarrier::~DoubleBarrier() = default;

absl::Status DoubleBarrier::Enter(absl::Time deadline) {
  if (entry_ != nullptr)
    return absl::FailedPreconditionError(
        base::StrCat(path_, ": has entered already"));
  auto entry = std::make_unique<BarrierEntry>(client_, path_, /*rounds=*/true);
  absl::Status status = entry->Enter(count_, deadline);
  if (status.ok()) entry_ = std::move(entry);
  return status;
}

// The first by name stays until the last is gone, so that it is there to be
// waited for; each other one leaves and waits for the first.
absl::Status DoubleBarrier::Leave(absl::Time deadline) {
  if (entry_ == nullptr)
    return absl::FailedPreconditionError(
        base::StrCat(path_, ": has not entered"));
  const std::unique_ptr<BarrierEntry> entry = std::move(entry_);
  ChangeSignal& signal = entry->signal();
  while (true) {
    const uint64_t seen = signal.count();
    auto members = entry->Members(deadline);
    if (!members.ok()) return members.status();
    const bool first = !members->empty() && members->front() == entry->name();
    if (members->empty() || (first && members->size() == 1)) {
      absl::Status gone = entry->Remove(entry->name(), deadline);
      entry->Left();
      gone.Update(entry->Remove("ready", deadline));
      return gone;
    }
    if (!first) {
      if (absl::Status gone = entry->Remove(entry->name(), deadline);
          !gone.ok())
        return gone;
      entry->Left();
    }
    const auto awaited = signal.Exists(
        ChildPath(path_, first ? members->back() : members->front()), deadline);
    if (absl::IsNotFound(awaited.status())) continue;
    if (!awaited.ok()) return awaited.status();
    if (!signal.Wait(seen, deadline))
      return absl::DeadlineExceededError(
          base::StrCat(path_, ": ", members->size(), " are still inside"));
  }
}

}  // namespace roster::coordination
