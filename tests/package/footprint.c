/* What the registrar costs the process that uses it:

     footprint LIBRARY SERVERS SECONDS

   loads libroster.so, becomes a member, reports for a while, and then does
   nothing for SECONDS. Prints "name value" lines: what was added since before
   the library was loaded. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "roster/registrar.h"

/* A number of /proc/self/status; kB where that says so. */
static long figure(const char* name) {
  char line[256];
  long value = -1;
  FILE* file = fopen("/proc/self/status", "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, name, strlen(name)) == 0)
      value = atol(line + strlen(name) + 1);
  if (file != NULL) fclose(file);
  return value;
}

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void pause_for(double seconds) {
  struct timespec time;
  time.tv_sec = (time_t)seconds;
  time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
  nanosleep(&time, NULL);
}

/* ISO C has no way from dlsym's pointer to one to a function. */
static void find(void* library, const char* name, void* function) {
  void* found = dlsym(library, name);
  if (found == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  memcpy(function, &found, sizeof found);
}

int main(int argc, char** argv) {
  roster_registrar* (*create)(const roster_options*, roster_error*);
  roster_code (*status_of)(const roster_registrar*, roster_status*);
  roster_code (*set_gauge)(roster_registrar*, const char*, double);
  roster_code (*destroy)(roster_registrar*);
  roster_options options = {0};
  roster_status status = {0};
  roster_error error;
  if (argc != 4) return 2;

  const long threads = figure("Threads:");
  const long anonymous = figure("RssAnon:");
  const long of_files = figure("RssFile:");
  void* library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  find(library, "roster_registrar_create", &create);
  find(library, "roster_registrar_status", &status_of);
  find(library, "roster_registrar_set_gauge", &set_gauge);
  find(library, "roster_registrar_destroy", &destroy);
  options.size = sizeof options;
  options.servers = argv[2];
  options.name = "footprint";
  roster_registrar* registrar = create(&options, &error);
  if (registrar == NULL) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  do {
    pause_for(0.01);
    status.size = sizeof status;
    status_of(registrar, &status);
  } while (!status.registered);

  const int calls = 100000;
  const double begin = seconds_of(CLOCK_MONOTONIC);
  for (int i = 0; i < calls; ++i) set_gauge(registrar, "queue_depth", i);
  printf("call_us %.3f\n", (seconds_of(CLOCK_MONOTONIC) - begin) / calls * 1e6);
  pause_for(1.5); /* the last write is on its way, paced */

  printf("threads %ld\n", figure("Threads:") - threads);
  printf("private_kb %ld\n", figure("RssAnon:") - anonymous);
  printf("shared_kb %ld\n", figure("RssFile:") - of_files);
  const double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  pause_for(atof(argv[3]));
  printf("idle_cpu_percent %.4f\n",
         (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu) / atof(argv[3]) * 100);
  return destroy(registrar) == ROSTER_OK ? 0 : 1;
}
