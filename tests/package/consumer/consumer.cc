// Joins as NAME, takes a lock over the registrar's session, waits for SIGTERM,
// and leaves.
#include <absl/time/clock.h>
#include <roster/coordination/lock.h>
#include <roster/registrar/registrar.h>
#include <signal.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);
  roster::registrar::RegistrarOptions options;
  options.servers = argv[1];
  options.name = argv[2];
  options.service = "consumer";
  auto registrar = roster::registrar::Registrar::Create(options);
  if (!registrar.ok()) {
    std::cerr << registrar.status() << "\n";
    return 1;
  }
  {
    roster::coordination::Lock lock((*registrar)->client(),
                                    {.path = "/roster/default/locks/consumer"});
    const auto grant = lock.Acquire(absl::Now() + absl::Seconds(30));
    if (!grant.ok()) {
      std::cerr << grant.status() << "\n";
      return 1;
    }
    std::cout << "has the lock" << std::endl;
    int signal = 0;
    sigwait(&end, &signal);
  }
  return (*registrar)->Leave().ok() ? 0 : 1;
}
