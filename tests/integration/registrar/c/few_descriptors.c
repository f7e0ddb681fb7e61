/* A service that has few descriptors left, and later enough of them.
 *
 *   few_descriptors SERVERS LIMIT
 *
 * Says what becomes of it: "refused: CODE MESSAGE", or "registered" once there
 * are enough descriptors again. Either is 0; what nobody may see is another
 * exit code, or a signal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "roster/registrar.h"

static void set_limit(rlim_t limit) {
  struct rlimit both;
  getrlimit(RLIMIT_NOFILE, &both);
  both.rlim_cur = limit;
  if (setrlimit(RLIMIT_NOFILE, &both) != 0) exit(2);
}

static roster_status status_of(roster_registrar* registrar) {
  roster_status status;
  memset(&status, 0, sizeof status);
  status.size = sizeof status;
  if (roster_registrar_status(registrar, &status) != ROSTER_OK) exit(3);
  return status;
}

/* Whether the attempt to connect has come to an end, good or bad. */
static int tried(const roster_status* status) {
  return status->registered ||
         strstr(status->reason.message, "connected to ZooKeeper:") != NULL;
}

int main(int argc, char** argv) {
  const struct timespec pause = {0, 10 * 1000 * 1000};
  roster_options options = {0};
  roster_registrar* registrar;
  roster_status status;
  roster_error error;
  if (argc != 3) return 4;
  options.size = sizeof options;
  options.servers = argv[1];
  options.name = "few-descriptors";
  set_limit((rlim_t)atoi(argv[2]));
  registrar = roster_registrar_create(&options, &error);
  if (registrar == NULL) {
    set_limit(256); /* a leak checker needs some at the end */
    printf("refused: %s %s\n", roster_code_name(error.code), error.message);
    return strlen(error.message) > 0 ? 0 : 5;
  }
  for (status = status_of(registrar); !tried(&status);
       status = status_of(registrar))
    nanosleep(&pause, NULL);
  set_limit(256);
  for (; !status.registered; status = status_of(registrar))
    nanosleep(&pause, NULL);
  printf("registered\n");
  return roster_registrar_destroy(registrar) == ROSTER_OK ? 0 : 6;
}
