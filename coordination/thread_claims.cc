#include "coordination/thread_claims.h"

#include <utility>

#include "base/strings.h"
#include "coordination/retry.h"

namespace roster::coordination {

ThreadClaims::ThreadClaims(Client& client, std::string what)
    : client_(client), what_(std::move(what)) {}

absl::StatusOr<Grant> ThreadClaims::Acquire(
    const std::function<ClaimOptions()>& make, absl::Time deadline,
    bool only_try) {
  const std::thread::id self = std::this_thread::get_id();
  {
    base::MutexLock lock(&mu_);
    if (const auto found = held_.find(self); found != held_.end()) {
      const Grant grant = found->second.claim->grant();
      if (grant.state() == GrantState::kLost)
        return absl::AbortedError(base::StrCat(
            what_, ": was lost; release it before acquiring it anew"));
      ++found->second.count;
      return grant;
    }
  }
  auto claim = std::make_unique<Claim>(client_, make());
  absl::StatusOr<Grant> grant = claim->Wait(deadline, only_try);
  if (grant.ok()) {
    base::MutexLock lock(&mu_);
    held_[self] = Held{std::move(claim), 1};
  }
  return grant;
}

absl::Status ThreadClaims::Release(absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  std::unique_ptr<Claim> claim;
  {
    base::MutexLock lock(&mu_);
    const auto found = held_.find(std::this_thread::get_id());
    if (found == held_.end())
      return absl::FailedPreconditionError(
          base::StrCat(what_, ": not held by this thread"));
    if (--found->second.count > 0) return absl::OkStatus();
    claim = std::move(found->second.claim);
    held_.erase(found);
  }
  return claim->Leave(deadline);
}

Grant ThreadClaims::grant() const {
  base::MutexLock lock(&mu_);
  const auto found = held_.find(std::this_thread::get_id());
  return found == held_.end() ? Grant() : found->second.claim->grant();
}

}  // namespace roster::coordination
