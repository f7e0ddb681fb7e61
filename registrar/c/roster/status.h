#pragma once

/* What a registrar knows of itself; see roster/registrar.h. */

#include "roster/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a member says of itself. */
typedef int32_t roster_state;
enum {
  ROSTER_STATE_NONE = 0, /* not given */
  ROSTER_STATE_STARTING = 1,
  ROSTER_STATE_UP = 2,
  ROSTER_STATE_DEGRADED = 3,
  ROSTER_STATE_DRAINING = 4,
  ROSTER_STATE_DRAINED = 5,
  ROSTER_STATE_LEAVING = 6 /* the library's own: while it leaves */
};

/* "UP"; "NONE" for a number that is none. A constant. */
const char* roster_state_name(roster_state state);

typedef int32_t roster_connection;
enum {
  ROSTER_CONNECTION_CONNECTING = 1, /* no session yet */
  ROSTER_CONNECTION_CONNECTED = 2,
  ROSTER_CONNECTION_SUSPENDED = 3, /* cut off; the session may still live */
  ROSTER_CONNECTION_LOST = 4       /* the session is over */
};

/* Times are milliseconds since 1970 (UTC). Later releases append fields. */
typedef struct roster_status {
  size_t size; /* of the caller's struct; whoever asks for it sets it */

  /* The node exists and belongs to this process, as far as is known. Stays 1
     while a short cut lasts: the node outlives it. */
  int32_t registered;
  int64_t since_ms; /* of `registered`; INT64_MIN: from the start */
  /* Why it is not registered. ALREADY_EXISTS: somebody else has the name.
     FAILED_PRECONDITION: a persistent node is in the way. PERMISSION_DENIED: an
     ACL forbids it. UNAVAILABLE: ZooKeeper is out of reach. CANCELLED: left. */
  roster_error reason;

  roster_connection connection;
  int64_t session_id; /* 0: none yet */
  int64_t czxid;      /* identity of the node; 0: not registered */

  roster_state reported_state; /* what is, or will be, in the record */
  /* What ZooKeeper has acknowledged of it; NONE when not registered. A process
     that ends when it is drained waits until this says DRAINED. */
  roster_state written_state;

  int64_t applied_epoch;     /* of the order obeyed; -1: not read yet */
  int32_t held;              /* that order takes the member offline */
  int64_t drain_deadline_ms; /* INT64_MAX: none, or not held */

  int64_t update_interval_ms; /* the longer of the option and the policy */

  roster_error write_error;  /* why the newest record is not in the node */
  roster_error order_error;  /* why the order is not obeyed */
  roster_error policy_error; /* why the cluster's policy is not followed */
  char record_warning[252];  /* what was left out of the record, and why */

  uint64_t registrations; /* times that the node was created */
  uint64_t writes;        /* records written */
  uint64_t coalesced;     /* changes merged into a later write */
} roster_status;

#ifdef __cplusplus
}
#endif
