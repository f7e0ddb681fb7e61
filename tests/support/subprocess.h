#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::testing {

// How a process ended.
struct ExitStatus {
  int code = 0;    // exit code; -1 when a signal ended it
  int signal = 0;  // the signal that ended it; 0 when it exited by itself

  bool operator==(const ExitStatus&) const = default;
};

struct SubprocessOptions {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH
  // Added to the environment of this process, or replacing entries of it.
  std::vector<std::pair<std::string, std::string>> env;
  std::string working_dir;  // empty: this process's
  // Files that receive the output (appended to). Empty: a temporary file that
  // Stdout() or Stderr() reads. The same path for both is fine.
  std::string stdout_path;
  std::string stderr_path;
};

// Subprocess is a child process that cannot be left behind: it is killed on
// destruction, and by the kernel if the *thread* that started it ends first, so
// start it on a long-lived thread (in a test: the main one). When it ends,
// however that be, what is left of the process group it leads is killed too.
// It inherits no descriptors; its input is /dev/null. It is always reaped.
//
// Thread-safety: thread-compatible.
class Subprocess {
 public:
  // NotFound or another error of exec() when the program cannot be run.
  static absl::StatusOr<std::unique_ptr<Subprocess>> Start(
      SubprocessOptions options);
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  pid_t pid() const { return pid_; }
  // Whether the process has not ended yet; a stopped one has not.
  bool Running();

  // Sends `signal` to the process alone. Nothing happens if it has ended.
  void Kill(int signal);

  // Waits until the process has ended. DeadlineExceeded after `timeout`
  // (scaled, see Scaled()); the process then still runs.
  absl::StatusOr<ExitStatus> Wait(absl::Duration timeout);

  // What it has written so far.
  std::string Stdout() const;
  std::string Stderr() const;

 private:
  struct Output;
  Subprocess(pid_t pid, SubprocessOptions options,
             std::unique_ptr<Output> output);
  // Reaps the process once it has ended; with WNOHANG, if it has.
  void Reap(int flags);

  const pid_t pid_;
  const SubprocessOptions options_;
  const std::unique_ptr<Output> output_;
  bool ended_ = false;
  ExitStatus status_;
};

struct CommandResult {
  ExitStatus status;
  std::string out;
  std::string err;
};

// Runs a command to its end. DeadlineExceeded, with what it had written, if
// that takes longer than `timeout` (scaled); it is killed then.
absl::StatusOr<CommandResult> RunCommand(
    SubprocessOptions options, absl::Duration timeout = absl::Seconds(30));
absl::StatusOr<CommandResult> RunCommand(
    std::vector<std::string> argv, absl::Duration timeout = absl::Seconds(30));

}  // namespace roster::testing
