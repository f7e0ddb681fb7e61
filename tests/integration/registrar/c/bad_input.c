#include <math.h>
#include <stdint.h>
#include <string.h>

#include "service.h"

#define STRING(x) #x
#define LINE(x) STRING(x)
#define NEED(expression) \
  if (!(expression)) return __FILE__ ":" LINE(__LINE__) ": " #expression

static roster_options options_for(const char* servers) {
  roster_options options = {0};
  options.size = sizeof options;
  options.servers = servers;
  options.name = "c-bad";
  return options;
}

static const char* bad_handles(void) {
  roster_status status;
  roster_error error;
  status.size = sizeof status;
  NEED(roster_registrar_set_state(NULL, ROSTER_STATE_UP, NULL) ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_set_gauge(NULL, "g", 1) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_remove_gauge(NULL, "g") == ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_set_label(NULL, "l", "v") == ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_set_endpoint(NULL, "e", "v") ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_status(NULL, &status) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_leave(NULL, 0, NULL, &error) ==
       ROSTER_INVALID_ARGUMENT);
  NEED(strcmp(error.message, "registrar: is NULL") == 0);
  NEED(roster_registrar_destroy(NULL) == ROSTER_OK);
  NEED(roster_task_start(NULL, "t", 1, NULL, 0) == NULL);
  NEED(roster_task_advance(NULL, 1) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_set_done(NULL, 1) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_set_total(NULL, 1) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_set_message(NULL, "m") == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_finish(NULL, NULL) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_fail(NULL, NULL) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_cancel(NULL, NULL) == ROSTER_INVALID_ARGUMENT);
  roster_task_free(NULL);
  NEED(roster_drain_copy(NULL) == NULL);
  NEED(roster_drain_done(NULL) == ROSTER_INVALID_ARGUMENT);
  roster_drain_free(NULL);
  return NULL;
}

static const char* bad_arguments(roster_registrar* registrar) {
  roster_status status;
  roster_task* task;
  NEED(roster_registrar_set_state(registrar, ROSTER_STATE_LEAVING, NULL) ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_set_state(registrar, 4711, NULL) ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_set_gauge(registrar, NULL, 1) ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_remove_gauge(registrar, NULL) ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_set_label(registrar, NULL, "v") ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_set_label(registrar, "l", NULL) == ROSTER_OK);
  NEED(roster_registrar_set_endpoint(registrar, NULL, "v") ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_status(registrar, NULL) == ROSTER_INVALID_ARGUMENT);
  status.size = sizeof status.size - 1;
  NEED(roster_registrar_status(registrar, &status) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_registrar_leave(registrar, -1, NULL, NULL) ==
       ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_start(registrar, NULL, 1, NULL, 0) == NULL);
  NEED(roster_task_start(registrar, "t", 1, NULL, -1) == NULL);
  task = roster_task_start(registrar, "t", NAN, NULL, 0);
  NEED(task != NULL);
  NEED(roster_task_advance(task, INFINITY) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_set_done(task, NAN) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_set_total(task, NAN) == ROSTER_OK);
  NEED(roster_task_set_message(task, NULL) == ROSTER_INVALID_ARGUMENT);
  NEED(roster_task_set_message(task, "\xff not UTF-8") == ROSTER_OK);
  NEED(roster_task_fail(task, NULL) == ROSTER_OK);
  NEED(roster_task_finish(task, "too late") == ROSTER_OK);
  roster_task_free(task);
  return NULL;
}

static const char* bad_sizes(const char* servers) {
  static const size_t sizes[] = {0, 1, 4097, SIZE_MAX / 2, SIZE_MAX};
  roster_options options = options_for(servers);
  roster_error error;
  size_t i;
  for (i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
    options.size = sizes[i];
    NEED(roster_registrar_create(&options, &error) == NULL);
    NEED(strstr(error.message, "is it set?") != NULL);
  }
  return NULL;
}

