#pragma once

#include <string>

#include "absl/time/time.h"
#include "cli/client.h"
#include "roster/v1/membership.pb.h"

namespace roster::cli {

// "as of 12s ago: connection lost", made visible; empty for a view that is up
// to date.
std::string Staleness(const roster::v1::ViewInfo& view, absl::Time now);

// Says so on standard error if `view` is not up to date. What was asked for is
// printed all the same, and the command succeeds.
void WarnIfStale(const roster::v1::ViewInfo& view);

// The same for what an answer without a view was taken from: asks rosterd for
// the view of `cluster`, of all its clusters if that is empty. Silent if it
// does not answer.
void WarnIfStale(Client& client, const std::string& cluster);

// StalenessTeller does the same for a watch, and tells when it is over.
//
// Thread-safety: thread-compatible.
class StalenessTeller {
 public:
  void Tell(const roster::v1::ViewInfo& view);

 private:
  bool stale_ = false;
};

}  // namespace roster::cli
