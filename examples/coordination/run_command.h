#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "coordination/grant.h"
#include "examples/coordination/child.h"
#include "examples/coordination/connect.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {

// Runs a command to its end and returns its exit code, 127 if there is no such
// command. SIGTERM and SIGINT are passed on. The moment that `may_act` is false
// the command is killed, and the answer is kLost.
inline int RunCommand(
    const std::vector<std::string>& command, int64_t token, StopSignal& stop,
    const std::function<bool()>& may_act = [] { return true; }) {
  Child child(command, token);
  if (child.pid() < 0)
    return Fail(127, command[0], absl::NotFoundError("cannot be run"));
  while (child.Running()) {
    if (!may_act()) {
      child.Stop(SIGKILL);
      return Fail(kLost, command[0],
                  absl::AbortedError("killed: what it ran "
                                     "under was lost"));
    }
    if (stop.WaitFor(absl::Milliseconds(20))) child.Stop(SIGTERM);
  }
  return child.exit_code();
}

// Runs it under a grant, with its token in ROSTER_TOKEN.
inline int RunCommand(const std::vector<std::string>& command,
                      const coordination::Grant& grant, StopSignal& stop) {
  return RunCommand(command, grant.token(), stop,
                    [&] { return grant.may_act(); });
}

}  // namespace roster::examples
