/* Joins as NAME, waits for SIGTERM, and leaves. */
#include <roster/registrar.h>
#include <signal.h>
#include <stdio.h>

int main(int argc, char** argv) {
  roster_options options = {0};
  roster_error error;
  roster_registrar* registrar;
  sigset_t end;
  int number;
  if (argc != 3) return 2;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigprocmask(SIG_BLOCK, &end, NULL);
  options.size = sizeof options;
  options.servers = argv[1];
  options.name = argv[2];
  options.service = "consumer";
  registrar = roster_registrar_create(&options, &error);
  if (registrar == NULL) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  printf("libroster %s\n", roster_version());
  fflush(stdout);
  sigwait(&end, &number);
  if (roster_registrar_leave(registrar, 0, NULL, &error) != ROSTER_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  roster_registrar_destroy(registrar);
  return 0;
}
