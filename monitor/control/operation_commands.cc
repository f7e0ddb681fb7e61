#include "monitor/control/operation_commands.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/control/order_commands.h"
#include "monitor/control/targets.h"
#include "monitor/state/disobedience.h"

namespace roster::monitor {
namespace {

using model::Operation;
using model::OperationState;
using model::OperationStep;

constexpr size_t kMaxActiveOperations = 100;

// `names` in the order in which the operation takes them.
std::vector<std::string> InOrder(std::vector<std::string> names,
                                 model::OperationOrder order,
                                 const ClusterView& view) {
  const auto joined_at = [&](const std::string& name) -> absl::Time {
    const MemberPtr member = view.members.Find(name);
    if (member == nullptr) return absl::InfiniteFuture();
    return member->joined_at;
  };
  if (order == model::OperationOrder::kGiven) return names;
  std::sort(names.begin(), names.end());
  if (order == model::OperationOrder::kOldest)
    std::stable_sort(names.begin(), names.end(),
                     [&](const auto& a, const auto& b) {
                       return joined_at(a) < joined_at(b);
                     });
  return names;
}

// `stored` may be at work on whomever, or so somebody must assume.
absl::Status RefuseByUnreadable(const ControlStore& store,
                                const StoredOperation& stored,
                                std::string_view consequence) {
  const std::string& id = stored.operation.id;
  return base::WithReason(
      absl::FailedPreconditionError(base::StrCat(
          consequence, ": operation ", id, " cannot be read (", stored.problem,
          ") and may be at work",
          stored.members_known ? "" : ", it is not known on whom", ". Mend ",
          store.OperationPath(id), ", or end it with `rosterctl ", "operation ",
          id, " --cancel`")),
      "OPERATION_UNREADABLE", {{"operation", id}});
}

// No member may be worked on by two operations. One that cannot be read keeps
// its members, and if they are not known it keeps everybody.
absl::Status CheckFree(const ControlStore& store,
                       const std::vector<std::string>& names,
                       const ClusterView& view) {
  size_t active = 0;
  std::map<std::string_view, const StoredOperation*> busy;  // by member
  for (const auto& [id, stored] : *view.operations) {
    if (!stored->may_be_active()) continue;
    ++active;
    if (!stored->members_known)
      return RefuseByUnreadable(store, *stored, "no operation can be begun");
    for (const auto& member : stored->operation.members)
      busy.emplace(member.name, stored.get());
  }
  if (active >= kMaxActiveOperations)
    return base::WithReason(
        absl::ResourceExhaustedError(base::StrCat(
            active, " operations are under way, the most there may be")),
        "TOO_MANY_OPERATIONS");
  for (const std::string& name : names) {
    const auto found = busy.find(name);
    if (found == busy.end()) continue;
    if (!found->second->problem.empty())
      return RefuseByUnreadable(store, *found->second,
                                base::StrCat(name, " cannot be taken"));
    const std::string& id = found->second->operation.id;
    return base::WithReason(
        absl::FailedPreconditionError(
            base::StrCat(name, " is part of operation ", id,
                         ", which has not ended; wait for it or cancel it")),
        "OPERATION_CONFLICT", {{"member", name}, {"operation", id}});
  }
  return absl::OkStatus();
}

// An operation that a budget will never let begin would wait for ever, so it is
// refused. One that is to begin later, or has to wait for members that are away
// now, is not.
absl::Status RefuseIfNever(const ClusterView& view,
                           const std::vector<std::string>& names) {
  std::vector<BudgetReport> never = CheckBudgets(view, *view.budgets, names);
  std::erase_if(never,
                [](const BudgetReport& report) { return !report.never(); });
  return RefuseByBudget(view, never);
}

std::vector<std::string> FirstBatch(const std::vector<std::string>& names,
                                    const model::Pacing& pacing) {
  const size_t size =
      std::min<size_t>(names.size(), pacing.BatchOf(names.size()));
  return {names.begin(), names.begin() + size};
}

// Fills in what is known of an operation when it is made: its id, whom it is
// about, and when it begins.
void FillIn(const ClusterView& view, std::vector<std::string> names,
            absl::Time now, Operation& operation) {
  operation.id = MakeId("op-");
  if (operation.kind == model::OperationKind::kRollingRestart)
    operation.owner = operation.id;
  operation.created_at = now;
  operation.state = operation.start_at > now ? OperationState::kScheduled
                                             : OperationState::kRunning;
  operation.members.clear();
  for (std::string& name : names) {
    std::string note = DisobedienceNote(view, name);
    operation.members.push_back(
        {.name = std::move(name), .since = now, .problem = std::move(note)});
  }
}

Changeset Creation(const ControlStore& store, const Operation& operation) {
  Changeset change;
  change.ops.push_back(zk::Op::Create(store.OperationPath(operation.id),
                                      model::SerializeOperation(operation),
                                      zk::CreateMode::kPersistent));
  change.targets.push_back({.name = operation.id});
  for (const auto& member : operation.members)
    if (change.targets.size() <= kMaxTargets)
      change.targets.push_back({.name = member.name});
  change.forced = operation.force;
  change.answer.operation = operation.id;
  return change;
}

struct Started {
  StoredOperation operation;
  std::vector<BudgetReport> budgets;
  std::string request_id;
};

// Stores `operation`, which is filled in.
absl::StatusOr<Started> Start(ControlStore& store, const RequestMeta& meta,
                              const Targets& targets, AbsentNames absent,
                              std::string_view action, Operation operation) {
  operation.actor = meta.actor;
  operation.selector = targets.selector;
  Started started;
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    const ClusterView& view = *fenced.view;
    ROSTER_ASSIGN_OR_RETURN(
        std::vector<std::string> names,
        ResolveTargets(targets, view, absent, model::kMaxOperationMembers));
    ROSTER_RETURN_IF_ERROR(CheckFree(store, names, view));
    const absl::Time now = absl::Now();
    names = InOrder(std::move(names), operation.pacing.order, view);
    if (!operation.force && operation.start_at <= now)
      ROSTER_RETURN_IF_ERROR(RefuseIfNever(view, names));
    started.budgets =
        CheckBudgets(view, *view.budgets, FirstBatch(names, operation.pacing));
    FillIn(view, std::move(names), now, operation);
    return Creation(store, operation);
  };
  ROSTER_ASSIGN_OR_RETURN(Committed committed,
                          store.Commit(meta,
                                       {.action = std::string(action),
                                        .reason = operation.reason,
                                        .ticket = operation.ticket,
                                        .targets = DescribeTargets(targets)},
                                       build));
  started.request_id = committed.request_id;
  if (meta.validate_only) {
    started.operation = {.operation = std::move(operation)};
    return started;
  }
  ROSTER_ASSIGN_OR_RETURN(
      started.operation,
      store.ReadOperation(committed.answer.operation, meta.deadline));
  return started;
}

}  // namespace

