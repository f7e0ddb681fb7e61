#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/order.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// How orders are changed. Pure; each result has the next epoch.

// `terms` as a hold that is placed `now`. InvalidArgument if a time is past by
// then.
absl::StatusOr<model::Hold> MakeHold(const HoldTerms& terms, std::string id,
                                     absl::Time now);

// Puts `hold` into `order`. An owner has one hold at most: an older one gets
// the new terms and keeps its id and its beginning. ResourceExhausted when
// there are too many. `hold.id` is set to the id in force.
absl::StatusOr<model::Order> PlaceHold(const model::Order& order,
                                       model::Hold& hold);

// Which holds to end.
struct HoldFilter {
  bool all = false;
  std::vector<std::string> ids;
  std::string owner;                     // used if neither of the others is
  std::optional<absl::Time> expired_by;  // and only these

  bool Matches(const model::Hold& hold) const;
};

// Takes the matching holds out of `order` and tells their ids; nothing if none
// matches.
std::optional<model::Order> ReleaseHolds(const model::Order& order,
                                         const HoldFilter& filter,
                                         std::vector<std::string>& released);

}  // namespace roster::monitor
