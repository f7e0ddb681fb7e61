// The part of ClusterTable that is about the cluster as a whole: budgets,
// policy, operations, monitors, and the mass-loss guard.

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "model/config_entry.h"
#include "model/sequential_name.h"
#include "monitor/state/budget_check.h"
#include "monitor/state/cluster_table.h"
#include "monitor/state/member_events.h"

namespace roster::monitor {
namespace {

using model::Budget;

// Budgets count whole or not at all, and so do their selectors.
absl::StatusOr<std::vector<Budget>> ReadBudgets(std::string_view data) {
  auto budgets = model::ParseBudgets(data);
  if (!budgets.ok()) return budgets;
  for (const Budget& budget : *budgets) {
    const absl::Status valid = ValidateBudgetSelector(budget.selector);
    if (!valid.ok()) {
      return absl::InvalidArgumentError(
          base::StrCat("budget \"", budget.name, "\": ", base::Message(valid)));
    }
  }
  return budgets;
}

const Budget* FindBudget(const std::vector<Budget>& budgets,
                         std::string_view name) {
  for (const Budget& budget : budgets)
    if (budget.name == name) return &budget;
  return nullptr;
}

std::string OperationDetail(const model::Operation& operation) {
  const std::string what =
      !operation.problem.empty()
          ? operation.problem
          : base::StrCat(model::OperationKindName(operation.kind), " of ",
                         operation.members.size(), " members by ",
                         operation.owner, ": ", operation.reason);
  return ShortenDetail(
      base::StrCat(model::OperationStateName(operation.state), ": ", what));
}

// `before`: as it was read before; null if it was not.
std::shared_ptr<const StoredOperation> ReadOperation(
    std::string_view id, std::string_view data, int32_t version,
    absl::Time mtime, const StoredOperation* before) {
  auto stored = std::make_shared<StoredOperation>();
  stored->version = version;
  stored->changed_at = mtime;
  auto operation = model::ParseOperation(data);
  if (operation.ok() && operation->id == id) {
    stored->operation = *std::move(operation);
    return stored;
  }
  stored->problem = operation.ok() ? "operation: id: not that of its node"
                                   : base::Message(operation.status());
  // It may be at work all the same: whom it holds must not be forgotten.
  if (auto salvaged = model::SalvageOperation(id, data)) {
    stored->operation = *std::move(salvaged);
  } else if (before != nullptr) {
    stored->operation = before->operation;
    stored->members_known = before->members_known;
  } else {
    stored->operation.id = id;
    stored->members_known = false;
  }
  return stored;
}

// What a candidate's node is called before its number. Curator's recipe and
// ours have names like _c_<uuid>-latch-<n>.
constexpr std::string_view kLatchMarker = "-latch-";

// In the order of the election.
std::vector<MonitorInfo> InOrder(std::vector<MonitorInfo> monitors) {
  std::vector<int64_t> places;
  for (const MonitorInfo& monitor : monitors)
    places.push_back(*model::SequenceOf(monitor.node, kLatchMarker));
  std::vector<MonitorInfo> ordered;
  for (const size_t i : model::OrderOfSequences(places))
    ordered.push_back(std::move(monitors[i]));
  return ordered;
}

}  // namespace

void ClusterTable::ApplyBudgets(std::optional<std::string_view> data,
                                absl::Time now) {
  auto budgets = data ? ReadBudgets(*data) : std::vector<Budget>();
  if (!budgets.ok()) {
    const std::string_view problem = base::Message(budgets.status());
    if (current_.budgets_problem == problem) return;
    current_.budgets_problem = problem;
    return PublishCluster(now, {});
  }
  const std::vector<Budget>& before = *current_.budgets;
  if (current_.budgets_problem.empty() && before == *budgets) return;
  std::vector<Event> events;
  for (const Budget& budget : before) {
    if (FindBudget(*budgets, budget.name) == nullptr)
      events.push_back(
          ViewEvent(EventType::kBudgetChanged, "removed", budget.name));
  }
  for (const Budget& budget : *budgets) {
    const Budget* const former = FindBudget(before, budget.name);
    if (former != nullptr && *former == budget) continue;
    events.push_back(ViewEvent(
        EventType::kBudgetChanged,
        ShortenDetail(base::StrCat(LimitText(budget), " of ", budget.selector)),
        budget.name));
  }
  current_.budgets =
      std::make_shared<const std::vector<Budget>>(*std::move(budgets));
  current_.budgets_problem.clear();
  PublishCluster(now, std::move(events));
}

void ClusterTable::ApplyPolicy(std::optional<std::string_view> data,
                               absl::Time now) {
  const auto policy = data ? model::ParsePolicy(*data) : model::Policy();
  if (!policy.ok()) {
    const std::string_view problem = base::Message(policy.status());
    if (current_.policy_problem == problem) return;
    current_.policy_problem = problem;
    return PublishCluster(now, {});
  }
  const bool is_new = *policy != *current_.policy;
  if (!is_new && current_.policy_problem.empty()) return;
  current_.policy_problem.clear();
  if (!is_new) return PublishCluster(now, {});
  current_.policy = std::make_shared<const model::Policy>(*policy);
  PublishCluster(
      now,
      {ViewEvent(EventType::kPolicyChanged,
                 base::StrCat("members report every ",
                              absl::FormatDuration(policy->reporting.interval),
                              ", the mass-loss guard is ",
                              policy->guard.enabled ? "enabled" : "off"))});
  guard_.SetPolicy(policy->guard);
  if (current_.guard && policy->guard.released_at >= current_.guard->since)
    guard_.Release();
  UpdateGuard(now);
}

void ClusterTable::ApplyOperation(std::string_view id,
                                  const std::string_view* data, int32_t version,
                                  absl::Time mtime, absl::Time now) {
  const OperationMap& known = *current_.operations;
  const auto entry = known.find(id);
  const StoredOperation* const before =
      entry == known.end() ? nullptr : entry->second.get();
  if (data == nullptr && before == nullptr) return;
  if (data != nullptr && before != nullptr && before->version == version &&
      before->changed_at == mtime) {
    return;
  }
  auto operations = std::make_shared<OperationMap>(known);
  std::vector<Event> events;
  if (data == nullptr) {
    operations->erase(operations->find(id));
  } else {
    auto after = ReadOperation(id, *data, version, mtime, before);
    // One that cannot be read has no state that could have changed.
    const bool is_told = after->problem.empty() &&
                         (before == nullptr || !before->problem.empty() ||
                          before->operation.state != after->operation.state);
    if (is_told)
      events.push_back(ViewEvent(EventType::kOperationChanged,
                                 OperationDetail(after->operation),
                                 std::string(id)));
    operations->insert_or_assign(std::string(id), std::move(after));
  }
  current_.operations = std::move(operations);
  PublishCluster(now, std::move(events));
}

void ClusterTable::ApplyMonitor(std::string_view node,
                                const std::string_view* data, absl::Time now) {
  if (!model::SequenceOf(node, kLatchMarker)) return;
  const std::vector<MonitorInfo>& before = *current_.monitors;
  std::vector<MonitorInfo> after;
  for (const MonitorInfo& monitor : before)
    if (monitor.node != node) after.push_back(monitor);
  if (data != nullptr) {
    MonitorInfo info;
    if (auto record = model::ParseMonitorRecord(*data); record.ok())
      static_cast<model::MonitorRecord&>(info) = *std::move(record);
    info.node = node;
    after.push_back(std::move(info));
    after = InOrder(std::move(after));
  }
  if (after == before) return;
  std::vector<Event> events;
  const MonitorInfo leader = after.empty() ? MonitorInfo() : after.front();
  if (before.empty() || leader.node != before.front().node ||
      leader.id != before.front().id) {
    events.push_back(
        ViewEvent(EventType::kLeaderChanged,
                  leader.host.empty()
                      ? leader.node
                      : base::StrCat("pid ", leader.pid, " on ", leader.host),
                  leader.id));
  }
  current_.monitors =
      std::make_shared<const std::vector<MonitorInfo>>(std::move(after));
  PublishCluster(now, std::move(events));
}

void ClusterTable::UpdateGuard(absl::Time now) {
  const std::optional<GuardAlarm>& alarm = guard_.alarm();
  if (alarm == current_.guard) return;
  std::vector<Event> events;
  if (alarm && !current_.guard) {
    events.push_back(ViewEvent(
        EventType::kGuardRaised,
        base::StrCat(alarm->departures, " of ", alarm->members,
                     " members departed within ",
                     absl::FormatDuration(current_.policy->guard.window), ": ",
                     MassLossCauseName(alarm->cause), ", ", alarm->sessions,
                     alarm->sessions == 1 ? " session" : " sessions")));
  } else if (!alarm) {
    events.push_back(ViewEvent(
        EventType::kGuardCleared,
        base::StrCat(current_.guard->departures, " departures, on for ",
                     absl::FormatDuration(absl::Trunc(
                         now - current_.guard->since, absl::Seconds(1))))));
  }
  current_.guard = alarm;
  PublishCluster(now, std::move(events));
}

void ClusterTable::ApplyConfig(std::string_view node,
                               std::optional<std::string_view> data,
                               absl::Time now) {
  const std::optional<std::string> name = model::ConfigNameOfNode(node);
  if (!name) return;
  if (!data) {
    config_versions_.erase(*name);
    return;
  }
  const auto entry = model::ParseConfigEntry(*name, *data);
  if (!entry.ok()) return;
  int64_t& known = config_versions_[*name];
  if (std::exchange(known, entry->version) == entry->version) return;
  if (!current_.synced) return;
  const std::string how =
      entry->deleted ? "deleted"
      : entry->restored_from > 0
          ? base::StrCat("rolled back to ", entry->restored_from)
          : "put";
  Event event =
      ViewEvent(EventType::kConfigChanged,
                ShortenDetail(base::StrCat(
                    "version ", entry->version, " ", how,
                    entry->author.empty() ? "" : " by ", entry->author,
                    entry->comment.empty() ? "" : ": ", entry->comment)),
                *name);
  event.while_blind = !current_.connected;
  AppendViewEvent(std::move(event), now);
  if (cluster_listener_) cluster_listener_(view_.Get());
}

void ClusterTable::AppendViewEvent(Event event, absl::Time now) {
  event.at = now;
  events_.Append(std::move(event));
}

void ClusterTable::PublishCluster(absl::Time now, std::vector<Event> events) {
  Publish(now);
  for (Event& event : events) {
    // What was there before the monitor looked did not happen now. The guard
    // has no before.
    if (!current_.synced && event.type != EventType::kGuardRaised &&
        event.type != EventType::kGuardCleared) {
      continue;
    }
    event.while_blind = !current_.connected;
    AppendViewEvent(std::move(event), now);
  }
  if (cluster_listener_) cluster_listener_(view_.Get());
}

}  // namespace roster::monitor
