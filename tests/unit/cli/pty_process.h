#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace roster::testing {

// PtyProcess is a program on a terminal of its own: what it writes is read
// from the terminal's other side, and what is typed there reaches it, so that
// Type("\x03") is Ctrl-C. `env` is added to the environment of this process, or
// replaces entries of it. Killed on destruction.
//
// Thread-safety: thread-compatible.
class PtyProcess {
 public:
  PtyProcess(const std::vector<std::string>& argv,
             const std::vector<std::pair<std::string, std::string>>& env,
             int rows, int columns);
  ~PtyProcess();
  PtyProcess(const PtyProcess&) = delete;
  PtyProcess& operator=(const PtyProcess&) = delete;

  // All that was written so far, "\n" as "\r\n".
  const std::string& Output();
  void Type(const std::string& keys);
  // As the shell sees it: the exit code, or 128 + the signal that ended it; -1
  // while it runs.
  int ExitCode();

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
  int exit_code_ = -1;
  std::string output_;
};

}  // namespace roster::testing
