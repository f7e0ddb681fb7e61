#include "coordination/semaphore.h"

#include <optional>
#include <utility>
#include <vector>

#include "coordination/claim.h"
#include "coordination/lock_names.h"
#include "coordination/node_removal.h"

namespace roster::coordination {

Lease::Lease(std::unique_ptr<Claim> claim) : claim_(std::move(claim)) {}
Lease::Lease(Lease&&) noexcept = default;
Lease& Lease::operator=(Lease&&) noexcept = default;
Lease::~Lease() = default;

const Grant& Lease::grant() const { return claim_->grant(); }

absl::Status Lease::Return(absl::Time deadline) {
  return claim_->Leave(deadline);
}

Semaphore::Semaphore(Client& client, SemaphoreOptions options)
    : client_(client), options_(std::move(options)) {}
Semaphore::~Semaphore() = default;

absl::StatusOr<Lease> Semaphore::Acquire(absl::Time deadline) {
  return AcquireOne(deadline, /*only_try=*/false);
}
absl::StatusOr<Lease> Semaphore::TryAcquire(absl::Time deadline) {
  return AcquireOne(deadline, /*only_try=*/true);
}

absl::StatusOr<Lease> Semaphore::AcquireOne(absl::Time deadline,
                                            bool only_try) {
  Claim turn(client_, {.contender = {.path = ChildPath(options_.path, "locks"),
                                     .marker = kLockMarker,
                                     .data = options_.data,
                                     .log = options_.log}});
  if (auto granted = turn.Wait(deadline, only_try); !granted.ok())
    return granted.status();

  auto lease = std::make_unique<Claim>(
      client_,
      ClaimOptions{
          .contender = {.path = ChildPath(options_.path, "leases"),
                        .marker = "-lease-",
                        .data = options_.data,
                        .blocker =
                            [max = static_cast<size_t>(options_.max_leases)](
                                const std::vector<std::string>& line,
                                size_t) -> std::optional<size_t> {
                          if (line.size() <= max) return std::nullopt;
                          return 0;  // any of them may go first
                        },
                        .watch_folder = true,
                        .log = options_.log},
          .on_change = options_.on_change});
  auto granted = lease->Wait(deadline, only_try);
  if (!granted.ok()) return granted.status();
  // Lost meanwhile, perhaps to one who counted before this lease was there:
  // then there may be one too many.
  if (!turn.grant().may_act())
    return absl::UnavailableError("the connection was lost while waiting");
  return Lease(std::move(lease));
}

}  // namespace roster::coordination
