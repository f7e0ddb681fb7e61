#pragma once

/* The registrar for C, and for every language that can call C: it makes the
   process a member of a Roster cluster, keeps it one through lost connections
   and expired sessions, reports state, gauges and progress, and tells when
   operators take it offline. C99. Link with -lroster (pkg-config: roster).

     roster_options options = {0};
     options.size = sizeof options;
     options.servers = "zk1:2181,zk2:2181,zk3:2181";
     options.service = "search-indexer";
     roster_error error;
     roster_registrar* registrar = roster_registrar_create(&options, &error);
     if (registrar == NULL) fprintf(stderr, "%s\n", error.message);
     roster_registrar_set_gauge(registrar, "queue_depth", 42);
     ...
     roster_registrar_destroy(registrar);

   THREADS  One thread is made for each registrar, which also runs the
   callbacks; signals are not delivered to it. Every function may be called on
   any thread, at the same time as others, except those that free: nothing else
   may use the handle then, or later. Not for the child after fork(): make it
   there.

   WAITING  Only roster_registrar_leave() and roster_registrar_destroy() wait.
   All others take microseconds, whatever ZooKeeper does.

   CALLBACKS  must not block, and may call everything but those two, which then
   answer FAILED_PRECONDITION and do nothing. They may come before
   roster_registrar_create() has returned: what they need of the handle they get
   from their arguments. An exception of C++ must not leave them; one that does
   is swallowed. `log` may call nothing here.

   OWNERSHIP  What is passed in is copied. Handles are freed by their function,
   once. What a callback is given is gone when it returns. Constants excepted,
   no function returns memory of the library.

   ERRORS  Functions answer with a code; those with more to say take a
   roster_error, which may be NULL. NULL for a handle or a needed text is
   INVALID_ARGUMENT. No exception leaves the library. Text that is not UTF-8, or
   is too long, is repaired or shortened, options aside, which are refused; a
   gauge or label with an unusable name is not kept, and the status says so
   (record_warning).

   COMPATIBILITY  A program goes on with every later libroster.so.0. Structs
   begin with their size and grow at the end only; enums are integers and get
   new values. */

#include "roster/error.h"
#include "roster/options.h"
#include "roster/status.h"
#include "roster/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that runs, "0.1.0". A constant. */
const char* roster_version(void);

/* Starts to register. Never waits for ZooKeeper, and never fails because it is
   away. NULL, and `error`, for a bad option, which it names, or with
   RESOURCE_EXHAUSTED if no file descriptor or thread is left. `error` may be
   NULL. */
roster_registrar* roster_registrar_create(const roster_options* options,
                                          roster_error* error);

/* What the service says of itself: STARTING to DRAINED. `reason` is for
   people, and may be NULL. Kept while an order holds the member, and shown
   when the last hold ends. INVALID_ARGUMENT for other states. */
roster_code roster_registrar_set_state(roster_registrar* registrar,
                                       roster_state state, const char* reason);

/* A figure worth seeing beside the member; one that is not finite removes. */
roster_code roster_registrar_set_gauge(roster_registrar* registrar,
                                       const char* name, double value);
roster_code roster_registrar_remove_gauge(roster_registrar* registrar,
                                          const char* name);
/* NULL, or an empty text, removes. */
roster_code roster_registrar_set_label(roster_registrar* registrar,
                                       const char* name, const char* value);
roster_code roster_registrar_set_endpoint(roster_registrar* registrar,
                                          const char* name,
                                          const char* address);

/* Fills `status` as far as its `size`, which the caller has set, and sets
   `size` to what was filled. INVALID_ARGUMENT if the size is less than that
   of `size` itself. */
roster_code roster_registrar_status(const roster_registrar* registrar,
                                    roster_status* status);

/* Says goodbye, deletes the node and closes the session, so that nobody takes
   the departure for a crash. Waits `timeout_ms` for the goodbye, 2 s at most
   (0: 2 s), and up to 3 s more for a server that is stuck. Later calls give the
   first one's answer. `reason` and `error` may be NULL.

   DEADLINE_EXCEEDED, UNAVAILABLE: the goodbye did not arrive; the node goes
   with the session. NOT_FOUND: it was not registered. FAILED_PRECONDITION:
   called from a callback. */
roster_code roster_registrar_leave(roster_registrar* registrar,
                                   int64_t timeout_ms, const char* reason,
                                   roster_error* error);

/* Leaves, if that was not done, and frees. No callback comes afterwards. OK for
   NULL. FAILED_PRECONDITION, and nothing is freed, in a callback. */
roster_code roster_registrar_destroy(roster_registrar* registrar);

#ifdef __cplusplus
}
#endif
