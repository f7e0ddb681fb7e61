#pragma once

/* The progress of one piece of work; see roster/registrar.h. */

#include "roster/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A member; see roster/registrar.h. */
typedef struct roster_registrar roster_registrar;

/* A handle of one piece of work. What it reports is merged like every update:
   roster_task_advance() may be called for each of a million files.

   Thread-safety: its functions are thread-safe, roster_task_free() aside.
   Lifetime: each is freed once, by roster_task_free(), before or after the
   registrar; without a registrar it does nothing.
   Errors: INVALID_ARGUMENT for NULL and numbers that are not finite, else OK.
   An ended task ignores what comes. */
typedef struct roster_task roster_task;

/* Begins to report. `total` is in `unit` ("files"); negative or NaN: unknown.
   `unit` may be NULL. `stall_after_ms`: a task that has not advanced for so
   long is shown as stalled; 0: 5 minutes.
   NULL if `registrar` or `name` is, `stall_after_ms` is negative, or memory is
   out. Where 64 run already one more is returned as usual but not shown. */
roster_task* roster_task_start(roster_registrar* registrar, const char* name,
                               double total, const char* unit,
                               int64_t stall_after_ms);

roster_code roster_task_advance(roster_task* task, double delta);
roster_code roster_task_set_done(roster_task* task, double done);
/* Negative or NaN: unknown. */
roster_code roster_task_set_total(roster_task* task, double total);
roster_code roster_task_set_message(roster_task* task, const char* message);

/* They end it: SUCCEEDED, FAILED, CANCELLED. It stays in the record for a
   while, and the handle has still to be freed. `message` may be NULL: as it
   was. */
roster_code roster_task_finish(roster_task* task, const char* message);
roster_code roster_task_fail(roster_task* task, const char* message);
roster_code roster_task_cancel(roster_task* task, const char* message);

/* Frees the handle; one that still runs is reported CANCELLED. NULL is ignored.
   No other function may be using the handle, or use it afterwards. */
void roster_task_free(roster_task* task);

#ifdef __cplusplus
}
#endif