absl::StatusOr<TakeOfflineResult> StartTakeOffline(
    ControlStore& store, const TakeOfflineRequest& request) {
  const HoldTerms& terms = request.terms;
  Operation operation{.kind = model::OperationKind::kTakeOffline,
                      .owner = terms.owner,
                      .reason = terms.reason,
                      .ticket = terms.ticket,
                      .pacing = request.pacing.value_or(model::Pacing{}),
                      .mode = terms.mode,
                      .force = request.force};
  // Scheduled only: all of them at once, as budgets allow.
  if (!request.pacing) {
    operation.pacing.batch_percent = 100;
  }
  if (terms.drain_timeout) operation.drain_timeout = *terms.drain_timeout;
  if (terms.deadline) operation.deadline = *terms.deadline;
  if (terms.expire_after) operation.expire_after = *terms.expire_after;
  if (terms.expires_at) operation.expires_at = *terms.expires_at;
  if (request.start_at) operation.start_at = *request.start_at;
  ROSTER_ASSIGN_OR_RETURN(Started started,
                          Start(store, request.meta, request.targets,
                                request.allow_absent ? AbsentNames::kAllowed
                                                     : AbsentNames::kNotAllowed,
                                "TakeOffline", std::move(operation)));
  return TakeOfflineResult{.changes = {},
                           .operation = std::move(started.operation),
                           .budgets = std::move(started.budgets),
                           .request_id = std::move(started.request_id)};
}

absl::StatusOr<OperationResult> StartRollingRestart(
    ControlStore& store, const RollingRestartRequest& request) {
  Operation operation{.kind = model::OperationKind::kRollingRestart,
                      .reason = request.reason,
                      .ticket = request.ticket,
                      .pacing = request.pacing,
                      .force = request.force};
  if (request.drain_timeout) operation.drain_timeout = *request.drain_timeout;
  if (request.start_at) operation.start_at = *request.start_at;
  ROSTER_ASSIGN_OR_RETURN(
      Started started,
      Start(store, request.meta, request.targets, AbsentNames::kRefused,
            "RollingRestart", std::move(operation)));
  return OperationResult{.operation = std::move(started.operation),
                         .budgets = std::move(started.budgets)};
}

}  // namespace roster::monitor
