#include "coordination/change_signal.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "coordination/retry.h"

namespace roster::coordination {

struct ChangeSignal::State {
  void Count() {
    base::MutexLock lock(&mu);
    ++changes;
    changed.NotifyAll();
  }

  // Confined to the loop.
  zk::Session::ListenerId listener = 0;
  zk::WatcherId watcher = 0;

  base::Mutex mu;
  base::CondVar changed;
  uint64_t changes ABSL_GUARDED_BY(mu) = 0;
};

ChangeSignal::ChangeSignal(Client& client)
    : client_(client), state_(std::make_shared<State>()) {
  // Not waited for: requests that follow come after it.
  client_.loop().Post([state = state_, &session = client.session()] {
    state->watcher = session.AddWatcher(
        [state = state.get()](const zk::WatchEvent&) { state->Count(); });
    state->listener = session.AddListener(
        [state = state.get()](const zk::ConnectionInfo&) { state->Count(); });
  });
}

ChangeSignal::~ChangeSignal() {
  client_.loop().RunAndWait([state = state_, &session = client_.session()] {
    session.RemoveWatcher(state->watcher);
    session.RemoveListener(state->listener);
  });
}

uint64_t ChangeSignal::count() const {
  base::MutexLock lock(&state_->mu);
  return state_->changes;
}

bool ChangeSignal::Wait(uint64_t seen, absl::Time deadline) {
  base::MutexLock lock(&state_->mu);
  while (state_->changes == seen) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    // In steps, since a wait for ever is more than a clock can hold, and to
    // notice that the client was closed.
    state_->changed.WaitWithTimeout(&state_->mu,
                                    std::min(left, absl::Seconds(1)));
    if (client_.blocking().closed()) return false;
  }
  return true;
}

absl::StatusOr<std::vector<std::string>> ChangeSignal::List(
    const std::string& path, absl::Time deadline) {
  absl::StatusOr<zk::Children> children = RetryRead(client_, deadline, [&] {
    return client_.blocking().Await<zk::Children>(
        base::StrCat("list ", path), deadline,
        [state = state_, path](zk::Session& session,
                               zk::Session::Callback<zk::Children> done) {
          session.GetChildren(path, state->watcher, std::move(done));
        });
  });
  if (!children.ok()) return children.status();
  return std::move(children->names);
}

absl::StatusOr<zk::Stat> ChangeSignal::Exists(const std::string& path,
                                              absl::Time deadline) {
  return RetryRead(client_, deadline, [&] {
    return client_.blocking().Await<zk::Stat>(
        base::StrCat("exists ", path), deadline,
        [state = state_, path](zk::Session& session,
                               zk::Session::Callback<zk::Stat> done) {
          session.Exists(path, state->watcher, std::move(done));
        });
  });
}

}  // namespace roster::coordination
