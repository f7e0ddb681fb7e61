#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace roster::examples {

// Child is a command that runs beside this program, with the fencing token of
// what it runs under in its environment, as ROSTER_TOKEN.
class Child {
 public:
  // pid() is -1 if it cannot be started.
  Child(std::vector<std::string> command, int64_t token) {
    std::string variable = absl::StrCat("ROSTER_TOKEN=", token);
    std::vector<char*> env{variable.data()}, argv;
    for (char** entry = environ; *entry != nullptr; ++entry)
      env.push_back(*entry);
    env.push_back(nullptr);
    for (std::string& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    // The signals that this program waits for are not to be blocked there.
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    if (posix_spawnp(&pid_, argv[0], nullptr, &attributes, argv.data(),
                     env.data()) != 0)
      pid_ = -1;
    posix_spawnattr_destroy(&attributes);
  }
  ~Child() { Stop(SIGKILL); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  bool Running() {
    if (pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = 0;
    return pid_ > 0;
  }
  // Sends `signal` and waits for the end.
  void Stop(int signal) {
    if (!Running()) return;
    kill(pid_, signal);
    waitpid(pid_, &status_, 0);
    pid_ = 0;
  }
  // Once it has ended, as a shell tells it.
  int exit_code() const {
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

}  // namespace roster::examples
