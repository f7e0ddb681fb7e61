#pragma once

#include <stddef.h>
#include <stdint.h>

#include "roster/registrar.h"

/* A service in C, as its author would write it, and what it was told. */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct service service;

/* What the callbacks have seen so far. */
typedef struct seen {
  int statuses;
  roster_state last_state;
  int drains;
  int64_t epoch; /* of the last request; and what else it said */
  size_t hold_count;
  char owner[64];
  char reason[64];
  char ticket[64];
  roster_hold_mode mode;
  int32_t restart;
  int64_t deadline_ms;
  int onlines;
  int lines; /* of the log */
  /* What the functions that wait answered inside on_drain. */
  roster_code leave_inside;
  roster_code destroy_inside;
} seen;

/* Joins as `name`, with a label, an endpoint and a version. `error` says why
   not. */
service* service_start(const char* servers, const char* name,
                       roster_error* error);
roster_registrar* service_registrar(service* self);
seen service_seen(service* self);
/* The work is finished, as far as the last request is concerned. */
roster_code service_finish_drain(service* self);
/* Says goodbye, and frees everything. */
roster_code service_stop(service* self);

/* Gives every function what it must refuse, and puts up with what it must
   ignore. Returns the first expression that is not so, or NULL. */
const char* answer_to_bad_input(const char* servers);

/* Handles that outlive their registrar. As above. */
const char* use_handles_afterwards(const char* servers);

#ifdef __cplusplus
}
#endif
