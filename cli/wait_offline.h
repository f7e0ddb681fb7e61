#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/client.h"

namespace roster::cli {

struct WaitOptions {
  std::string cluster;
  absl::Duration limit = absl::InfiniteDuration();
  // Nothing but complaints is printed.
  bool quiet = false;
  bool color = false;
};

// Shows the members of `orders` (name to the epoch of its order) and what work
// they have left, until all of them are OFFLINE.
//
// FailedPrecondition if one is not held any more; DeadlineExceeded after the
// limit; Cancelled, having said that the orders stand, after Ctrl-C.
absl::Status WaitOffline(Client& client,
                         const std::map<std::string, int64_t>& orders,
                         const WaitOptions& options);

// Shows an operation until it has ended. OK if it succeeded, Aborted if not;
// else as above.
absl::Status WaitOperation(Client& client, const std::string& id,
                           const WaitOptions& options);

}  // namespace roster::cli
