#include "monitor/control/operation_plan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "model/timestamp.h"
#include "monitor/control/targets.h"
#include "monitor/state/budget_check.h"

namespace roster::monitor {
namespace {

using model::MemberStatus;
using model::Operation;
using model::OperationKind;
using model::OperationMember;
using model::OperationState;
using model::OperationStep;

bool InFlight(const OperationMember& member) {
  return member.step == OperationStep::kDraining ||
         member.step == OperationStep::kRestarting ||
         member.step == OperationStep::kVerifying;
}

const model::Hold* HoldBy(const Member& member, const std::string& owner) {
  for (const model::Hold& hold : member.order->holds)
    if (hold.owner == owner) return &hold;
  return nullptr;
}

int64_t RunningTasks(const Member& member) {
  return std::count_if(member.record.tasks.begin(), member.record.tasks.end(),
                       [](const model::Task& task) {
                         return task.state == model::TaskState::kRunning;
                       });
}

// One plan in the making.
class Planner {
 public:
  Planner(const Operation& operation, const ClusterView& view, absl::Time now)
      : view_(view),
        now_(now),
        plan_{.next = operation, .hold = {}, .release = {}} {}

  OperationPlan Make() {
    Operation& operation = plan_.next;
    if (operation.ended()) return std::move(plan_);
    if (!view_.connected) {
      operation.waiting = "the elected rosterd has lost sight of ZooKeeper";
      return std::move(plan_);
    }
    if (view_.guard) {
      operation.waiting =
          base::StrCat("the mass-loss guard is on: ", view_.guard->departures,
                       " members departed at about the same time");
      return std::move(plan_);
    }
    if (operation.state == OperationState::kScheduled) {
      if (now_ < operation.start_at) {
        operation.waiting = base::StrCat(
            "starts at ", model::FormatSeconds(operation.start_at));
        return std::move(plan_);
      }
      operation.state = OperationState::kRunning;
    }
    for (OperationMember& member : operation.members) Advance(member);
    std::string blocked = WhyStopped();
    if (blocked.empty()) blocked = BeginMore();
    EndIfDone();
    if (!operation.ended()) SetWaiting(blocked);
    return std::move(plan_);
  }

 private:
  bool restarts() const {
    return plan_.next.kind == OperationKind::kRollingRestart;
  }

  void Step(OperationMember& member, OperationStep step,
            std::string problem = "") {
    member.step = step;
    member.since = now_;
    member.problem = std::move(problem);
  }
  void Fail(OperationMember& member, std::string problem) {
    Step(member, OperationStep::kFailed, std::move(problem));
  }

  void Advance(OperationMember& member) {
    if (!InFlight(member)) return;
    const MemberPtr seen = view_.members.Find(member.name);
    if (seen == nullptr) {
      Step(member, OperationStep::kSkipped, "it was forgotten");
      return;
    }
    if (member.step == OperationStep::kDraining) AdvanceDraining(member, *seen);
    if (member.step == OperationStep::kRestarting)
      AdvanceRestarting(member, *seen);
    if (member.step == OperationStep::kVerifying)
      AdvanceVerifying(member, *seen);
  }

  void AdvanceDraining(OperationMember& member, const Member& seen) {
    const model::Hold* const hold = HoldBy(seen, plan_.next.owner);
    if (seen.present && !IsRestarted(member, seen)) member.problem.clear();
    if (hold == nullptr) {
      Step(member, OperationStep::kSkipped, "its hold was released by hand");
    } else if (restarts() && IsRestarted(member, seen)) {
      // It was its turn, and it is another process now: it was restarted. That
      // is told apart from a restart as it should be.
      Step(member, OperationStep::kRestarting,
           member.problem.empty() ? "restarted before it was seen drained"
                                  : member.problem);
    } else if (VanishedAtWork(member, seen)) {
      // Nobody knows what became of its work: that is no success. It may come
      // back, since a session can expire while the process lives.
      member.problem = "it vanished before it was drained";
      if (now_ > std::min(hold->deadline,
                          seen.departed_at + plan_.next.pacing.step_timeout))
        Fail(member,
             "it vanished before it was drained, and did not come back");
    } else if (seen.status == MemberStatus::kOffline) {
      Step(member,
           restarts() ? OperationStep::kRestarting : OperationStep::kDone);
    } else if (now_ > hold->deadline) {
      Fail(member, base::StrCat("not drained by its deadline: ",
                                RunningTasks(seen), " tasks still run"));
    }
  }

