#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace roster::zk {

// StatusFromCode turns a return code of the ZooKeeper C client into a status.
// This is the one table of the project; docs/errors.md shows it.
//
//   ZOK                                         OK
//   NONODE                                      NotFound
//   NODEEXISTS                                  AlreadyExists
//   BADVERSION                                  Aborted (re-read, retry)
//   NOTEMPTY, NOCHILDRENFOREPHEMERALS,
//   INVALIDSTATE, SESSIONMOVED                  FailedPrecondition
//   CONNECTIONLOSS, OPERATIONTIMEOUT,
//   NOTREADONLY                                 Unavailable
//   SESSIONEXPIRED, CLOSING                     Cancelled
//   NOAUTH                                      PermissionDenied
//   AUTHFAILED                                  Unauthenticated
//   BADARGUMENTS, INVALIDACL                    InvalidArgument
//   UNIMPLEMENTED                               Unimplemented
//   others                                      Internal
//
// `what` names the operation and the path ("create /a/b"); the message reads
// "create /a/b: node exists". The code stays attached as a payload.
absl::Status StatusFromCode(int code, std::string_view what);

// The C client's code attached to `status`, or 0 (ZOK) when there is none.
int CodeOf(const absl::Status& status);

// True when the same request may succeed later without anybody's help.
bool IsRetryable(const absl::Status& status);

// True when a write that ended so may or may not have been carried out: read
// back, never guess.
bool IsOutcomeUnknown(const absl::Status& status);

// True when the session that the request was sent in is gone, with its watches
// and its ephemeral nodes.
bool IsSessionLost(const absl::Status& status);

}  // namespace roster::zk
