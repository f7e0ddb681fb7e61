#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordination/client.h"

namespace roster::coordination {

// CreateUniqueName gives out a name that nobody else was given below `path`
// (ClusterPaths::names, say): `prefix` and a number of ten digits, such as
// "job-0000000042". Numbers rise, with gaps; all prefixes share them.
//
// The name's node is ephemeral and goes with the client's session, but its
// number never comes again, as long as nobody deletes `path` itself. 2^31
// names fit.
//
// Blocks until `deadline` and waits for a connection that is away. A name whose
// answer was lost is found again. InvalidArgument if `prefix` cannot begin a
// name; Unavailable at the deadline, when at most a number is lost.
//
// Thread-safety: thread-safe, but not for the client's loop.
absl::StatusOr<std::string> CreateUniqueName(Client& client,
                                             const std::string& path,
                                             std::string_view prefix,
                                             absl::Time deadline);

}  // namespace roster::coordination
