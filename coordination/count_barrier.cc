#include "coordination/count_barrier.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "base/strings.h"
#include "coordination/barrier_entry.h"
#include "coordination/retry.h"

namespace roster::coordination {

CountBarrier::CountBarrier(Client& client, std::string path)
    : client_(client), path_(std::move(path)) {}
CountBarrier::~CountBarrier() = default;

absl::Status CountBarrier::Set(Client& client, const std::string& path,
                               size_t count, absl::Time deadline) {
  if (count == 0)
    return absl::InvalidArgumentError("a barrier is for at least one");
  return RetryRead(client, deadline, [&]() -> absl::Status {
    absl::Status made = client.blocking().CreateWithParents(path, deadline);
    if (!made.ok()) return made;
    return client.blocking()
        .Set(path, base::StrCat(count), zk::kAnyVersion, deadline)
        .status();
  });
}

absl::Status CountBarrier::Clear(Client& client, const std::string& path,
                                 absl::Time deadline) {
  return BarrierEntry(client, path, /*rounds=*/false).Remove("ready", deadline);
}

absl::Status CountBarrier::Arrive(absl::Time deadline) {
  const auto node = RetryRead(client_, deadline, [&] {
    return client_.blocking().Get(path_, deadline);
  });
  if (!node.ok()) return node.status();
  uint64_t count = 0;
  if (!absl::SimpleAtoi(node->data, &count) || count == 0)
    return absl::FailedPreconditionError(
        base::StrCat(path_, ": its data is no number of participants"));
  entry_ = std::make_unique<BarrierEntry>(client_, path_, /*rounds=*/false);
  absl::Status status = entry_->Enter(count, deadline);
  if (!status.ok()) entry_.reset();
  return status;
}

}  // namespace roster::coordination
