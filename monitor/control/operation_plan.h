#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "model/operation.h"
#include "monitor/state/cluster_view.h"

namespace roster::monitor {

// The next step of an operation, worked out from how things are.
struct OperationPlan {
  model::Operation next;
  std::vector<std::string> hold;     // members to take offline now
  std::vector<std::string> release;  // members whose hold by it ends now

  // Nothing to do and nothing to write.
  bool empty_for(const model::Operation& operation) const {
    return hold.empty() && release.empty() && next == operation;
  }
};

// What `operation` does next in `view`. Pure, and idempotent: as long as
// nothing else changes, the plan for `next` is empty. All that it decides is in
// `next`, so whoever writes that and carries out the holds and releases in one
// transaction can stop at any moment and another goes on.
//
// It takes the next members as far as the batch, the budgets, and its state
// allow; `next.waiting` says what it waits for. While the view is not up to
// date, or the mass-loss guard is on, nothing moves and nobody fails.
OperationPlan PlanOperation(const model::Operation& operation,
                            const ClusterView& view, absl::Time now);

// The hold that it places on a member.
model::Hold HoldOf(const model::Operation& operation, std::string id,
                   absl::Time now);

}  // namespace roster::monitor
