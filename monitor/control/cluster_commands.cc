#include "monitor/control/cluster_commands.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/budget.h"
#include "model/sequential_name.h"

namespace roster::monitor {
namespace {

constexpr std::string_view kAuditMarker = "e-";
// A page of the audit ends behind the entry that it grows beyond this with: so
// it fits into the 4 MiB that clients take, since entries are below 1 MiB.
constexpr size_t kMaxAuditPageBytes = 2 * 1024 * 1024;

// A single node that holds something of the whole cluster, as it is now.
struct ClusterNode {
  std::string path;
  bool exists = false;
  zk::OwnedNode node;
};

absl::StatusOr<ClusterNode> ReadNode(ControlStore& store, std::string path,
                                     absl::Time deadline) {
  auto node = store.session().Get(path, deadline);
  if (absl::IsNotFound(node.status()))
    return ClusterNode{.path = std::move(path)};
  if (!node.ok()) return node.status();
  return ClusterNode{
      .path = std::move(path), .exists = true, .node = *std::move(node)};
}

zk::Op WriteNode(const ClusterNode& node, std::string data) {
  if (node.exists)
    return zk::Op::Set(node.path, std::move(data), node.node.stat.version);
  return zk::Op::Create(node.path, std::move(data),
                        zk::CreateMode::kPersistent);
}

absl::Status Unreadable(const ClusterNode& node, const absl::Status& problem) {
  return base::WithReason(
      absl::FailedPreconditionError(
          base::StrCat(node.path, " cannot be read, and was left as it is: ",
                       base::Message(problem), ". Mend or delete it")),
      "NODE_UNREADABLE");
}

// Changes the stored budgets by `edit`.
absl::StatusOr<Committed> EditBudgets(
    ControlStore& store, const RequestMeta& meta, const AuditSubject& subject,
    absl::FunctionRef<absl::Status(std::vector<model::Budget>&)> edit) {
  return store.Commit(
      meta, subject, [&](const FencedView&) -> absl::StatusOr<Changeset> {
        ROSTER_ASSIGN_OR_RETURN(
            const ClusterNode node,
            ReadNode(store, store.paths().budgets, meta.deadline));
        auto budgets = node.exists ? model::ParseBudgets(node.node.data)
                                   : std::vector<model::Budget>();
        if (!budgets.ok()) return Unreadable(node, budgets.status());
        ROSTER_RETURN_IF_ERROR(edit(*budgets));
        Changeset change;
        change.ops.push_back(
            WriteNode(node, model::SerializeBudgets(*budgets)));
        change.targets.push_back({.name = subject.targets.front()});
        return change;
      });
}

// Changes the stored policy by `edit`, and tells what it became.
absl::StatusOr<model::Policy> EditPolicy(
    ControlStore& store, const RequestMeta& meta, std::string action,
    const std::string& reason,
    absl::FunctionRef<absl::Status(const ClusterView&, model::Policy&)> edit) {
  model::Policy stored;
  ROSTER_RETURN_IF_ERROR(
      store
          .Commit(meta,
                  {.action = std::move(action),
                   .reason = reason,
                   .ticket = "",
                   .targets = {"policy"}},
                  [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
                    ROSTER_ASSIGN_OR_RETURN(
                        const ClusterNode node,
                        ReadNode(store, store.paths().policy, meta.deadline));
                    auto policy = node.exists
                                      ? model::ParsePolicy(node.node.data)
                                      : model::Policy();
                    if (!policy.ok()) return Unreadable(node, policy.status());
                    ROSTER_RETURN_IF_ERROR(edit(*fenced.view, *policy));
                    stored = *policy;
                    Changeset change;
                    change.ops.push_back(
                        WriteNode(node, model::SerializePolicy(stored)));
                    change.targets.push_back({.name = "policy"});
                    return change;
                  })
          .status());
  return stored;
}

}  // namespace

absl::StatusOr<BudgetReport> SetBudget(ControlStore& store,
                                       const SetBudgetRequest& request) {
  const model::Budget& budget = request.budget;
  const auto bad = [](absl::Status status) {
    return base::WithReason(base::WithBadField(std::move(status), "budget"),
                            "INVALID_BUDGET");
  };
  if (absl::Status valid = model::ValidateBudget(budget); !valid.ok())
    return bad(std::move(valid));
  if (absl::Status valid = ValidateBudgetSelector(budget.selector); !valid.ok())
    return bad(std::move(valid));
  ROSTER_ASSIGN_OR_RETURN(
      const Committed committed,
      EditBudgets(store, request.meta,
                  {.action = "SetBudget",
                   .reason = request.reason,
                   .ticket = "",
                   .targets = {budget.name}},
                  [&](std::vector<model::Budget>& budgets) -> absl::Status {
                    std::erase_if(budgets, [&](const model::Budget& other) {
                      return other.name == budget.name;
                    });
                    if (budgets.size() >= model::kMaxBudgets)
                      return base::WithReason(
                          absl::ResourceExhaustedError(
                              base::StrCat("there are ", budgets.size(),
                                           " budgets, the most there may be")),
                          "TOO_MANY_BUDGETS");
                    budgets.push_back(budget);
                    return absl::OkStatus();
                  }));
  ClusterViewPtr view = committed.view;
  if (view == nullptr) {  // validate_only
    ROSTER_ASSIGN_OR_RETURN(const FencedView fenced,
                            store.FenceNow(request.meta.deadline));
    view = fenced.view;
  }
  return CheckBudgets(*view, {budget}, {}).front();
}

absl::Status DeleteBudget(ControlStore& store,
                          const DeleteBudgetRequest& request) {
  return EditBudgets(store, request.meta,
                     {.action = "DeleteBudget",
                      .reason = request.reason,
                      .ticket = "",
                      .targets = {request.name}},
                     [&](std::vector<model::Budget>& budgets) -> absl::Status {
                       const size_t erased = std::erase_if(
                           budgets, [&](const model::Budget& budget) {
                             return budget.name == request.name;
                           });
                       if (erased > 0) return absl::OkStatus();
                       return base::WithReason(
                           absl::NotFoundError(base::StrCat(
                               "there is no budget \"", request.name,
                               "\"; `rosterctl budget list` lists them")),
                           "BUDGET_NOT_FOUND", {{"budget", request.name}});
                     })
      .status();
}

absl::StatusOr<model::Policy> SetPolicy(ControlStore& store,
                                        const SetPolicyRequest& request) {
  if (absl::Status valid = model::ValidatePolicy(request.policy); !valid.ok())
    return base::WithReason(base::WithBadField(std::move(valid), "policy"),
                            "INVALID_POLICY");
  return EditPolicy(
      store, request.meta, "SetPolicy", request.reason,
      [&](const ClusterView& view, model::Policy& policy) {
        const model::Policy before = std::exchange(policy, request.policy);
        // Not the caller's to say.
        policy.guard.released_at = before.guard.released_at;
        policy.reporting.interval = model::DeriveInterval(
            policy.reporting, view.members.size(), before.reporting.interval);
        return absl::OkStatus();
      });
}

absl::Status ReleaseGuard(ControlStore& store,
                          const ReleaseGuardRequest& request) {
  return EditPolicy(store, request.meta, "ReleaseGuard", request.reason,
                    [](const ClusterView& view, model::Policy& policy) {
                      if (!view.guard)
                        return base::WithReason(absl::FailedPreconditionError(
                                                    "the guard is not on"),
                                                "GUARD_NOT_ON");
                      policy.guard.released_at = absl::Now();
                      return absl::OkStatus();
                    })
      .status();
}

absl::StatusOr<AuditPage> ListAudit(ControlStore& store,
                                    const AuditQuery& query) {
  // Read in parts, until enough of them match: an entry may be as large as a
  // transaction.
  constexpr size_t kPart = 64;
  const std::string& parent = store.paths().audit;
  auto children = store.session().GetChildren(parent, query.deadline);
  if (absl::IsNotFound(children.status())) return AuditPage{};
  if (!children.ok())
    return base::WithReason(children.status(), "ZOOKEEPER_UNAVAILABLE");
  std::vector<std::string> names =
      model::SortBySequence(std::move(children->names), kAuditMarker);
  std::reverse(names.begin(), names.end());  // newest first

  const auto wanted = [&](const model::AuditEntry& entry) {
    const auto is_target = [&](const model::AuditTarget& target) {
      return target.name == query.target;
    };
    return (query.actor.empty() || entry.actor.name == query.actor) &&
           (query.action.empty() || entry.action == query.action) &&
           (query.target.empty() ||
            std::any_of(entry.targets.begin(), entry.targets.end(), is_target));
  };
  AuditPage page;
  size_t bytes = 0;
  auto next = names.begin();
  if (query.before > 0)
    next = std::find_if(names.begin(), names.end(), [&](const auto& name) {
      return *model::SequenceOf(name, kAuditMarker) < query.before;
    });
  while (next != names.end()) {
    const auto end = next + std::min<size_t>(kPart, names.end() - next);
    std::vector<std::string> part;
    for (auto name = next; name != end; ++name)
      part.push_back(model::JoinPath(parent, *name));
    const auto nodes = store.session().GetAll(part, query.deadline);
    for (const auto& node : nodes) {
      const std::string& name = *next++;
      if (absl::IsNotFound(node.status())) continue;  // its time has come
      if (!node.ok())
        return base::WithReason(node.status(), "ZOOKEEPER_UNAVAILABLE");
      auto entry = model::ParseAuditEntry(node->data);
      if (!entry.ok() || !wanted(*entry)) continue;
      const int64_t sequence = *model::SequenceOf(name, kAuditMarker);
      page.lines.push_back({sequence, *std::move(entry)});
      bytes += node->data.size();
      if (page.lines.size() == query.limit || bytes > kMaxAuditPageBytes) {
        if (next != names.end()) page.next_before = sequence;
        return page;
      }
    }
  }
  return page;
}

}  // namespace roster::monitor
