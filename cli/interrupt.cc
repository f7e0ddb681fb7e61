#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>

namespace roster::cli {
namespace {

volatile sig_atomic_t caught = 0;

// SA_RESETHAND makes the second signal a deadly one: nothing to do here but to
// note the first.
void Note(int signal) { caught = signal; }

void Handle(void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() { Handle(Note, static_cast<int>(SA_RESETHAND)); }

Interrupt::~Interrupt() { Handle(SIG_DFL, 0); }

int Interrupt::Signal() { return caught; }

void Interrupt::Sleep(absl::Duration duration) {
  poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(duration)));
}

}  // namespace roster::cli
