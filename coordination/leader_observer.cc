#include "coordination/leader_observer.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "coordination/guarded_call.h"
#include "coordination/leader_watch.h"
#include "coordination/retry.h"

namespace roster::coordination {

class LeaderObserver::Impl {
 public:
  Impl(Client& client, LeaderObserverOptions options)
      : client_(client), options_(std::move(options)) {
    client_.loop().RunAndWait([this] {
      watch_ =
          std::make_unique<LeaderWatch>(client_.loop(), client_.session(),
                                        options_.path, [this] { Publish(); });
    });
  }
  ~Impl() {
    client_.loop().RunAndWait([this] { watch_.reset(); });
  }

  LeaderViewPtr view() const {
    base::MutexLock lock(&mu_);
    return view_;
  }

  absl::Status WaitUntilKnown(absl::Time deadline) {
    if (absl::Status status = CheckMayBlock(client_); !status.ok())
      return status;
    base::MutexLock lock(&mu_);
    while (!view_->known) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration()) {
        if (!view_->problem.ok()) return view_->problem;
        return absl::UnavailableError(base::StrCat(
            options_.path, ": who leads is not known: it was not read yet"));
      }
      published_.WaitWithTimeout(&mu_, std::min(left, absl::Hours(1)));
    }
    return absl::OkStatus();
  }

 private:
  void Publish() {
    const auto view = std::make_shared<const LeaderView>(watch_->view());
    {
      base::MutexLock lock(&mu_);
      view_ = view;
      published_.NotifyAll();
    }
    CallGuarded(options_.log, "on_change", options_.on_change, *view);
  }

  Client& client_;
  const LeaderObserverOptions options_;
  std::unique_ptr<LeaderWatch> watch_;  // confined to the loop

  mutable base::Mutex mu_;
  base::CondVar published_;
  LeaderViewPtr view_ ABSL_GUARDED_BY(mu_) = std::make_shared<LeaderView>();
};

LeaderObserver::LeaderObserver(Client& client, LeaderObserverOptions options)
    : impl_(std::make_unique<Impl>(client, std::move(options))) {}
LeaderObserver::~LeaderObserver() = default;
LeaderViewPtr LeaderObserver::view() const { return impl_->view(); }
absl::Status LeaderObserver::WaitUntilKnown(absl::Time deadline) {
  return impl_->WaitUntilKnown(deadline);
}

}  // namespace roster::coordination
