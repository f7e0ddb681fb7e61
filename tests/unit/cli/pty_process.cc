#include "tests/unit/cli/pty_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace roster::testing {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Starts the program as the leader of a session of its own whose terminal is
// `terminal`. By posix_spawn(): nothing of this program, which has threads,
// runs between fork and exec.
pid_t Spawn(const char* terminal, char* const* argv, char* const* env) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  // The first terminal that the leader of a session opens becomes its own.
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, terminal, O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  if (posix_spawn(&pid, argv[0], &files, &attributes, argv, env) != 0) abort();
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

}  // namespace

PtyProcess::PtyProcess(
    const std::vector<std::string>& argv,
    const std::vector<std::pair<std::string, std::string>>& env, int rows,
    int columns) {
  terminal_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  std::array<char, 64> name = {};
  if (terminal_ < 0 || grantpt(terminal_) != 0 || unlockpt(terminal_) != 0 ||
      ptsname_r(terminal_, name.data(), name.size()) != 0)
    abort();
  struct winsize size = {};
  size.ws_row = rows;
  size.ws_col = columns;
  if (ioctl(terminal_, TIOCSWINSZ, &size) != 0) abort();

  std::vector<std::string> arguments = argv;
  // The first of two entries counts.
  std::vector<std::string> settings;
  for (const auto& [key, value] : env) settings.push_back(key + "=" + value);
  settings.push_back("TERM=xterm");
  // The sanitizers' settings, for example.
  for (char** entry = environ; *entry != nullptr; ++entry)
    settings.push_back(*entry);
  pid_ =
      Spawn(name.data(), Pointers(arguments).data(), Pointers(settings).data());
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
  // It cannot end while the terminal is full of what nobody has read.
  Output();
  int status = 0;
  if (exit_code_ == -1 && waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return exit_code_;
}

}  // namespace roster::testing
