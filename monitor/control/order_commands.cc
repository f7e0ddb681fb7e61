#include "monitor/control/order_commands.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/timestamp.h"
#include "monitor/control/order_edit.h"
#include "monitor/control/targets.h"
#include "monitor/state/disobedience.h"

namespace roster::monitor {
namespace {

using OrderNode = ControlStore::OrderNode;

// The answer that is kept under the request's id. Holds are not in it: they are
// told as they are.
model::RequestAnswer AnswerOf(const std::vector<OrderChange>& changes) {
  model::RequestAnswer answer;
  for (const OrderChange& change : changes)
    answer.changes.push_back({.name = change.name,
                              .hold_id = change.hold_id,
                              .epoch_before = change.epoch_before,
                              .epoch = change.epoch,
                              .released = change.released_hold_ids});
  return answer;
}

bool NeverSeen(const ClusterView& view, const std::string& name) {
  const MemberPtr member = view.members.Find(name);
  return member == nullptr || member->never_seen();
}

// What `hold` takes the place of, in the words of what changes by it; empty if
// it is its owner's first.
std::string WhatItReplaces(const model::Order& order, const model::Hold& hold) {
  for (const model::Hold& old : order.holds) {
    if (old.owner != hold.owner) continue;
    const auto time = [](absl::Time at) {
      return at == absl::InfiniteFuture() ? "none" : model::FormatSeconds(at);
    };
    std::vector<std::string> was;
    const auto add = [&](std::string_view what, const std::string& before,
                         const std::string& after) {
      if (before != after)
        was.push_back(
            base::StrCat(what, " ", before.empty() ? "none" : before));
    };
    add("reason", old.reason, hold.reason);
    add("ticket", old.ticket, hold.ticket);
    add("mode", std::string(model::HoldModeName(old.mode)),
        std::string(model::HoldModeName(hold.mode)));
    add("deadline", time(old.deadline), time(hold.deadline));
    add("expiry", time(old.expires_at), time(hold.expires_at));
    return base::StrCat(
        "replaced the hold of ", hold.owner,
        was.empty() ? ", which was the same"
                    : base::StrCat("; before: ", absl::StrJoin(was, ", ")));
  }
  return "";
}

// What was answered, and how things stand now. `planned` is what a request that
// is only validated would have done: nothing stands as it says.
std::vector<OrderChange> ChangesOf(const Committed& committed,
                                   std::vector<OrderChange> planned) {
  std::vector<OrderChange> changes;
  if (committed.view == nullptr) {
    changes = std::move(planned);
  } else {
    for (const model::ChangedOrder& stored : committed.answer.changes) {
      OrderChange change{.name = stored.name,
                         .hold_id = stored.hold_id,
                         .epoch_before = stored.epoch_before,
                         .epoch = stored.epoch,
                         .released_hold_ids = stored.released};
      change.never_seen = NeverSeen(*committed.view, change.name);
      for (OrderChange& one : planned)
        if (one.name == change.name && one.epoch == change.epoch)
          change.notes = std::move(one.notes);
      if (const MemberPtr member = committed.view->members.Find(change.name))
        change.holds = member->order->holds;
      changes.push_back(std::move(change));
    }
  }
  std::sort(changes.begin(), changes.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return changes;
}

absl::Status Unchangeable(const OrderNode& node, const std::string& path) {
  if (node.readable)
    return base::WithReason(
        absl::FailedPreconditionError(base::StrCat(
            "the order of ", node.name,
            " cannot be changed: ", base::Message(node.problem), ". Delete ",
            path, ", which ends its holds, and restart the member")),
        "EPOCH_EXHAUSTED", {{"member", node.name}});
  return base::WithReason(
      absl::FailedPreconditionError(
          base::StrCat("the order of ", node.name,
                       " cannot be read, and was left as it is: ",
                       base::Message(node.problem), ". Mend or delete ", path)),
      "ORDER_UNREADABLE", {{"member", node.name}});
}

// "held by h-1 of ops"
std::string HeldBy(const model::Order& order) {
  std::vector<std::string> held_by;
  for (const model::Hold& hold : order.holds)
    held_by.push_back(base::StrCat(hold.id, " of ", hold.owner));
  return held_by.empty()
             ? "not held at all"
             : base::StrCat("held by ", absl::StrJoin(held_by, ", "));
}

// Whether each of `orders`, which were asked for by name, has such a hold. A
// name of nobody is mostly a typing error.
absl::Status CheckHeld(const std::vector<OrderNode>& orders,
                       const HoldFilter& filter, const ClusterView& view) {
  std::vector<std::string> unknown;
  std::vector<const OrderNode*> without;
  for (const OrderNode& node : orders) {
    std::vector<std::string> matching;
    if (ReleaseHolds(node.order, filter, matching)) continue;
    without.push_back(&node);
    if (!node.order.held() && view.members.Find(node.name) == nullptr)
      unknown.push_back(node.name);
  }
  if (without.empty()) return absl::OkStatus();
  const std::string_view unchanged =
      orders.size() > 1 ? "nothing was changed: " : "";
  if (!unknown.empty())
    return base::WithReason(absl::NotFoundError(base::StrCat(
                                unchanged, "never seen in cluster ",
                                view.cluster, ": ", Enumerate(unknown))),
                            "MEMBER_NOT_FOUND", {{"member", unknown.front()}});
  std::vector<std::string> reasons;
  bool other_holds = false;
  for (const OrderNode* node : without) {
    reasons.push_back(base::StrCat(node->name, " has no such hold; it is ",
                                   HeldBy(node->order)));
    other_holds |= node->order.held();
  }
  base::ErrorMetadata metadata = {{"member", without.front()->name}};
  if (other_holds) metadata.emplace_back("remedy", "hold_ids,owner,all_holds");
  return base::WithReason(
      absl::FailedPreconditionError(base::StrCat(
          unchanged, Enumerate(reasons),
          other_holds ? "; name the hold, its owner, or all holds" : "")),
      "HOLD_NOT_FOUND", metadata);
}

AuditSubject Subject(std::string_view action, const std::string& reason,
                     std::vector<std::string> targets) {
  return {.action = std::string(action),
          .reason = reason,
          .ticket = "",
          .targets = std::move(targets)};
}

}  // namespace

absl::StatusOr<std::vector<OrderNode>> ReadOrdersToChange(
    ControlStore& store, const ClusterView& view,
    const std::vector<std::string>& names,
    const std::optional<int64_t>& expected_epoch, absl::Time deadline) {
  ROSTER_ASSIGN_OR_RETURN(std::vector<OrderNode> orders,
                          store.ReadOrders(names, view, deadline));
  for (const OrderNode& node : orders) {
    if (!node.problem.ok())
      return Unchangeable(node,
                          model::JoinPath(store.paths().control, node.name));
    if (expected_epoch && node.order.epoch != *expected_epoch)
      return base::WithReason(
          absl::AbortedError(
              base::StrCat("the order of ", node.name, " has epoch ",
                           node.order.epoch, " and not ", *expected_epoch,
                           ": somebody has changed it since; look again")),
          "EPOCH_MISMATCH",
          {{"member", node.name}, {"epoch", base::StrCat(node.stored_epoch)}});
  }
  return orders;
}

absl::Status RefuseByBudget(const ClusterView& view,
                            const std::vector<BudgetReport>& reports) {
  if (!view.budgets_problem.empty())
    return base::WithReason(
        absl::FailedPreconditionError(
            base::StrCat("the budgets cannot be read, so none can be kept: ",
                         view.budgets_problem, ". Mend the node, or force")),
        "BUDGETS_UNREADABLE", {{"remedy", "force"}});
  absl::Status refusal;
  std::vector<std::string> explanations;
  bool never = false;
  for (const BudgetReport& report : reports) {
    if (report.satisfied()) continue;
    explanations.push_back(report.explanation);
    never = never || report.never();
  }
  if (explanations.empty()) return absl::OkStatus();
  refusal = base::WithReason(
      absl::FailedPreconditionError(absl::StrJoin(explanations, "\n")),
      "BUDGET_EXCEEDED", {{"remedy", never ? "force" : "force,pacing"}});
  for (const BudgetReport& report : reports)
    if (!report.satisfied())
      refusal = base::WithPrecondition(std::move(refusal), "BUDGET",
                                       report.budget.name, report.explanation);
  return refusal;
}

absl::StatusOr<TakeOfflineResult> TakeOffline(
    ControlStore& store, const TakeOfflineRequest& request) {
  // Their holds would be taken for an operation's own.
  if (request.terms.owner.starts_with("op-"))
    return base::WithBadField(
        absl::InvalidArgumentError(
            "owner: names that begin with \"op-\" are those of operations"),
        "owner");
  std::vector<BudgetReport> reports;
  std::vector<OrderChange> changes;
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    const ClusterView& view = *fenced.view;
    ROSTER_ASSIGN_OR_RETURN(
        const std::vector<std::string> names,
        ResolveTargets(request.targets, view,
                       request.allow_absent ? AbsentNames::kAllowed
                                            : AbsentNames::kNotAllowed,
                       kMaxTargets));
    ROSTER_ASSIGN_OR_RETURN(
        const std::vector<OrderNode> orders,
        ReadOrdersToChange(store, *fenced.view, names, request.expected_epoch,
                           request.meta.deadline));
    Changeset change;
    reports = CheckBudgets(view, *view.budgets, names);
    if (absl::Status refusal = RefuseByBudget(view, reports); !refusal.ok()) {
      if (!request.force) return refusal;
      change.forced = true;
    }

    const absl::Time now = absl::Now();
    changes.clear();
    for (const OrderNode& node : orders) {
      ROSTER_ASSIGN_OR_RETURN(model::Hold hold,
                              MakeHold(request.terms, MakeId("h-"), now));
      absl::StatusOr<model::Order> next = PlaceHold(node.order, hold);
      if (!next.ok())
        return base::WithReason(
            absl::ResourceExhaustedError(
                base::StrCat(node.name, ": ", base::Message(next.status()))),
            "TOO_MANY_HOLDS");
      change.ops.push_back(store.WriteOrder(node, *next));
      change.targets.push_back({node.name, node.order.epoch, next->epoch});
      changes.push_back({.name = node.name,
                         .hold_id = hold.id,
                         .epoch_before = node.order.epoch,
                         .epoch = next->epoch,
                         .holds = next->holds,
                         .never_seen = NeverSeen(view, node.name)});
      for (std::string note : {DisobedienceNote(view, node.name),
                               WhatItReplaces(node.order, hold)})
        if (!note.empty()) changes.back().notes.push_back(std::move(note));
    }
    change.answer = AnswerOf(changes);
    return change;
  };
  AuditSubject subject = Subject("TakeOffline", request.terms.reason,
                                 DescribeTargets(request.targets));
  subject.ticket = request.terms.ticket;
  ROSTER_ASSIGN_OR_RETURN(Committed committed,
                          store.Commit(request.meta, subject, build));
  return TakeOfflineResult{.changes = ChangesOf(committed, std::move(changes)),
                           .operation = std::nullopt,
                           .budgets = std::move(reports),
                           .request_id = std::move(committed.request_id)};
}

absl::StatusOr<BringOnlineResult> BringOnline(
    ControlStore& store, const BringOnlineRequest& request) {
  const HoldFilter filter{.all = request.all_holds,
                          .ids = request.hold_ids,
                          .owner = request.owner,
                          .expired_by = std::nullopt};
  std::vector<OrderChange> changes;
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    // Orders stand for names that were never seen, too.
    ROSTER_ASSIGN_OR_RETURN(
        std::vector<std::string> names,
        ResolveTargets(request.targets, *fenced.view, AbsentNames::kAllowed,
                       fenced.view->members.size() + kMaxTargets));
    if (request.targets.names.empty())
      std::erase_if(names, [&](const std::string& name) {
        return !fenced.view->members.Find(name)->order->held();
      });
    ROSTER_ASSIGN_OR_RETURN(
        const std::vector<OrderNode> orders,
        ReadOrdersToChange(store, *fenced.view, names, request.expected_epoch,
                           request.meta.deadline));
    if (!request.targets.names.empty())
      ROSTER_RETURN_IF_ERROR(CheckHeld(orders, filter, *fenced.view));
    Changeset change;
    changes.clear();
    for (const OrderNode& node : orders) {
      std::vector<std::string> released;
      const auto next = ReleaseHolds(node.order, filter, released);
      if (!next) continue;
      change.ops.push_back(store.WriteOrder(node, *next));
      change.targets.push_back({node.name, node.order.epoch, next->epoch});
      changes.push_back({.name = node.name,
                         .epoch_before = node.order.epoch,
                         .epoch = next->epoch,
                         .released_hold_ids = std::move(released),
                         .holds = next->holds,
                         .never_seen = NeverSeen(*fenced.view, node.name)});
    }
    if (changes.empty())
      return base::WithReason(
          absl::FailedPreconditionError(base::StrCat("no member that matches ",
                                                     request.targets.selector,
                                                     " has such a hold")),
          "HOLD_NOT_FOUND");
    change.answer = AnswerOf(changes);
    return change;
  };
  ROSTER_ASSIGN_OR_RETURN(
      Committed committed,
      store.Commit(request.meta,
                   Subject("BringOnline", request.reason,
                           DescribeTargets(request.targets)),
                   build));
  return BringOnlineResult{.changes = ChangesOf(committed, std::move(changes)),
                           .request_id = std::move(committed.request_id)};
}

absl::StatusOr<StoredOrder> GetOrder(ControlStore& store,
                                     const std::string& name,
                                     absl::Time deadline) {
  auto orders = store.ReadOrders({name}, ClusterView(), deadline);
  if (!orders.ok())
    return base::WithReason(
        absl::Status(orders.status().code(),
                     base::StrCat("ZooKeeper is out of reach (",
                                  base::Message(orders.status()), ")")),
        "ZOOKEEPER_UNAVAILABLE");
  OrderNode& node = orders->front();
  return StoredOrder{
      .order = std::move(node.order),
      .problem = node.readable ? "" : std::string(base::Message(node.problem)),
      .changed_at = node.changed_at};
}

}  // namespace roster::monitor
