#pragma once

#include "absl/time/time.h"

namespace roster::cli {

// While an Interrupt exists, SIGINT and SIGTERM do not end the process but are
// noted, so that a watch can end tidily; a second one ends it at once.
// Commands that only ask and print do not use it: the kernel ends those.
//
// Not to be used more than once at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Number of the signal that came; 0: none. Stays after destruction.
  static int Signal();

  // Sleeps for `duration`, less if a signal comes.
  static void Sleep(absl::Duration duration);
};

}  // namespace roster::cli
