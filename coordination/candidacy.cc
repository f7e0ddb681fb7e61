#include "coordination/candidacy.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "coordination/guarded_call.h"

namespace roster::coordination {

Candidacy::Candidacy(std::string path, GrantCallback on_change,
                     base::LogSink log)
    : path_(std::move(path)),
      on_change_(std::move(on_change)),
      log_(std::move(log)) {}

void Candidacy::Update(GrantState state, const std::string& node_path,
                       int64_t token) {
  Grant told;
  bool news = true;
  {
    base::MutexLock lock(&mu_);
    told = grant_;
    if (state != GrantState::kHeld) {
      news = told.state() != state && told.MoveTo(state);
    } else if (told.token() == token) {
      news = told.state() != state && told.MoveTo(state);
    } else {
      // What was suspended when the new one came is over.
      told.MoveTo(GrantState::kLost);
      told = grant_ = Grant(node_path, token);
    }
    changed_.NotifyAll();
  }
  if (!news) return;
  base::Log(log_, base::LogLevel::kInfo,
            "leadership state=", GrantStateName(state), " path=", path_);
  CallGuarded(log_, "on_change", on_change_, told, state);
}

void Candidacy::Release() {
  base::MutexLock lock(&mu_);
  ++resignations_;
  grant_.MoveTo(GrantState::kReleased);
  changed_.NotifyAll();
}

Grant Candidacy::grant() const {
  base::MutexLock lock(&mu_);
  return grant_;
}

absl::Status Candidacy::AwaitLeadership(absl::Time deadline) {
  base::MutexLock lock(&mu_);
  const int resignations = resignations_;
  while (!grant_.may_act()) {
    if (resignations != resignations_)
      return absl::CancelledError(
          base::StrCat(path_, ": resigned while campaigning"));
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration())
      return absl::DeadlineExceededError(
          base::StrCat(path_, ": not elected in time"));
    // In steps, since a wait for ever is more than a clock can hold.
    changed_.WaitWithTimeout(&mu_, std::min(left, absl::Hours(1)));
  }
  return absl::OkStatus();
}

}  // namespace roster::coordination
