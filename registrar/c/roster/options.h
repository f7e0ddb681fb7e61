#pragma once

/* Who the member is, and where it registers; see roster/registrar.h. */

#include "roster/drain.h"
#include "roster/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct roster_pair {
  const char* name;
  const char* value;
} roster_pair;

typedef int32_t roster_log_level;
enum {
  ROSTER_LOG_DEBUG = 1,
  ROSTER_LOG_INFO = 2,
  ROSTER_LOG_WARNING = 3,
  ROSTER_LOG_ERROR = 4
};

/* Zero, or NULL, is the default of each field, so
     roster_options options = {0};
     options.size = sizeof options;
   is a member named after its host, in a ZooKeeper on this machine. Texts are
   UTF-8, end with NUL, and are copied. Durations are milliseconds.

   `size` is how programs and libraries of different age understand each other:
   a program made with an older header has a shorter struct, and what it does
   not have takes its default; of a longer one, of 4096 bytes at most, the
   unknown part must be zero.

   The callbacks get `user`. `log` aside they are called on the registrar's
   thread, one at a time, and possibly before roster_registrar_create() returns;
   none after roster_registrar_destroy(). roster/registrar.h says what they may
   do. */
typedef struct roster_options {
  size_t size; /* of this struct, as the caller knows it */

  const char* servers; /* "host:port,host:port[/chroot]"; 127.0.0.1:2181 */
  const char* name;    /* of the member; the host's */
  const char* service; /* what it is: "search-indexer" */
  const char* version; /* of the service */
  const roster_pair* endpoints; /* name -> host:port */
  size_t endpoint_count;
  const roster_pair* labels;
  size_t label_count;
  roster_state initial_state; /* until the first set_state: UP */

  int32_t host_gauges;      /* 1: adds figures of the machine, from /proc */
  const char* members_path; /* parent of the members' nodes: /clusterServer */
  const char* state_path;   /* where orders are: /roster */
  const char* cluster;      /* "default" */
  const char* digest_credentials; /* "user:password"; none */
  size_t max_record_bytes;        /* 1 KiB to 64 KiB: 4 KiB */

  int64_t session_timeout_ms;      /* how long a crash goes unseen: 10 s */
  int64_t min_update_interval_ms;  /* between two writes: 1 s */
  int64_t host_gauges_interval_ms; /* 10 s */

  void* user; /* handed to the callbacks */
  /* Each change of the status, counters aside. */
  void (*on_status)(void* user, const roster_status* status);
  /* Operators take the member offline, or change what they ask. The service
     takes no new work, finishes what it has, and calls roster_drain_done().
     NULL: the member is DRAINED when no task runs, or at once if the order says
     IMMEDIATE. A member that is held when it starts is told before it
     registers. */
  void (*on_drain)(void* user, const roster_drain_request* request);
  /* The last hold is released. */
  void (*on_online)(void* user);
  /* A line, without an end of line. Also called on threads that are inside a
     function of this library, and on several at a time. */
  void (*log)(void* user, roster_log_level level, const char* line);
} roster_options;

#ifdef __cplusplus
}
#endif
