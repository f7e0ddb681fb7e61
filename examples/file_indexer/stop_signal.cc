#include "examples/file_indexer/stop_signal.h"

#include <signal.h>

#include <algorithm>

namespace roster::examples {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

bool StopSignal::WaitFor(absl::Duration timeout) {
  if (stopped_) return true;
  const sigset_t signals = StopSignals();
  const timespec limit =
      absl::ToTimespec(std::max(timeout, absl::ZeroDuration()));
  stopped_ = sigtimedwait(&signals, nullptr, &limit) > 0;
  return stopped_;
}

}  // namespace roster::examples