static const char* bad_places(const char* servers) {
  static const char* const paths[] = {"clusterServer", "/a//b", "/a/", "",
                                      "/roster/default/control", "/\xff"};
  roster_options options = options_for(servers);
  roster_error error;
  size_t i;
  for (i = 0; i < sizeof paths / sizeof *paths; ++i) {
    options.members_path = paths[i];
    NEED(roster_registrar_create(&options, &error) == NULL);
    NEED(strncmp(error.message, "members_path: ", 14) == 0);
  }
  return NULL;
}

static const char* bad_options(const char* servers) {
  roster_options options = options_for(servers);
  const roster_pair nothing = {"zone", NULL};
  roster_error error;
  NEED(roster_registrar_create(NULL, NULL) == NULL);

  options = options_for("no port");
  NEED(roster_registrar_create(&options, &error) == NULL);
  NEED(error.code == ROSTER_INVALID_ARGUMENT);
  NEED(strlen(error.message) > 0);

  options = options_for(servers);
  options.label_count = 1;
  NEED(roster_registrar_create(&options, &error) == NULL);
  NEED(strncmp(error.message, "labels:", 7) == 0);
  options.labels = &nothing;
  NEED(roster_registrar_create(&options, &error) == NULL);
  NEED(strncmp(error.message, "labels:", 7) == 0);

  options = options_for(servers);
  options.initial_state = ROSTER_STATE_LEAVING;
  NEED(roster_registrar_create(&options, &error) == NULL);
  NEED(strncmp(error.message, "initial_state:", 14) == 0);

  options = options_for(servers);
  options.host_gauges = 2;
  NEED(roster_registrar_create(&options, &error) == NULL);
  NEED(strncmp(error.message, "host_gauges: 2", 14) == 0);

  options = options_for(servers);
  options.session_timeout_ms = -1;
  NEED(roster_registrar_create(&options, &error) == NULL);
  NEED(strncmp(error.message, "session_timeout_ms:", 19) == 0);

  options = options_for(servers);
  options.max_record_bytes = 1;
  NEED(roster_registrar_create(&options, &error) == NULL);
  NEED(strncmp(error.message, "max_record_bytes:", 17) == 0);

  options = options_for(servers);
  options.service = "\xff";
  NEED(roster_registrar_create(&options, &error) == NULL);
  NEED(strncmp(error.message, "service:", 8) == 0);
  return NULL;
}

const char* answer_to_bad_input(const char* servers) {
  const roster_options options = options_for(servers);
  const char* wrong = bad_handles();
  roster_registrar* registrar;
  roster_error error;
  if (wrong == NULL) wrong = bad_sizes(servers);
  if (wrong == NULL) wrong = bad_places(servers);
  if (wrong == NULL) wrong = bad_options(servers);
  if (wrong != NULL) return wrong;
  registrar = roster_registrar_create(&options, &error);
  NEED(registrar != NULL);
  NEED(error.code == ROSTER_OK && error.message[0] == '\0');
  wrong = bad_arguments(registrar);
  roster_registrar_destroy(registrar);
  NEED(strcmp(roster_code_name(ROSTER_UNAVAILABLE), "UNAVAILABLE") == 0);
  NEED(strcmp(roster_code_name(4711), "UNKNOWN") == 0);
  NEED(strcmp(roster_state_name(ROSTER_STATE_DRAINED), "DRAINED") == 0);
  NEED(strcmp(roster_state_name(-1), "NONE") == 0);
  return wrong;
}

const char* use_handles_afterwards(const char* servers) {
  const roster_options options = options_for(servers);
  roster_registrar* registrar = roster_registrar_create(&options, NULL);
  roster_task* task;
  NEED(registrar != NULL);
  task = roster_task_start(registrar, "t", 10, "files", 0);
  NEED(task != NULL);
  roster_registrar_leave(registrar, 1, NULL, NULL);
  NEED(roster_registrar_set_gauge(registrar, "g", 1) == ROSTER_OK);
  NEED(roster_registrar_destroy(registrar) == ROSTER_OK);
  NEED(roster_task_advance(task, 1) == ROSTER_OK);
  NEED(roster_task_finish(task, NULL) == ROSTER_OK);
  roster_task_free(task);
  return NULL;
}
