#pragma once

/* Being taken offline; see roster/registrar.h. */

#include "roster/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Says that the work which the service wanted to finish is finished. It names
   one drain: from the first hold to the release of the last one. A handle of an
   earlier drain does nothing.

   Thread-safety: thread-safe, roster_drain_free() aside. Lifetime: that of a
   request belongs to the request, and is gone when on_drain returns; a copy
   is freed by whoever made it, before or after the registrar. */
typedef struct roster_drain roster_drain;

/* NULL if `drain` is, or memory is out. */
roster_drain* roster_drain_copy(const roster_drain* drain);
/* The member is DRAINED from now on. May be called on any thread, in callbacks
   too, and more than once. INVALID_ARGUMENT for NULL. */
roster_code roster_drain_done(const roster_drain* drain);
/* Copies only. NULL is ignored. */
void roster_drain_free(roster_drain* drain);

typedef int32_t roster_hold_mode;
enum {
  ROSTER_HOLD_DRAIN = 1,    /* work may be finished until the deadline */
  ROSTER_HOLD_IMMEDIATE = 2 /* it may not */
};

/* Why the member is to be offline. Times are milliseconds since 1970 (UTC);
   INT64_MAX: none, INT64_MIN: not known. Later releases append fields. */
typedef struct roster_hold {
  size_t size; /* of the library's struct */
  const char* id;
  const char* owner;
  const char* reason; /* no text is NULL */
  const char* ticket;
  roster_hold_mode mode;
  int32_t restart; /* 1: this hold wants the member back */
  int64_t created_at_ms;
  int64_t deadline_ms;
  int64_t expires_at_ms;
} roster_hold;

/* What operators want of the member. Everything in it is the library's, and
   gone when on_drain returns. Later releases append fields. */
typedef struct roster_drain_request {
  size_t size;   /* of the library's struct */
  int64_t epoch; /* of the order; a later request has a newer one */
  const roster_hold* const* holds;
  size_t hold_count;     /* never 0 */
  roster_hold_mode mode; /* IMMEDIATE if that of any hold is */
  /* End when drained, and be started anew. 0 for holds that were there when
     this process started: it is the one that was started anew. */
  int32_t restart;
  /* When work must be finished, the earliest of the holds; INT64_MAX: none.
     Nothing happens to the member then, but operators see it as overdue. */
  int64_t deadline_ms;
  const roster_drain* drain;
} roster_drain_request;

#ifdef __cplusplus
}
#endif
