#include "monitor/metrics/control_collector.h"

#include <array>
#include <utility>

#include "model/operation.h"
#include "model/order.h"
#include "monitor/metrics/family_builder.h"
#include "monitor/metrics/metric_names.h"
#include "monitor/state/budget_check.h"

namespace roster::monitor {
namespace {

using model::HoldMode;
using model::OperationState;
using prometheus::MetricFamily;

constexpr OperationState kAllOperationStates[] = {
    OperationState::kScheduled, OperationState::kRunning,
    OperationState::kPaused,    OperationState::kSucceeded,
    OperationState::kFailed,    OperationState::kCancelled};

bool IsImmediate(const Member& member) {
  for (const model::Hold& hold : member.order->holds)
    if (hold.mode == HoldMode::kImmediate) return true;
  return false;
}

MetricFamily Held(const std::vector<ClusterViewPtr>& views) {
  FamilyBuilder family(metric::kMembersHeld);
  for (const ClusterViewPtr& view : views) {
    int64_t immediate = 0;
    if (view->held_count > 0) {
      view->members.ForEach([&](const MemberPtr& member) {
        if (IsImmediate(*member)) ++immediate;
      });
    }
    const auto add = [&](HoldMode mode, int64_t count) {
      family.Add({{"cluster", view->cluster},
                  {"mode", std::string(model::HoldModeName(mode))}},
                 static_cast<double>(count));
    };
    add(HoldMode::kDrain, view->held_count - immediate);
    add(HoldMode::kImmediate, immediate);
  }
  return std::move(family).Build();
}

MetricFamily SettingsUnreadable(const std::vector<ClusterViewPtr>& views) {
  FamilyBuilder family(metric::kSettingsUnreadable);
  for (const ClusterViewPtr& view : views) {
    family.Add({{"cluster", view->cluster}, {"node", "budgets"}},
               view->budgets_problem.empty() ? 0 : 1);
    family.Add({{"cluster", view->cluster}, {"node", "policy"}},
               view->policy_problem.empty() ? 0 : 1);
  }
  return std::move(family).Build();
}

MetricFamily Operations(const std::vector<ClusterViewPtr>& views) {
  FamilyBuilder family(metric::kOperations);
  for (const ClusterViewPtr& view : views) {
    std::array<int64_t, std::size(kAllOperationStates)> counts{};
    for (const auto& [id, stored] : *view->operations)
      if (stored->problem.empty())
        ++counts[static_cast<size_t>(stored->operation.state)];
    for (const OperationState state : kAllOperationStates)
      family.Add({{"cluster", view->cluster},
                  {"state", std::string(model::OperationStateName(state))}},
                 static_cast<double>(counts[static_cast<size_t>(state)]));
  }
  return std::move(family).Build();
}

void AddBudgets(const std::vector<ClusterViewPtr>& views,
                std::vector<MetricFamily>& families) {
  FamilyBuilder expected(metric::kBudgetExpected);
  FamilyBuilder available(metric::kBudgetAvailable);
  FamilyBuilder required(metric::kBudgetRequired);
  FamilyBuilder allowed(metric::kBudgetAllowed);
  for (const ClusterViewPtr& view : views) {
    for (const BudgetReport& report :
         CheckBudgets(*view, *view->budgets, /*asked=*/{})) {
      const FamilyBuilder::Labels labels = {{"cluster", view->cluster},
                                            {"budget", report.budget.name}};
      expected.Add(labels, static_cast<double>(report.expected));
      available.Add(labels, static_cast<double>(report.available));
      required.Add(labels, static_cast<double>(report.required));
      allowed.Add(labels, static_cast<double>(report.allowed));
    }
  }
  families.push_back(std::move(expected).Build());
  families.push_back(std::move(available).Build());
  families.push_back(std::move(required).Build());
  families.push_back(std::move(allowed).Build());
}

// A metric with the one label `cluster`.
template <typename Value>
MetricFamily PerCluster(const MetricSpec& spec,
                        const std::vector<ClusterViewPtr>& views, Value value) {
  FamilyBuilder family(spec);
  for (const ClusterViewPtr& view : views)
    family.Add({{"cluster", view->cluster}}, static_cast<double>(value(*view)));
  return std::move(family).Build();
}

}  // namespace

ControlCollector::ControlCollector(std::function<std::string()> run_id)
    : run_id_(std::move(run_id)) {}

std::vector<MetricFamily> ControlCollector::Collect(
    const std::vector<ClusterViewPtr>& views) const {
  const std::string run_id = run_id_ ? run_id_() : "";
  std::vector<MetricFamily> families;
  families.push_back(Held(views));
  families.push_back(
      PerCluster(metric::kDrainsOverdue, views,
                 [](const ClusterView& view) { return view.overdue_count; }));
  families.push_back(PerCluster(
      metric::kOrdersUnreadable, views,
      [](const ClusterView& view) { return view.broken_order_count; }));
  families.push_back(SettingsUnreadable(views));
  families.push_back(Operations(views));
  AddBudgets(views, families);
  families.push_back(
      PerCluster(metric::kGuard, views,
                 [](const ClusterView& view) { return view.guard ? 1 : 0; }));
  families.push_back(
      PerCluster(metric::kGuardDepartures, views, [](const ClusterView& view) {
        return view.guard ? view.guard->departures : 0;
      }));
  families.push_back(PerCluster(
      metric::kMonitors, views,
      [](const ClusterView& view) { return view.monitors->size(); }));
  families.push_back(
      PerCluster(metric::kLeader, views, [&](const ClusterView& view) {
        // Who cannot see the election does not lead.
        return view.connected && !run_id.empty() && !view.monitors->empty() &&
               view.monitors->front().id == run_id;
      }));
  return families;
}

}  // namespace roster::monitor
