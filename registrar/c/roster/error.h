#pragma once

/* Errors of the C interface; see roster/registrar.h. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The same numbers as in gRPC and abseil. Others may come in later releases. */
typedef int32_t roster_code;
enum {
  ROSTER_OK = 0,
  ROSTER_CANCELLED = 1,
  ROSTER_UNKNOWN = 2,
  ROSTER_INVALID_ARGUMENT = 3, /* NULL where it may not be, a bad option */
  ROSTER_DEADLINE_EXCEEDED = 4,
  ROSTER_NOT_FOUND = 5,
  ROSTER_ALREADY_EXISTS = 6,
  ROSTER_PERMISSION_DENIED = 7,
  ROSTER_RESOURCE_EXHAUSTED = 8, /* out of memory */
  ROSTER_FAILED_PRECONDITION = 9,
  ROSTER_ABORTED = 10,
  ROSTER_OUT_OF_RANGE = 11,
  ROSTER_UNIMPLEMENTED = 12,
  ROSTER_INTERNAL = 13,
  ROSTER_UNAVAILABLE = 14,
  ROSTER_DATA_LOSS = 15,
  ROSTER_UNAUTHENTICATED = 16
};

/* "INVALID_ARGUMENT"; "UNKNOWN" for a number that is none. A constant. */
const char* roster_code_name(roster_code code);

/* A code and what it means here, for people: UTF-8 that ends with NUL, cut
   off between two characters if it is long; empty with ROSTER_OK. Belongs to
   whoever declares it. Its size never changes. */
typedef struct roster_error {
  roster_code code;
  char message[252];
} roster_error;

#ifdef __cplusplus
}
#endif
