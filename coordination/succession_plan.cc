#include "coordination/succession_plan.h"

#include <algorithm>

namespace roster::coordination {

SuccessionPlan PlanSuccession(const model::Designation& designation,
                              const std::vector<SeenCandidate>& line,
                              bool leading) {
  SuccessionPlan plan;
  if (line.size() < 2 ||
      (leading && designation.hand_back == model::HandBack::kWhenLeaderEnds))
    return plan;
  const auto rank = [&](const SeenCandidate& candidate) {
    return designation.RankOf(candidate.id);
  };
  const auto best = std::min_element(
      line.begin(), line.end(),
      [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  if (rank(*best) == rank(line.front())) return plan;
  const auto obstacle =
      std::find_if(line.begin() + 1, best,
                   [](const auto& candidate) { return !candidate.movable; });
  if (obstacle != best) {
    plan.obstacle = obstacle->node;
    return plan;
  }
  plan.successor = best->id;
  for (auto between = line.begin() + 1; between != best; ++between)
    plan.nodes.push_back(between->node);
  plan.step = SuccessionPlan::Step::kMove;
  if (!plan.nodes.empty()) return plan;
  plan.step = SuccessionPlan::Step::kHandOver;
  plan.nodes.push_back(best->node);
  return plan;
}

}  // namespace roster::coordination
