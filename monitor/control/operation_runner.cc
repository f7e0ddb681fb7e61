#include "monitor/control/operation_runner.h"

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/control/operation_plan.h"
#include "monitor/control/order_edit.h"
#include "zk/op_batch.h"

namespace roster::monitor {
namespace {

using OrderNode = ControlStore::OrderNode;

// What the orders of one step may take, with the audit's words on them; the
// operation's own node comes on top.
constexpr size_t kMaxOrderBytes = 384 * 1024;

void FailMember(model::Operation& operation, const std::string& name,
                std::string problem) {
  for (auto& member : operation.members)
    if (member.name == name) {
      member.step = model::OperationStep::kFailed;
      member.since = absl::Now();
      member.problem = std::move(problem);
    }
}

// Leaves `name` where it is in `stored`: it has the next turn.
void Postpone(const model::Operation& stored, const std::string& name,
              model::Operation& next) {
  for (size_t i = 0; i < next.members.size(); ++i)
    if (next.members[i].name == name) next.members[i] = stored.members[i];
}

// Adds what the plan for `stored` does to the members' orders, as much as one
// transaction takes. A member whose order cannot be written has failed.
absl::Status AddOrders(ControlStore& store, const ClusterView& view,
                       const model::Operation& stored, OperationPlan& plan,
                       absl::Time deadline, Changeset& change) {
  const absl::Time now = absl::Now();
  size_t bytes = 0;
  const auto write = [&](const OrderNode& node, const model::Order& next) {
    zk::Op op = store.WriteOrder(node, next);
    bytes += zk::PacketBytes(op) + node.name.size();
    // The first is always tried.
    if (!change.ops.empty() && bytes > kMaxOrderBytes)
      return Postpone(stored, node.name, plan.next);
    change.ops.push_back(std::move(op));
    change.targets.push_back({node.name, node.order.epoch, next.epoch});
  };
  ROSTER_ASSIGN_OR_RETURN(const auto to_hold,
                          store.ReadOrders(plan.hold, view, deadline));
  for (const OrderNode& node : to_hold) {
    absl::Status problem = node.problem;
    if (problem.ok()) {
      model::Hold hold = HoldOf(plan.next, MakeId("h-"), now);
      const auto next = PlaceHold(node.order, hold);
      problem = next.status();
      if (next.ok()) write(node, *next);
    }
    if (!problem.ok())
      FailMember(plan.next, node.name, std::string(base::Message(problem)));
  }
  ROSTER_ASSIGN_OR_RETURN(const auto to_release,
                          store.ReadOrders(plan.release, view, deadline));
  const HoldFilter own{.all = false,
                       .ids = {},
                       .owner = plan.next.owner,
                       .expired_by = std::nullopt};
  for (const OrderNode& node : to_release) {
    std::vector<std::string> released;
    if (!node.problem.ok()) {
      FailMember(plan.next, node.name,
                 std::string(base::Message(node.problem)));
    } else if (const auto next = ReleaseHolds(node.order, own, released)) {
      write(node, *next);
    }
  }
  return absl::OkStatus();
}

absl::Status RunOne(ControlStore& store, const std::string& leader_node,
                    const model::Operation& seen, absl::Time deadline) {
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    ROSTER_ASSIGN_OR_RETURN(const StoredOperation stored,
                            store.ReadOperation(seen.id, deadline));
    OperationPlan plan =
        PlanOperation(stored.operation, *fenced.view, absl::Now());
    Changeset change;
    if (plan.empty_for(stored.operation)) return change;
    ROSTER_RETURN_IF_ERROR(AddOrders(store, *fenced.view, stored.operation,
                                     plan, deadline, change));
    change.forced = stored.operation.force;
    if (plan.next.state != stored.operation.state)
      change.targets.push_back({.name = seen.id});
    change.ops.push_back(zk::Op::Set(store.OperationPath(seen.id),
                                     model::SerializeOperation(plan.next),
                                     stored.version));
    return change;
  };
  return store.CommitDuty({.action = model::kAdvanceOperation,
                           .reason = base::StrCat(seen.id, ": ", seen.reason),
                           .ticket = seen.ticket,
                           .targets = {}},
                          leader_node, deadline, build);
}

}  // namespace

absl::Status RunOperations(ControlStore& store, const std::string& leader_node,
                           const ClusterView& view, absl::Time deadline) {
  absl::Status first;
  for (const auto& [id, stored] : *view.operations) {
    if (!stored->problem.empty() || stored->operation.ended()) continue;
    // A look at what is known already spares the reads when nothing is to do.
    if (PlanOperation(stored->operation, view, absl::Now())
            .empty_for(stored->operation))
      continue;
    first.Update(RunOne(store, leader_node, stored->operation, deadline));
  }
  return first;
}

}  // namespace roster::monitor