  // It was there when it was begun, and went without having said that it was
  // drained, though it could have.
  static bool VanishedAtWork(const OperationMember& member,
                             const Member& seen) {
    return member.czxid != 0 && !seen.present &&
           seen.record.applied_epoch.has_value() &&
           seen.record.state != model::ReportedState::kDrained &&
           seen.record.state != model::ReportedState::kLeaving;
  }

  // Its new incarnation has registered. A session that expired makes a new
  // registration as well; the incarnation tells them apart, if there is one.
  bool IsRestarted(const OperationMember& member, const Member& seen) const {
    return seen.present && seen.czxid != member.czxid &&
           (member.incarnation.empty() ||
            seen.record.incarnation != member.incarnation);
  }

  void AdvanceRestarting(OperationMember& member, const Member& seen) {
    if (IsRestarted(member, seen)) {
      plan_.release.push_back(member.name);
      Step(member, OperationStep::kVerifying, member.problem);
    } else if (now_ > member.since + plan_.next.pacing.step_timeout) {
      Fail(member, seen.present
                       ? "drained, but its process was not restarted in time"
                       : "gone, and not registered again in time");
    }
  }

  void AdvanceVerifying(OperationMember& member, const Member& seen) {
    const model::Pacing& pacing = plan_.next.pacing;
    if (seen.status == MemberStatus::kUp &&
        now_ >= seen.status_since + pacing.min_healthy) {
      Step(member, OperationStep::kDone, member.problem);
    } else if (now_ > member.since + pacing.step_timeout + pacing.min_healthy) {
      Fail(member, base::StrCat("not healthy in time: it is ",
                                model::MemberStatusName(seen.status)));
    }
  }

  // Begins as many members as there is room for. Returns why not more, if
  // something else than the batch is the reason.
  std::string BeginMore() {
    Operation& operation = plan_.next;
    if (operation.state != OperationState::kRunning) return "";
    if (operation.expires_at <= now_) {
      End(OperationState::kFailed, "its holds would have expired already");
      return "";
    }
    const auto counts = model::CountMembers(operation);
    int64_t room =
        operation.pacing.BatchOf(operation.members.size()) - counts.in_flight;
    std::vector<OperationMember*> chosen;
    for (OperationMember& member : operation.members) {
      if (static_cast<int64_t>(chosen.size()) >= room) break;
      if (member.step != OperationStep::kPending) continue;
      const std::string why_not = WhyNot(member);
      if (why_not.empty())
        chosen.push_back(&member);
      else
        Step(member, OperationStep::kSkipped, why_not);
    }
    std::string blocked;
    if (!operation.force) blocked = KeepWithinBudgets(chosen);
    for (OperationMember* member : chosen) Begin(*member);
    return blocked;
  }

  // Why a member needs not be begun; empty if it does.
  std::string WhyNot(const OperationMember& member) const {
    if (!restarts()) return "";
    const MemberPtr seen = view_.members.Find(member.name);
    if (seen == nullptr || !seen->present) return "it is not there";
    if (seen->order->held())
      return base::StrCat("it is held by ", seen->order->holds.front().owner);
    return "";
  }

  // Drops the last of `chosen` until the budgets allow the rest: with fewer
  // asked, no budget is less satisfied, so the cut is found by halving.
  std::string KeepWithinBudgets(std::vector<OperationMember*>& chosen) const {
    if (chosen.empty()) return "";
    if (!view_.budgets_problem.empty()) {
      chosen.clear();
      return base::StrCat("the budgets cannot be read: ",
                          view_.budgets_problem);
    }
    std::string explanation;
    const auto allowed = [&](size_t count) {
      std::vector<std::string> names;
      for (size_t i = 0; i < count; ++i) names.push_back(chosen[i]->name);
      for (const BudgetReport& report :
           CheckBudgets(view_, *view_.budgets, names))
        if (!report.satisfied()) {
          explanation = report.explanation;
          return false;
        }
      return true;
    };
    if (allowed(chosen.size())) return "";
    size_t fits = 0;
    for (size_t too_many = chosen.size(); too_many - fits > 1;) {
      const size_t middle = fits + (too_many - fits) / 2;
      (allowed(middle) ? fits : too_many) = middle;
    }
    // The explanation of the least that does not fit.
    (void)allowed(fits + 1);
    chosen.resize(fits);
    return explanation;
  }

