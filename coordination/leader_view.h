#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordination/leader.h"

namespace roster::coordination {

// What is known at one moment of who leads an election. Immutable.
struct LeaderView {
  std::optional<Leader> leader;  // nothing: nobody leads
  bool known = false;            // it was read at least once
  // ZooKeeper is out of reach: somebody else may lead by now.
  bool stale = true;
  // When it was certainly right, by this machine's clock.
  absl::Time as_of = absl::InfinitePast();
  // Why it cannot be read although ZooKeeper is there (no permission, say).
  absl::Status problem;

  // How old it may be; zero when it is not stale.
  absl::Duration Age(absl::Time now) const {
    return stale ? std::max(now - as_of, absl::ZeroDuration())
                 : absl::ZeroDuration();
  }
};

using LeaderViewPtr = std::shared_ptr<const LeaderView>;

}  // namespace roster::coordination
