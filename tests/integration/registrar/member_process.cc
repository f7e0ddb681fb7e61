// A member in a process of its own, for tests that kill, stop and restart it.
//
//   member_process SERVERS NAME TIMEOUT_MS ENDING
//
// It prints "ready" and a line for each change of its status, and works on one
// task until it is told to end. ENDING says how, at SIGTERM:
//   leave   leaves and returns
//   exit    calls exit() while a static Registrar lives
//   storm   leaves while signals keep interrupting it
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include "registrar/registrar.h"

namespace {

using roster::registrar::Registrar;
using roster::registrar::RegistrarOptions;
using roster::registrar::RegistrarStatus;

void PrintStatus(const RegistrarStatus& status) {
  std::printf("registered=%d session=%llx czxid=%lld epoch=%lld why=%s\n",
              status.registered,
              static_cast<unsigned long long>(status.session_id),
              static_cast<long long>(status.czxid),
              static_cast<long long>(status.applied_epoch.value_or(-1)),
              std::string(status.reason.message()).c_str());
  std::fflush(stdout);
}

void WaitForSigterm() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  int received = 0;
  sigwait(&signals, &received);
}

// Interrupts the thread that called this again and again.
void StartSignalStorm() {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, nullptr);
  const pthread_t target = pthread_self();
  std::thread([target] {
    for (;;) {
      pthread_kill(target, SIGUSR1);
      usleep(1000);
    }
  }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  RegistrarOptions options;
  options.servers = argv[1];
  options.name = argv[2];
  options.session_timeout = absl::Milliseconds(std::atoi(argv[3]));
  options.service = "member-process";
  options.min_update_interval = absl::Milliseconds(20);
  options.log = roster::base::StderrLogSink();
  options.on_status = PrintStatus;
  static std::unique_ptr<Registrar> registrar =
      *Registrar::Create(std::move(options));
  std::puts("ready");
  std::fflush(stdout);

  WaitForSigterm();
  if (std::strcmp(argv[4], "exit") == 0) std::exit(0);
  if (std::strcmp(argv[4], "storm") == 0) StartSignalStorm();
  registrar->Leave().IgnoreError();
  return 0;
}
