#include "coordination/lock.h"

#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "coordination/lock_names.h"
#include "coordination/node_removal.h"
#include "coordination/retry.h"
#include "coordination/thread_claims.h"
#include "model/sequential_name.h"

namespace roster::coordination {

class Lock::Holds {
 public:
  Holds(Client& client, LockOptions options)
      : options_(std::move(options)), claims_(client, options_.path) {}

  absl::StatusOr<Grant> Acquire(absl::Time deadline, bool only_try) {
    return claims_.Acquire([this] { return MakeClaim(); }, deadline, only_try);
  }
  ThreadClaims& claims() { return claims_; }

 private:
  ClaimOptions MakeClaim() const {
    return {.contender = {.path = options_.path,
                          .marker = kLockMarker,
                          .data = options_.data,
                          .others = LockMarkers(),
                          .log = options_.log},
            .on_change = options_.on_change,
            .on_revocation = options_.on_revocation};
  }

  const LockOptions options_;
  ThreadClaims claims_;
};

Lock::Lock(Client& client, LockOptions options)
    : holds_(std::make_unique<Holds>(client, std::move(options))) {}
Lock::~Lock() = default;

absl::StatusOr<Grant> Lock::Acquire(absl::Time deadline) {
  return holds_->Acquire(deadline, /*only_try=*/false);
}
absl::StatusOr<Grant> Lock::TryAcquire(absl::Time deadline) {
  return holds_->Acquire(deadline, /*only_try=*/true);
}
absl::Status Lock::Release() { return Release(DefaultReleaseDeadline()); }
absl::Status Lock::Release(absl::Time deadline) {
  return holds_->claims().Release(deadline);
}
Grant Lock::grant() const { return holds_->claims().grant(); }

absl::Status Lock::RequestRelease(Client& client, const std::string& path,
                                  absl::Time deadline) {
  zk::BlockingSession& session = client.blocking();
  absl::StatusOr<zk::Children> children = RetryRead(
      client, deadline, [&] { return session.GetChildren(path, deadline); });
  if (!children.ok()) return children.status();
  const std::vector<std::string> line =
      model::SortBySequence(std::move(children->names), LockMarkers());
  if (line.empty())
    return absl::NotFoundError(base::StrCat(path, ": held by nobody"));
  return RetryRead(client, deadline, [&] {
    return session
        .Set(ChildPath(path, line.front()), kRevocationRequest, zk::kAnyVersion,
             deadline)
        .status();
  });
}

}  // namespace roster::coordination
