// The end of a Registration: how it says goodbye.
#include <utility>
#include <vector>

#include "registrar/registration.h"
#include "zk/status.h"

namespace roster::registrar {

void Registration::Leave(std::function<void(absl::Status)> done) {
  left_ = std::move(done);
  goodbye_ = Goodbye::kToWrite;
  CancelRetry();
  const zk::ConnectionState state = session_.info().state;
  const bool hopeless = state == zk::ConnectionState::kConnecting ||
                        state == zk::ConnectionState::kLost;
  if (hopeless)
    Left(absl::UnavailableError("not connected"));
  else
    Step();
}

void Registration::StepLeave() {
  if (goodbye_ == Goodbye::kDone) return;
  // If a create was cut off and did happen, the node goes with the session.
  if (!registered_) {
    return Left(maybe_deleted_ ? absl::OkStatus()
                               : absl::NotFoundError("was not registered"));
  }
  if (verify_) return Verify();
  if (goodbye_ == Goodbye::kToWrite) return Set();
  if (goodbye_ == Goodbye::kToEnter) return DeleteAndEnter();
  if (goodbye_ == Goodbye::kToDelete) Delete();
}

void Registration::OnLeavingWritten() {
  goodbye_ = Goodbye::kToEnter;
  loop_.RunAfter(options_.leave_linger, scope_.Wrap([this] {
    lingered_ = true;
    if (goodbye_ == Goodbye::kStanding) goodbye_ = Goodbye::kToDelete;
    Step();
  }));
}

void Registration::DeleteAndEnter() {
  // In one step, so that whoever sees the node missing finds the entry. Our
  // node stands until then, so no entry can be about a later one, and whatever
  // is there may be replaced.
  std::string entry = options_.make_ledger_entry(stat_);
  std::vector<zk::Op> steps;
  steps.push_back(create_entry_
                      ? zk::Op::Create(options_.ledger_path, std::move(entry),
                                       zk::CreateMode::kPersistent)
                      : zk::Op::Set(options_.ledger_path, std::move(entry),
                                    zk::kAnyVersion));
  steps.push_back(zk::Op::Delete(options_.path, stat_.version));
  session_.Multi(std::move(steps), Answer([this](const absl::Status& status) {
                   OnEntered(status);
                 }));
}

void Registration::OnEntered(const absl::Status& status) {
  if (status.ok()) return Left(absl::OkStatus());
  if (absl::IsAborted(status)) {  // somebody wrote our node: look
    verify_ = true;
  } else if (zk::IsRetryable(status)) {
    maybe_deleted_ = true;
    verify_ = true;
    RetryLater(status);
  } else if (absl::IsNotFound(status) && !create_entry_ &&
             options_.may_create_ledger_entry) {
    create_entry_ = true;
  } else {
    // No ledger, no permission; or our node is gone, which Delete() finds out.
    base::Log(options_.log, base::LogLevel::kDebug,
              "goodbye not in the ledger: ", status.ToString());
    StopEntering();
  }
}

void Registration::StopEntering() {
  goodbye_ = lingered_ ? Goodbye::kToDelete : Goodbye::kStanding;
}

void Registration::Delete() {
  session_.Delete(options_.path, stat_.version,
                  Answer([this](absl::Status status) {
                    if (status.ok() || absl::IsNotFound(status)) {
                      Left(absl::OkStatus());
                    } else if (absl::IsAborted(status)) {
                      verify_ = true;
                    } else if (zk::IsRetryable(status)) {
                      maybe_deleted_ = true;
                      verify_ = true;
                      RetryLater(status);
                    } else {
                      Left(status);
                    }
                  }));
}

void Registration::Left(absl::Status status) {
  if (goodbye_ == Goodbye::kDone) return;
  goodbye_ = Goodbye::kDone;
  registered_ = false;
  reason_ = absl::CancelledError("left");
  options_.on_change();
  if (left_) std::exchange(left_, nullptr)(std::move(status));
}

}  // namespace roster::registrar
