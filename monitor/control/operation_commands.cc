#include "monitor/control/operation_commands.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/control/order_edit.h"
#include "monitor/control/targets.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using Json = nlohmann::ordered_json;
using model::Operation;
using model::OperationState;
using model::OperationStep;

constexpr size_t kMaxActiveOperations = 100;

// `names` in the order in which the operation takes them.
std::vector<std::string> InOrder(std::vector<std::string> names,
                                 model::OperationOrder order,
                                 const ClusterView& view) {
  const auto joined_at = [&](const std::string& name) {
    const MemberPtr member = view.members.Find(name);
    return member == nullptr ? absl::InfiniteFuture() : member->joined_at;
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

// No member may be worked on by two operations.
absl::Status CheckFree(const std::vector<std::string>& names,
                       const ClusterView& view) {
  size_t active = 0;
  std::map<std::string_view, std::string_view> busy;  // member -> operation
  for (const auto& [id, stored] : *view.operations) {
    if (stored->operation.ended() || !stored->problem.empty()) continue;
    ++active;
    for (const auto& member : stored->operation.members)
      busy.emplace(member.name, id);
  }
  if (active >= kMaxActiveOperations)
    return base::WithReason(
        absl::ResourceExhaustedError(base::StrCat(
            active, " operations are under way, the most there may be")),
        "TOO_MANY_OPERATIONS");
  for (const std::string& name : names) {
    const auto found = busy.find(name);
    if (found != busy.end())
      return base::WithReason(
          absl::FailedPreconditionError(
              base::StrCat(name, " is part of operation ", found->second,
                           ", which has not ended; wait for it or cancel it")),
          "OPERATION_CONFLICT",
          {{"member", name}, {"operation", std::string(found->second)}});
  }
  return absl::OkStatus();
}

struct Started {
  StoredOperation operation;
  std::vector<BudgetReport> budgets;
  std::string request_id;
};

// Stores `operation`, whose members, times and id are filled in.
absl::StatusOr<Started> Start(ControlStore& store, const RequestMeta& meta,
                              const Targets& targets, bool allow_absent,
                              std::string_view action, Operation operation) {
  Started started;
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    const ClusterView& view = *fenced.view;
    ROSTER_ASSIGN_OR_RETURN(std::vector<std::string> names,
                            ResolveTargets(targets, view, allow_absent,
                                           model::kMaxOperationMembers));
    ROSTER_RETURN_IF_ERROR(CheckFree(names, view));
    started.budgets = CheckBudgets(view, *view.budgets, names);
    const absl::Time now = absl::Now();
    operation.id = MakeId("op-");
    if (operation.kind == model::OperationKind::kRollingRestart)
      operation.owner = operation.id;
    operation.actor = meta.actor;
    operation.selector = targets.selector;
    operation.created_at = now;
    operation.state = operation.start_at > now ? OperationState::kScheduled
                                               : OperationState::kRunning;
    operation.members.clear();
    for (std::string& name :
         InOrder(std::move(names), operation.pacing.order, view))
      operation.members.push_back({.name = std::move(name), .since = now});
    Changeset change;
    change.ops.push_back(zk::Op::Create(store.OperationPath(operation.id),
                                        model::SerializeOperation(operation),
                                        zk::CreateMode::kPersistent));
    change.targets.push_back({.name = operation.id});
    for (const auto& member : operation.members)
      if (change.targets.size() <= kMaxTargets)
        change.targets.push_back({.name = member.name});
    change.forced = operation.force;
    change.answer = Json{{"operation", operation.id}}.dump();
    return change;
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
  const std::string id =
      Json::parse(committed.answer, nullptr, false).value("operation", "");
  ROSTER_ASSIGN_OR_RETURN(started.operation,
                          store.ReadOperation(id, meta.deadline));
  return started;
}

// What `operation` becomes by the request.
absl::Status Apply(const ChangeOperationRequest& request, absl::Time now,
                   Operation& operation) {
  using Verb = ChangeOperationRequest::Verb;
  const auto refuse = [&](std::string_view why) {
    return base::WithReason(
        absl::FailedPreconditionError(
            base::StrCat("operation ", operation.id, " ", why)),
        "OPERATION_STATE",
        {{"state", std::string(OperationStateName(operation.state))}});
  };
  if (operation.ended())
    return refuse(
        base::StrCat("has ended as ", OperationStateName(operation.state)));
  const std::string by =
      base::StrCat(" by ", request.meta.actor.name,
                   request.reason.empty() ? "" : ": ", request.reason);
  switch (request.verb) {
    case Verb::kPause:
      if (operation.state == OperationState::kPaused)
        return refuse("is paused already");
      operation.state = OperationState::kPaused;
      operation.problem = operation.waiting = base::StrCat("paused", by);
      break;
    case Verb::kResume:
      if (operation.state != OperationState::kPaused)
        return refuse("is not paused");
      operation.state = operation.start_at > now ? OperationState::kScheduled
                                                 : OperationState::kRunning;
      operation.problem.clear();
      operation.waiting.clear();
      break;
    case Verb::kCancel:
      operation.state = OperationState::kCancelled;
      operation.problem = base::StrCat("cancelled", by);
      operation.waiting.clear();
      operation.ended_at = now;
      break;
  }
  return absl::OkStatus();
}

// Which members' holds a cancelled operation ends.
std::vector<std::string> ToRelease(const Operation& operation,
                                   bool release_holds) {
  const bool restart = operation.kind == model::OperationKind::kRollingRestart;
  std::vector<std::string> names;
  for (const auto& member : operation.members) {
    const bool under_way = member.step == OperationStep::kDraining ||
                           member.step == OperationStep::kRestarting;
    const bool held = under_way || member.step == OperationStep::kFailed ||
                      (!restart && member.step == OperationStep::kDone);
    if (held && (release_holds || (restart && under_way)))
      names.push_back(member.name);
  }
  return names;
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
  ROSTER_ASSIGN_OR_RETURN(
      Started started,
      Start(store, request.meta, request.targets, request.allow_absent,
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
      Start(store, request.meta, request.targets, /*allow_absent=*/false,
            "RollingRestart", std::move(operation)));
  return OperationResult{.operation = std::move(started.operation),
                         .budgets = std::move(started.budgets)};
}

absl::StatusOr<StoredOperation> ChangeOperation(
    ControlStore& store, const ChangeOperationRequest& request) {
  using Verb = ChangeOperationRequest::Verb;
  const std::string action = request.verb == Verb::kPause ? "PauseOperation"
                             : request.verb == Verb::kResume
                                 ? "ResumeOperation"
                                 : "CancelOperation";
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    ROSTER_ASSIGN_OR_RETURN(
        StoredOperation stored,
        store.ReadOperation(request.id, request.meta.deadline));
    Operation& operation = stored.operation;
    const absl::Time now = absl::Now();
    ROSTER_RETURN_IF_ERROR(Apply(request, now, operation));
    Changeset change;
    change.targets.push_back({.name = request.id});
    if (request.verb == Verb::kCancel) {
      ROSTER_ASSIGN_OR_RETURN(
          const auto orders,
          store.ReadOrders(ToRelease(operation, request.release_holds),
                           *fenced.view, request.meta.deadline));
      const HoldFilter own{.all = false,
                           .ids = {},
                           .owner = operation.owner,
                           .expired_by = std::nullopt};
      for (const auto& node : orders) {
        std::vector<std::string> released;
        const auto next = node.problem.ok()
                              ? ReleaseHolds(node.order, own, released)
                              : std::nullopt;
        if (!next) continue;
        change.ops.push_back(store.WriteOrder(node, *next));
        change.targets.push_back({node.name, node.order.epoch, next->epoch});
      }
      for (auto& member : operation.members) {
        if (member.step == OperationStep::kDone ||
            member.step == OperationStep::kFailed)
          continue;
        member.step = OperationStep::kSkipped;
        member.since = now;
        member.problem = "the operation was cancelled";
      }
    }
    change.ops.push_back(zk::Op::Set(store.OperationPath(request.id),
                                     model::SerializeOperation(operation),
                                     stored.version));
    return change;
  };
  ROSTER_RETURN_IF_ERROR(store
                             .Commit(request.meta,
                                     {.action = action,
                                      .reason = request.reason,
                                      .ticket = "",
                                      .targets = {request.id}},
                                     build)
                             .status());
  return store.ReadOperation(request.id, request.meta.deadline);
}

}  // namespace roster::monitor
