#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/budget.h"
#include "model/member_status.h"
#include "monitor/state/cluster_view.h"

namespace roster::monitor {

// A member that a budget counts as unavailable.
struct UnavailableMember {
  std::string name;
  model::MemberStatus status = model::MemberStatus::kUp;
  std::string why;  // "held by ops: kernel upgrade"
};

// What one budget says.
struct BudgetReport {
  // At most so many are named in `unavailable`.
  static constexpr size_t kMaxNamed = 20;

  model::Budget budget;
  // Members that match, but for those that LEFT or were never seen.
  int64_t expected = 0;
  // Of those: present, UP or DEGRADED, not held.
  int64_t available = 0;
  int64_t required = 0;  // must stay available
  int64_t allowed = 0;   // may be taken now; never negative
  int64_t asked = 0;     // available now, and would not be
  std::vector<UnavailableMember> unavailable;
  std::string explanation;

  // Taking none that is available breaks nothing, however bad things are: what
  // is broken already never blocks its own removal.
  bool satisfied() const { return asked == 0 || asked <= allowed; }
  // It allows nobody to be taken, whoever is there.
  bool never() const { return required >= expected; }
};

// Holds `budgets` against the view: what if the members `asked` (names, any
// order, unknown ones ignored) were taken offline now? One report for each
// budget that counts at least one of them, or for each budget if `asked` is
// empty. Pure; O(members x budgets).
//
// The explanation names the budget, the numbers, who is away and why, and what
// would have to change.
std::vector<BudgetReport> CheckBudgets(
    const ClusterView& view, const std::vector<model::Budget>& budgets,
    const std::vector<std::string>& asked);

// "min_available 80%"
std::string LimitText(const model::Budget& budget);

// InvalidArgument unless the selector parses and asks for no status: a budget
// that counted by status would change with what it limits. "*" is all.
absl::Status ValidateBudgetSelector(std::string_view selector);

}  // namespace roster::monitor
