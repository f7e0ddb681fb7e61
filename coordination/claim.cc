#include "coordination/claim.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "coordination/guarded_call.h"
#include "coordination/retry.h"

namespace roster::coordination {

// The contender and whom it tells. Shared with what is posted.
class Claim::OnLoop {
 public:
  OnLoop(base::Loop& loop, ClaimOptions options)
      : loop_(loop), options_(std::move(options)) {}

  void Start(zk::Session& session, bool only_try,
             zk::Session::Callback<Grant> done) {
    if (stopped_) return done(absl::CancelledError("claim given up"));
    only_try_ = only_try;
    done_ = std::move(done);
    ContenderOptions contender = options_.contender;
    contender.on_change = [this](Contender& c) { OnChange(c); };
    contender.on_revocation = [this](Contender&) {
      CallGuarded(options_.contender.log, "on_revocation",
                  options_.on_revocation, grant_);
    };
    contender_ =
        std::make_unique<Contender>(loop_, session, std::move(contender));
  }

  void Stop() {
    stopped_ = true;
    contender_.reset();
    done_ = nullptr;
  }

  void Leave(zk::Session::DoneCallback done) {
    stopped_ = true;
    if (contender_ == nullptr) return done(absl::OkStatus());
    contender_->Leave(std::move(done));
    contender_.reset();
  }

  std::string waits_for() const {
    base::MutexLock lock(&mu_);
    return waits_for_;
  }

 private:
  void OnChange(Contender& contender) {
    switch (contender.standing()) {
      case Standing::kJoining:
        return NoteWaitsFor("");
      case Standing::kWaiting:
        NoteWaitsFor(contender.waits_for());
        if (only_try_)
          Finish(absl::ResourceExhaustedError(
              base::StrCat(options_.contender.path, " is taken by ",
                           contender.waits_for())));
        return;
      case Standing::kGranted:
        if (grant_.token() != 0) return Tell(GrantState::kHeld);
        grant_ = Grant(contender.node_path(), contender.czxid());
        return Finish(grant_);
      case Standing::kSuspended:
        return Tell(GrantState::kSuspended);
      case Standing::kEnded:
        if (grant_.token() != 0) return Tell(GrantState::kLost);
        return Finish(contender.error());
    }
  }

  void Finish(absl::StatusOr<Grant> result) {
    if (auto done = std::exchange(done_, nullptr)) done(std::move(result));
  }

  void Tell(GrantState state) {
    if (stopped_ || !grant_.MoveTo(state)) return;
    CallGuarded(options_.contender.log, "on_change", options_.on_change, grant_,
                state);
  }

  void NoteWaitsFor(const std::string& path) {
    base::MutexLock lock(&mu_);
    waits_for_ = path;
  }

  base::Loop& loop_;
  const ClaimOptions options_;

  // Confined to the loop.
  std::unique_ptr<Contender> contender_;
  zk::Session::Callback<Grant> done_;
  bool only_try_ = false;
  bool stopped_ = false;
  Grant grant_;

  mutable base::Mutex mu_;
  std::string waits_for_ ABSL_GUARDED_BY(mu_);
};

Claim::Claim(Client& client, ClaimOptions options)
    : client_(client),
      path_(options.contender.path),
      on_loop_(std::make_shared<OnLoop>(client.loop(), std::move(options))) {}

Claim::~Claim() {
  if (left_) return;
  grant_.MoveTo(GrantState::kReleased);
  if (client_.loop().IsOnLoop()) {
    on_loop_->Stop();
  } else {
    // Waited for, so that no callback runs after this.
    client_.loop().RunAndWait([on_loop = on_loop_] { on_loop->Stop(); });
  }
}

absl::StatusOr<Grant> Claim::Wait(absl::Time deadline, bool only_try) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  absl::StatusOr<Grant> granted = client_.blocking().Await<Grant>(
      path_, deadline,
      [on_loop = on_loop_, only_try](zk::Session& session,
                                     zk::Session::Callback<Grant> done) {
        on_loop->Start(session, only_try, std::move(done));
      });
  if (granted.ok()) {
    grant_ = *granted;
    return granted;
  }
  client_.loop().Post([on_loop = on_loop_] { on_loop->Stop(); });
  const std::string before = on_loop_->waits_for();
  if (absl::IsUnavailable(granted.status()) && !before.empty())
    return absl::DeadlineExceededError(
        base::StrCat(path_, ": not in time, behind ", before));
  return granted;
}

absl::Status Claim::Leave(absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  const bool lost = !grant_.MoveTo(GrantState::kReleased);
  struct Nothing {};
  absl::Status status =
      client_.blocking()
          .Await<Nothing>(
              base::StrCat("release ", grant_.node_path()), deadline,
              [on_loop = on_loop_](zk::Session&,
                                   zk::Session::Callback<Nothing> done) {
                on_loop->Leave(
                    [done = std::move(done)](absl::Status left) mutable {
                      if (!left.ok()) return done(std::move(left));
                      done(Nothing{});
                    });
              })
          .status();
  left_ = status.ok();
  if (lost)
    return absl::AbortedError(
        base::StrCat(path_, ": was lost before it was released"));
  return status;
}

absl::Time DefaultReleaseDeadline() { return absl::Now() + absl::Seconds(10); }

}  // namespace roster::coordination
