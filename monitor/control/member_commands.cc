#include "monitor/control/member_commands.h"

#include <algorithm>
#include <vector>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/timestamp.h"
#include "monitor/control/order_commands.h"

namespace roster::monitor {
namespace {

absl::Status NotHeld(const std::string& name) {
  return base::WithReason(
      absl::FailedPreconditionError(base::StrCat(
          name,
          " is not held: only who was ordered offline can be evicted; "
          "take it offline first")),
      "MEMBER_NOT_HELD", {{"member", name}});
}

absl::Status Unknown(const std::string& name) {
  return base::WithReason(
      absl::NotFoundError(base::StrCat("there is no member ", name)),
      "MEMBER_NOT_FOUND", {{"member", name}});
}

absl::Status Gone(const std::string& name) {
  return base::WithReason(
      absl::NotFoundError(
          base::StrCat(name, " is gone already: there is nothing to evict")),
      "MEMBER_NOT_FOUND", {{"member", name}});
}

// When the last of the holds' deadlines is over: InfiniteFuture if one of them
// has none, now for holds that leave no time.
absl::Time LastDeadline(const model::Order& order) {
  absl::Time last = absl::InfinitePast();
  for (const model::Hold& hold : order.holds)
    last = std::max(last, hold.mode == model::HoldMode::kImmediate
                              ? hold.created_at
                              : hold.deadline);
  return last;
}

// Why a member whose hold is not past `deadline` stays.
std::string TooEarly(const std::string& name, absl::Time deadline,
                     const ClusterView& view) {
  const bool endless = deadline == absl::InfiniteFuture();
  const std::string until = endless ? "" : model::FormatSeconds(deadline);
  const MemberPtr member = view.members.Find(name);
  if (member != nullptr && member->status == model::MemberStatus::kOffline)
    return base::StrCat(name, " is OFFLINE already, and its hold has ",
                        endless ? "no deadline" : "time until ", until,
                        "; leave it, or force");
  return base::StrCat(
      name, " may drain ",
      endless ? "for as long as it takes, its hold has no deadline" : "until ",
      until, "; wait, or force");
}

MemberResult ToMemberResult(const Committed& committed) {
  return {.czxid = committed.answer.czxid, .request_id = committed.request_id};
}

}  // namespace

absl::StatusOr<MemberResult> Evict(ControlStore& store,
                                   const MemberRequest& request) {
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    const std::string path =
        model::JoinPath(store.options().members_path, request.name);
    ROSTER_ASSIGN_OR_RETURN(
        const std::vector<ControlStore::OrderNode> orders,
        ReadOrdersToChange(store, *fenced.view, {request.name}, std::nullopt,
                           request.meta.deadline));
    const ControlStore::OrderNode& node = orders.front();
    auto present = store.session().Exists(path, request.meta.deadline);
    if (absl::IsNotFound(present.status()))
      return fenced.view->members.Find(request.name) == nullptr
                 ? Unknown(request.name)
                 : Gone(request.name);
    if (!present.ok()) return present.status();
    if (!node.order.held()) return NotHeld(request.name);
    Changeset change;
    const absl::Time deadline = LastDeadline(node.order);
    if (deadline > absl::Now()) {
      if (!request.force)
        return base::WithReason(
            absl::FailedPreconditionError(
                TooEarly(request.name, deadline, *fenced.view)),
            "DEADLINE_NOT_PASSED",
            {{"member", request.name}, {"remedy", "force"}});
      change.forced = true;
    }
    // Neither the registration nor the order may be another by now.
    change.ops.push_back(zk::Op::Check(
        model::JoinPath(store.paths().control, request.name), node.version));
    change.ops.push_back(zk::Op::Delete(path, present->version));
    change.targets.push_back(
        {request.name, node.order.epoch, node.order.epoch});
    change.answer.czxid = present->czxid;
    return change;
  };
  ROSTER_ASSIGN_OR_RETURN(const Committed committed,
                          store.Commit(request.meta,
                                       {.action = "Evict",
                                        .reason = request.reason,
                                        .ticket = "",
                                        .targets = {request.name}},
                                       build));
  return ToMemberResult(committed);
}

absl::StatusOr<MemberResult> Forget(ControlStore& store,
                                    const MemberRequest& request) {
  const auto build =
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
    const MemberPtr member = fenced.view->members.Find(request.name);
    if (member == nullptr) return Unknown(request.name);
    auto present = store.session().Exists(
        model::JoinPath(store.options().members_path, request.name),
        request.meta.deadline);
    if (!present.ok() && !absl::IsNotFound(present.status()))
      return present.status();
    if (present.ok())
      return base::WithReason(
          absl::FailedPreconditionError(base::StrCat(
              request.name, " lives: only who is gone can be forgotten")),
          "MEMBER_PRESENT", {{"member", request.name}});
    ROSTER_ASSIGN_OR_RETURN(
        const std::vector<ControlStore::OrderNode> orders,
        ReadOrdersToChange(store, *fenced.view, {request.name}, std::nullopt,
                           request.meta.deadline));
    const ControlStore::OrderNode& node = orders.front();
    if (node.order.held())
      return base::WithReason(
          absl::FailedPreconditionError(
              base::StrCat(request.name,
                           " is held, and holds are not forgotten; bring it "
                           "online first: `rosterctl online ",
                           request.name, " --all-holds`")),
          "MEMBER_HELD", {{"member", request.name}});
    model::Order next = node.order;
    ++next.epoch;
    next.forgotten_czxid = member->czxid;
    Changeset change;
    change.ops.push_back(store.WriteOrder(node, next));
    const std::string ledger =
        model::JoinPath(store.paths().ledger, request.name);
    auto entry = store.session().Exists(ledger, request.meta.deadline);
    if (entry.ok())
      change.ops.push_back(zk::Op::Delete(ledger, entry->version));
    else if (!absl::IsNotFound(entry.status()))
      return entry.status();
    change.targets.push_back({request.name, node.order.epoch, next.epoch});
    change.answer.czxid = member->czxid;
    return change;
  };
  ROSTER_ASSIGN_OR_RETURN(const Committed committed,
                          store.Commit(request.meta,
                                       {.action = "Forget",
                                        .reason = request.reason,
                                        .ticket = "",
                                        .targets = {request.name}},
                                       build));
  return ToMemberResult(committed);
}

}  // namespace roster::monitor
