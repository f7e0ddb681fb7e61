#include "coordination/read_write_lock.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/strings.h"
#include "coordination/claim.h"
#include "coordination/lock_names.h"
#include "coordination/thread_claims.h"

namespace roster::coordination {
namespace {

bool IsReader(const std::string& name) {
  return absl::StrContains(name, kReadMarker) ||
         absl::StrContains(name, kKazooReadMarker);
}

std::optional<size_t> LastWriterBefore(const std::vector<std::string>& line,
                                       size_t mine) {
  for (size_t i = mine; i-- > 0;)
    if (!IsReader(line[i])) return i;
  return std::nullopt;
}

}  // namespace

class ReadWriteLock::Sides {
 public:
  Sides(Client& client, ReadWriteLockOptions options)
      : options_(std::move(options)),
        readers_(client, base::StrCat(options_.path, " (read)")),
        writers_(client, base::StrCat(options_.path, " (write)")) {}

  ThreadClaims& readers() { return readers_; }
  ThreadClaims& writers() { return writers_; }

  absl::StatusOr<Grant> Read(absl::Time deadline, bool only_try) {
    return readers_.Acquire([this] { return Reader(); }, deadline, only_try);
  }

  absl::StatusOr<Grant> Write(absl::Time deadline, bool only_try) {
    if (writers_.grant().token() == 0 && readers_.grant().token() != 0)
      return absl::FailedPreconditionError(base::StrCat(
          options_.path,
          ": this thread has the read lock, which cannot be upgraded"));
    return writers_.Acquire(
        [this] {
          ClaimOptions claim = Common();
          claim.contender.marker = kWriteMarker;
          return claim;
        },
        deadline, only_try);
  }

 private:
  ClaimOptions Common() const {
    return {.contender = {.path = options_.path,
                          .data = options_.data,
                          .others = LockMarkers(),
                          .log = options_.log},
            .on_change = options_.on_change};
  }

  ClaimOptions Reader() const {
    ClaimOptions claim = Common();
    claim.contender.marker = kReadMarker;
    claim.contender.blocker = LastWriterBefore;
    const Grant writer = writers_.grant();
    if (writer.token() != 0 && writer.state() != GrantState::kLost) {
      // A downgrade: it stands where the writer stands, with its number, and
      // need not wait.
      claim.contender.beside = writer.node_path();
      claim.contender.blocker = [](const std::vector<std::string>&, size_t) {
        return std::optional<size_t>();
      };
    }
    return claim;
  }

  const ReadWriteLockOptions options_;
  ThreadClaims readers_;
  ThreadClaims writers_;
};

ReadWriteLock::ReadWriteLock(Client& client, ReadWriteLockOptions options)
    : sides_(std::make_unique<Sides>(client, std::move(options))) {}
ReadWriteLock::~ReadWriteLock() = default;

absl::StatusOr<Grant> ReadWriteLock::AcquireRead(absl::Time deadline) {
  return sides_->Read(deadline, /*only_try=*/false);
}
absl::StatusOr<Grant> ReadWriteLock::TryAcquireRead(absl::Time deadline) {
  return sides_->Read(deadline, /*only_try=*/true);
}
absl::Status ReadWriteLock::ReleaseRead() {
  return sides_->readers().Release(DefaultReleaseDeadline());
}
absl::StatusOr<Grant> ReadWriteLock::AcquireWrite(absl::Time deadline) {
  return sides_->Write(deadline, /*only_try=*/false);
}
absl::StatusOr<Grant> ReadWriteLock::TryAcquireWrite(absl::Time deadline) {
  return sides_->Write(deadline, /*only_try=*/true);
}
absl::Status ReadWriteLock::ReleaseWrite() {
  return sides_->writers().Release(DefaultReleaseDeadline());
}
Grant ReadWriteLock::read_grant() const { return sides_->readers().grant(); }
Grant ReadWriteLock::write_grant() const { return sides_->writers().grant(); }

}  // namespace roster::coordination
