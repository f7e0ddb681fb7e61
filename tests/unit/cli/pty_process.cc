#include "tests/unit/cli/pty_process.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace roster::testing {

PtyProcess::PtyProcess(
    const std::vector<std::string>& argv,
    const std::vector<std::pair<std::string, std::string>>& env, int rows,
    int columns) {
  // All that allocates comes before the fork: other threads may hold locks.
  std::vector<char*> arguments;
  for (const std::string& word : argv) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  // The first of two entries counts.
  std::vector<std::string> settings;
  for (const auto& [name, value] : env) settings.push_back(name + "=" + value);
  settings.push_back("TERM=xterm");
  std::vector<char*> environment;
  for (std::string& setting : settings) environment.push_back(setting.data());
  environment.push_back(nullptr);
  struct winsize size = {};
  size.ws_row = rows;
  size.ws_col = columns;
  pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
  if (pid_ == 0) {
    execve(arguments[0], arguments.data(), environment.data());
    _exit(127);
  }
  if (pid_ < 0) abort();
  fcntl(terminal_, F_SETFL, fcntl(terminal_, F_GETFL) | O_NONBLOCK);
  fcntl(terminal_, F_SETFD, FD_CLOEXEC);
}

PtyProcess::~PtyProcess() {
  if (ExitCode() == -1) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(terminal_);
}

const std::string& PtyProcess::Output() {
  char buffer[4096];
  while (true) {
    const ssize_t n = read(terminal_, buffer, sizeof(buffer));
    if (n <= 0) return output_;
    output_.append(buffer, n);
  }
}

void PtyProcess::Type(const std::string& keys) {
  if (write(terminal_, keys.data(), keys.size()) < 0) abort();
}

int PtyProcess::ExitCode() {
  int status = 0;
  if (exit_code_ == -1 && waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return exit_code_;
}

}  // namespace roster::testing
