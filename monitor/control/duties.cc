#include "monitor/control/duties.h"

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "monitor/control/cleanup.h"
#include "monitor/control/operation_runner.h"
#include "monitor/control/order_edit.h"
#include "zk/op_batch.h"

namespace roster::monitor {
namespace {

// One duty may block operators' commands for so long.
constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr absl::Duration kIntervalPeriod = absl::Seconds(10);
constexpr absl::Duration kCleanupPeriod = absl::Minutes(10);
// Joins and departures that follow each other closely are written together.
constexpr absl::Duration kLedgerPeriod = absl::Milliseconds(250);
constexpr size_t kMaxExpiredAtOnce = 100;
constexpr size_t kMaxExpiredBytes = 800 * 1024;

}  // namespace

Duties::Duties(ControlStore& store)
    : store_(store),
      prepare_("prepare", store.options().log),
      holds_("holds", store.options().log),
      operations_("operations", store.options().log),
      keep_ledger_("ledger", store.options().log),
      interval_("interval", store.options().log),
      cleanup_("cleanup", store.options().log),
      ledger_(store) {}

void Duties::OnElected() {
  ledger_.Reset();
  next_interval_ = next_ledger_ = absl::InfinitePast();
  next_cleanup_ = absl::Now() + kCleanupPeriod;
}

void Duties::Run(const std::string& leader_node, const ClusterView& view) {
  if (!view.connected || !view.synced) return;
  const absl::Time now = absl::Now();
  const auto run = [&](DutyRecord& record, auto duty) {
    if (!record.due(now)) return;
    record.Note(duty(absl::Now() + kPatience), absl::Now());
  };
  run(holds_, [&](absl::Time deadline) {
    return ExpireHolds(leader_node, view, deadline);
  });
  run(operations_, [&](absl::Time deadline) {
    return RunOperations(store_, leader_node, view, deadline);
  });
  if (now >= next_ledger_) {
    run(keep_ledger_, [&](absl::Time deadline) {
      return ledger_.Update(leader_node, view, deadline);
    });
    next_ledger_ = absl::Now() + kLedgerPeriod;
  }
  if (now >= next_interval_) {
    run(interval_, [&](absl::Time deadline) {
      return DeriveInterval(leader_node, view, deadline);
    });
    next_interval_ = now + kIntervalPeriod;
  }
  if (now >= next_cleanup_) {
    run(cleanup_, [&](absl::Time deadline) {
      return CleanUp(store_, leader_node, view, deadline);
    });
    next_cleanup_ = now + kCleanupPeriod;
  }
}

void Duties::NotePreparation(const absl::Status& status) {
  prepare_.Note(status, absl::Now());
}

std::vector<std::pair<std::string_view, uint64_t>> Duties::failures() const {
  std::vector<std::pair<std::string_view, uint64_t>> failures;
  for (const DutyRecord* record :
       {&prepare_, &holds_, &operations_, &keep_ledger_, &interval_, &cleanup_})
    failures.emplace_back(record->name(), record->failures());
  return failures;
}

absl::Status Duties::ExpireHolds(const std::string& leader_node,
                                 const ClusterView& view, absl::Time deadline) {
  const absl::Time now = absl::Now();
  if (view.held_count == 0) return absl::OkStatus();
  std::vector<std::string> names;
  view.members.ForEach([&](const MemberPtr& member) {
    for (const model::Hold& hold : member->order->holds)
      if (hold.expires_at <= now && names.size() < kMaxExpiredAtOnce) {
        names.push_back(member->name);
        break;
      }
  });
  if (names.empty()) return absl::OkStatus();
  const HoldFilter expired{
      .all = true, .ids = {}, .owner = "", .expired_by = now};
  return store_.CommitDuty(
      {.action = model::kExpireHold,
       .reason = "the hold has expired",
       .ticket = "",
       .targets = {}},
      leader_node, deadline,
      [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
        ROSTER_ASSIGN_OR_RETURN(
            const auto orders,
            store_.ReadOrders(names, *fenced.view, deadline));
        Changeset change;
        size_t room = kMaxExpiredBytes;
        for (const auto& node : orders) {
          std::vector<std::string> released;
          if (!node.problem.ok()) continue;
          const auto next = ReleaseHolds(node.order, expired, released);
          if (!next) continue;
          zk::Op op = store_.WriteOrder(node, *next);
          // The name is in the audit as well. Who does not fit has the next
          // turn.
          const size_t bytes = zk::PacketBytes(op) + node.name.size();
          if (bytes > room) continue;
          room -= bytes;
          change.ops.push_back(std::move(op));
          change.targets.push_back({node.name, node.order.epoch, next->epoch});
        }
        return change;
      });
}

absl::Status Duties::DeriveInterval(const std::string& leader_node,
                                    const ClusterView& view,
                                    absl::Time deadline) {
  // A policy that cannot be read is not overwritten.
  if (!view.policy_problem.empty()) return absl::OkStatus();
  int64_t present = 0;
  view.members.ForEach(
      [&](const MemberPtr& member) { present += member->present; });
  const auto interval_of = [&](const model::Policy& policy) {
    return model::DeriveInterval(policy.reporting, present,
                                 policy.reporting.interval);
  };
  if (interval_of(*view.policy) == view.policy->reporting.interval)
    return absl::OkStatus();
  auto node = store_.session().Get(store_.paths().policy, deadline);
  if (!node.ok() && !absl::IsNotFound(node.status())) return node.status();
  model::Policy policy;
  if (node.ok()) {
    ROSTER_ASSIGN_OR_RETURN(policy, model::ParsePolicy(node->data));
  }
  policy.reporting.interval = interval_of(policy);
  std::string data = model::SerializePolicy(policy);
  std::vector<zk::Op> ops;
  ops.push_back(zk::Op::Check(leader_node, zk::kAnyVersion));
  ops.push_back(node.ok()
                    ? zk::Op::Set(store_.paths().policy, std::move(data),
                                  node->stat.version)
                    : zk::Op::Create(store_.paths().policy, std::move(data),
                                     zk::CreateMode::kPersistent));
  return store_.session().Multi(std::move(ops), deadline);
}

}  // namespace roster::monitor
