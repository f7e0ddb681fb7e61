#pragma once

#include "absl/time/time.h"

namespace roster::examples {

// StopSignal turns SIGTERM and SIGINT into something that can be waited for.
// Create it before any thread: it blocks the signals, and threads inherit that.
//
// Thread-safety: for one thread.
class StopSignal {
 public:
  StopSignal();

  // Waits until the process is asked to stop, `timeout` at most. True from then
  // on that it was.
  bool WaitFor(absl::Duration timeout);

 private:
  bool stopped_ = false;
};

}  // namespace roster::examples
