#include "service.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct service {
  roster_registrar* registrar;
  pthread_mutex_t mutex;
  seen seen;
  roster_drain* drain; /* of the last request */
};

static void copy(char* to, size_t size, const char* from) {
  strncpy(to, from, size - 1);
  to[size - 1] = '\0';
}

static void on_status(void* user, const roster_status* status) {
  service* self = user;
  pthread_mutex_lock(&self->mutex);
  ++self->seen.statuses;
  self->seen.last_state = status->written_state;
  pthread_mutex_unlock(&self->mutex);
}

static void on_drain(void* user, const roster_drain_request* request) {
  service* self = user;
  const roster_hold* hold = request->holds[0];
  pthread_mutex_lock(&self->mutex);
  ++self->seen.drains;
  self->seen.epoch = request->epoch;
  self->seen.hold_count = request->hold_count;
  copy(self->seen.owner, sizeof self->seen.owner, hold->owner);
  copy(self->seen.reason, sizeof self->seen.reason, hold->reason);
  copy(self->seen.ticket, sizeof self->seen.ticket, hold->ticket);
  self->seen.mode = request->mode;
  self->seen.restart = request->restart;
  self->seen.deadline_ms = request->deadline_ms;
  roster_drain_free(self->drain);
  self->drain = roster_drain_copy(request->drain);
  if (self->registrar != NULL) {
    self->seen.leave_inside =
        roster_registrar_leave(self->registrar, 0, NULL, NULL);
    self->seen.destroy_inside = roster_registrar_destroy(self->registrar);
    roster_registrar_set_gauge(self->registrar, "drains", self->seen.drains);
  }
  pthread_mutex_unlock(&self->mutex);
}

static void on_online(void* user) {
  service* self = user;
  pthread_mutex_lock(&self->mutex);
  ++self->seen.onlines;
  pthread_mutex_unlock(&self->mutex);
}

static void on_line(void* user, roster_log_level level, const char* line) {
  service* self = user;
  if (level < ROSTER_LOG_DEBUG || level > ROSTER_LOG_ERROR) abort();
  if (strlen(line) == 0) abort();
  pthread_mutex_lock(&self->mutex);
  ++self->seen.lines;
  pthread_mutex_unlock(&self->mutex);
}

service* service_start(const char* servers, const char* name,
                       roster_error* error) {
  const roster_pair endpoints[] = {{"http", "127.0.0.1:80"}};
  const roster_pair labels[] = {{"zone", "a"}, {"tier", "gold"}};
  roster_options options = {0};
  service* self = calloc(1, sizeof *self);
  pthread_mutex_init(&self->mutex, NULL);
  options.size = sizeof options;
  options.servers = servers;
  options.name = name;
  options.service = "c-service";
  options.version = "1.2.3";
  options.endpoints = endpoints;
  options.endpoint_count = 1;
  options.labels = labels;
  options.label_count = 2;
  options.initial_state = ROSTER_STATE_STARTING;
  options.session_timeout_ms = 4000;
  options.min_update_interval_ms = 20;
  options.user = self;
  options.on_status = on_status;
  options.on_drain = on_drain;
  options.on_online = on_online;
  options.log = on_line;
  roster_registrar* registrar = roster_registrar_create(&options, error);
  if (registrar == NULL) {
    pthread_mutex_destroy(&self->mutex);
    free(self);
    return NULL;
  }
  pthread_mutex_lock(&self->mutex);
  self->registrar = registrar;
  pthread_mutex_unlock(&self->mutex);
  return self;
}

roster_registrar* service_registrar(service* self) { return self->registrar; }

seen service_seen(service* self) {
  seen copy_of;
  pthread_mutex_lock(&self->mutex);
  copy_of = self->seen;
  pthread_mutex_unlock(&self->mutex);
  return copy_of;
}

roster_code service_finish_drain(service* self) {
  roster_code code;
  pthread_mutex_lock(&self->mutex);
  code = roster_drain_done(self->drain);
  pthread_mutex_unlock(&self->mutex);
  return code;
}

roster_code service_stop(service* self) {
  const roster_code code =
      roster_registrar_leave(self->registrar, 0, "stopped", NULL);
  if (roster_registrar_destroy(self->registrar) != ROSTER_OK) abort();
  roster_drain_free(self->drain);
  pthread_mutex_destroy(&self->mutex);
  free(self);
  return code;
}
