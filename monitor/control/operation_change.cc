// ChangeOperation of monitor/control/operation_commands.h.

#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/control/operation_commands.h"
#include "monitor/control/order_edit.h"
#include "monitor/control/targets.h"

namespace roster::monitor {
namespace {

using model::Operation;
using model::OperationState;
using model::OperationStep;

// Whose holds by `operation`, which has ended, stand to this day. An owner that
// is a person may have placed holds before it and since, which stay.
std::vector<std::string> StillHeld(const Operation& operation,
                                   const ClusterView& view) {
  std::vector<std::string> names;
  for (const auto& member : operation.members) {
    const MemberPtr seen = view.members.Find(member.name);
    if (seen == nullptr) continue;
    for (const model::Hold& hold : seen->order->holds)
      if (hold.owner == operation.owner &&
          (hold.owner == operation.id ||
           (hold.created_at >= operation.created_at &&
            hold.created_at <= operation.ended_at)))
        names.push_back(member.name);
  }
  return names;
}

absl::Status Refused(const Operation& operation, std::string_view why) {
  return base::WithReason(
      absl::FailedPreconditionError(
          base::StrCat("operation ", operation.id, " ", why)),
      "OPERATION_STATE",
      {{"state", std::string(OperationStateName(operation.state))}});
}

// What becomes of one that has ended: whom it holds may be released.
absl::Status ApplyToEnded(const ChangeOperationRequest& request,
                          const ClusterView& view, Operation& operation) {
  const std::string ended =
      base::StrCat("has ended as ", OperationStateName(operation.state));
  const std::vector<std::string> held = StillHeld(operation, view);
  if (held.empty())
    return Refused(operation, base::StrCat(ended, " and holds nobody"));
  if (request.verb != ChangeOperationRequest::Verb::kCancel ||
      !request.release_holds)
    return Refused(operation,
                   base::StrCat(ended, " and still holds ", Enumerate(held),
                                "; `rosterctl operation ", operation.id,
                                " --cancel --release` ends that"));
  operation.waiting.clear();
  return absl::OkStatus();
}

// What `operation` becomes by the request.
absl::Status Apply(const ChangeOperationRequest& request,
                   const ClusterView& view, absl::Time now,
                   StoredOperation& stored) {
  Operation& operation = stored.operation;
  using Verb = ChangeOperationRequest::Verb;
  // What cannot be read may say of itself what it likes.
  if (operation.ended() && stored.problem.empty())
    return ApplyToEnded(request, view, operation);
  const std::string by =
      base::StrCat(" by ", request.meta.actor.name,
                   request.reason.empty() ? "" : ": ", request.reason);
  switch (request.verb) {
    case Verb::kPause:
      if (operation.state == OperationState::kPaused)
        return Refused(operation, "is paused already");
      operation.state = OperationState::kPaused;
      operation.problem = operation.waiting = base::StrCat("paused", by);
      break;
    case Verb::kResume:
      if (operation.state != OperationState::kPaused)
        return Refused(operation, "is not paused");
      operation.state = operation.start_at > now ? OperationState::kScheduled
                                                 : OperationState::kRunning;
      operation.problem.clear();
      operation.waiting.clear();
      break;
    case Verb::kCancel:
      operation.state = OperationState::kCancelled;
      operation.problem = base::StrCat(
          "cancelled", by,
          stored.problem.empty()
              ? ""
              : base::StrCat(" (it could not be read: ", stored.problem, ")"));
      operation.waiting.clear();
      operation.ended_at = now;
      break;
  }
  return absl::OkStatus();
}

std::vector<std::string> HeldBy(const std::string& owner,
                                const ClusterView& view) {
  std::vector<std::string> names;
  view.members.ForEach([&](const MemberPtr& member) {
    for (const model::Hold& hold : member->order->holds)
      if (hold.owner == owner) {
        names.push_back(member->name);
        break;
      }
  });
  return names;
}

// Which members' holds a cancelled operation ends.
std::vector<std::string> ToRelease(const StoredOperation& stored,
                                   const ClusterView& view,
                                   bool release_holds) {
  const Operation& operation = stored.operation;
  if (!stored.members_known) {
    // Only an operation's holds are owned by its name.
    return release_holds ? HeldBy(operation.id, view)
                         : std::vector<std::string>();
  }
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

absl::Status EndHolds(ControlStore& store, const std::string& owner,
                      const std::vector<std::string>& names,
                      const ClusterView& view, absl::Time deadline,
                      Changeset& change) {
  ROSTER_ASSIGN_OR_RETURN(const auto orders,
                          store.ReadOrders(names, view, deadline));
  const HoldFilter own{
      .all = false, .ids = {}, .owner = owner, .expired_by = std::nullopt};
  for (const auto& node : orders) {
    std::vector<std::string> released;
    const auto next = node.problem.ok()
                          ? ReleaseHolds(node.order, own, released)
                          : std::nullopt;
    if (!next) continue;
    change.ops.push_back(store.WriteOrder(node, *next));
    change.targets.push_back({node.name, node.order.epoch, next->epoch});
  }
  return absl::OkStatus();
}

void SkipTheRest(absl::Time now, Operation& operation) {
  for (auto& member : operation.members) {
    if (member.step == OperationStep::kDone ||
        member.step == OperationStep::kFailed ||
        member.step == OperationStep::kSkipped)
      continue;
    member.step = OperationStep::kSkipped;
    member.since = now;
    member.problem = "the operation was cancelled";
  }
}

// The operation as it stands. One that cannot be read can be cancelled, as far
// as it is known: that is how an operator gets rid of it.
absl::StatusOr<StoredOperation> ReadForChange(
    ControlStore& store, const ClusterView& view,
    const ChangeOperationRequest& request) {
  absl::StatusOr<StoredOperation> stored =
      store.ReadOperation(request.id, request.meta.deadline);
  if (stored.ok() || request.verb != ChangeOperationRequest::Verb::kCancel ||
      base::DetailsOf(stored.status()).reason != "OPERATION_UNREADABLE")
    return stored;
  const auto known = view.operations->find(request.id);
  if (known == view.operations->end() || known->second->problem.empty())
    return absl::UnavailableError("the view is behind what was just read");
  StoredOperation unreadable = *known->second;
  if (unreadable.operation.owner.empty())
    unreadable.operation.owner = request.id;
  return unreadable;
}

// As it can be read again: what was salvaged may name a member twice, or more
// than there may be.
std::string Written(Operation operation) {
  absl::flat_hash_set<std::string> names;
  std::erase_if(operation.members, [&](const model::OperationMember& member) {
    return !names.insert(member.name).second;
  });
  if (operation.members.size() > model::kMaxOperationMembers)
    operation.members.resize(model::kMaxOperationMembers);
  return model::SerializeOperation(operation);
}

}  // namespace

absl::StatusOr<StoredOperation> ChangeOperation(
    ControlStore& store, const ChangeOperationRequest& request) {
  using Verb = ChangeOperationRequest::Verb;
  const std::string action = request.verb == Verb::kPause ? "PauseOperation"
                             : request.verb == Verb::kResume
                                 ? "ResumeOperation"
                                 : "CancelOperation";
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    ROSTER_ASSIGN_OR_RETURN(StoredOperation stored,
                            ReadForChange(store, *fenced.view, request));
    const absl::Time now = absl::Now();
    const bool had_ended = stored.operation.ended() && stored.problem.empty();
    ROSTER_RETURN_IF_ERROR(Apply(request, *fenced.view, now, stored));
    Changeset change;
    change.targets.push_back({.name = request.id});
    if (request.verb == Verb::kCancel) {
      const std::vector<std::string> names =
          had_ended ? StillHeld(stored.operation, *fenced.view)
                    : ToRelease(stored, *fenced.view, request.release_holds);
      ROSTER_RETURN_IF_ERROR(EndHolds(store, stored.operation.owner, names,
                                      *fenced.view, request.meta.deadline,
                                      change));
      SkipTheRest(now, stored.operation);
    }
    change.ops.push_back(zk::Op::Set(store.OperationPath(request.id),
                                     Written(std::move(stored.operation)),
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