  void Begin(OperationMember& member) {
    const MemberPtr seen = view_.members.Find(member.name);
    if (seen != nullptr && seen->present) {
      member.czxid = seen->czxid;
      member.incarnation = seen->record.incarnation;
    }
    if (plan_.next.started_at == absl::InfinitePast())
      plan_.next.started_at = now_;
    Step(member, OperationStep::kDraining);
    plan_.hold.push_back(member.name);
  }

  // Too many have failed: nobody is begun any more, but who was begun is not
  // left halfway.
  std::string WhyStopped() const {
    const int64_t limit = plan_.next.pacing.failure_limit;
    const int64_t failed = model::CountMembers(plan_.next).failed;
    if (failed <= limit) return "";
    return base::StrCat(
        failed, failed == 1 ? " member" : " members", " failed, ",
        limit == 0 ? "and none may" : base::StrCat("more than ", limit));
  }

  void EndIfDone() {
    if (plan_.next.ended()) return;
    const auto counts = model::CountMembers(plan_.next);
    if (counts.in_flight > 0) return;
    if (std::string stopped = WhyStopped(); !stopped.empty()) {
      for (OperationMember& member : plan_.next.members)
        if (member.step == OperationStep::kPending)
          Step(member, OperationStep::kSkipped, "the operation has failed");
      End(OperationState::kFailed, std::move(stopped));
    } else if (counts.pending == 0) {
      End(OperationState::kSucceeded, "");
    }
  }

  void End(OperationState state, std::string problem) {
    plan_.next.state = state;
    plan_.next.problem = std::move(problem);
    plan_.next.waiting = LeftOffline();
    plan_.next.ended_at = now_;
  }

  // Whom it leaves held though nobody wants it so, and what ends that: nobody
  // else takes care of them any more. A drain that succeeds holds its members
  // because that was asked for.
  std::string LeftOffline() const {
    const Operation& operation = plan_.next;
    if (!restarts() && operation.state == OperationState::kSucceeded) return "";
    std::vector<std::string> names;
    for (const OperationMember& member : operation.members) {
      const bool begun = member.step == OperationStep::kFailed ||
                         member.step == OperationStep::kDone;
      const MemberPtr seen = view_.members.Find(member.name);
      if (begun && seen != nullptr && HoldBy(*seen, operation.owner) != nullptr)
        names.push_back(member.name);
    }
    if (names.empty()) return "";
    return base::StrCat(Enumerate(names), names.size() == 1 ? " was" : " were",
                        " left offline, held by ", operation.owner,
                        "; `rosterctl operation ", operation.id,
                        " --cancel --release` brings ",
                        names.size() == 1 ? "it" : "them", " online");
  }

  void SetWaiting(const std::string& blocked) {
    Operation& operation = plan_.next;
    if (operation.state == OperationState::kPaused) {
      operation.waiting = operation.problem;
      return;
    }
    std::map<OperationStep, std::vector<std::string>> by_step;
    for (const OperationMember& member : operation.members)
      if (InFlight(member)) by_step[member.step].push_back(member.name);
    std::string waiting;
    const auto add = [&](OperationStep step, std::string_view what) {
      if (by_step[step].empty()) return;
      waiting = base::StrCat(waiting, waiting.empty() ? "" : "; ", what,
                             Enumerate(by_step[step]));
    };
    add(OperationStep::kDraining, "draining ");
    add(OperationStep::kRestarting, "waiting for the restart of ");
    add(OperationStep::kVerifying, "watching the health of ");
    if (!blocked.empty())
      waiting = base::StrCat(blocked, waiting.empty() ? "" : "; ", waiting);
    operation.waiting = std::move(waiting);
  }

  const ClusterView& view_;
  const absl::Time now_;
  OperationPlan plan_;
};

}  // namespace

OperationPlan PlanOperation(const Operation& operation, const ClusterView& view,
                            absl::Time now) {
  return Planner(operation, view, now).Make();
}

model::Hold HoldOf(const Operation& operation, std::string id, absl::Time now) {
  return {
      .id = std::move(id),
      .owner = operation.owner,
      .mode = operation.mode,
      .reason = operation.reason,
      .ticket = operation.ticket,
      .created_at = now,
      .deadline = std::min(operation.deadline, now + operation.drain_timeout),
      .expires_at =
          std::min(operation.expires_at, now + operation.expire_after),
      .restart = operation.kind == OperationKind::kRollingRestart};
}

}  // namespace roster::monitor
