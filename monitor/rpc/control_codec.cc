#include "monitor/rpc/control_codec.h"

#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/time_codec.h"

namespace roster::monitor {

void EncodeChange(const OrderChange& change, roster::v1::OrderChange* out) {
  out->set_name(change.name);
  out->set_hold_id(change.hold_id);
  out->set_epoch_before(change.epoch_before);
  out->set_epoch(change.epoch);
  for (const std::string& id : change.released_hold_ids)
    out->add_released_hold_ids(id);
  for (const model::Hold& hold : change.holds)
    EncodeHold(hold, out->add_holds());
  out->set_never_seen(change.never_seen);
  for (const std::string& note : change.notes) out->add_notes(note);
}

void EncodeBudget(const model::Budget& budget, roster::v1::Budget* out) {
  out->set_name(budget.name);
  out->set_selector(budget.selector);
  out->set_description(budget.description);
  if (budget.kind == model::Budget::Kind::kMinAvailable)
    out->set_min_available(budget.limit.ToString());
  else
    out->set_max_unavailable(budget.limit.ToString());
}

void EncodeReport(const BudgetReport& report, roster::v1::BudgetReport* out) {
  EncodeBudget(report.budget, out->mutable_budget());
  out->set_expected(static_cast<int32_t>(report.expected));
  out->set_available(static_cast<int32_t>(report.available));
  out->set_required(static_cast<int32_t>(report.required));
  out->set_allowed(static_cast<int32_t>(report.allowed));
  out->set_asked(static_cast<int32_t>(report.asked));
  out->set_satisfied(report.satisfied());
  out->set_explanation(report.explanation);
  for (const UnavailableMember& member : report.unavailable) {
    auto* one = out->add_unavailable();
    one->set_name(member.name);
    one->set_status(EncodeStatus(member.status));
    one->set_why(member.why);
  }
}

void EncodeAudit(const AuditLine& line, roster::v1::AuditEntry* out) {
  const model::AuditEntry& entry = line.entry;
  out->set_sequence(line.sequence);
  if (IsGiven(entry.at)) *out->mutable_at() = EncodeTime(entry.at);
  out->set_actor(entry.actor.name);
  out->set_authenticated(entry.actor.authenticated);
  out->set_peer(entry.actor.peer);
  out->set_action(entry.action);
  for (const model::AuditTarget& target : entry.targets) {
    auto* one = out->add_targets();
    one->set_name(target.name);
    one->set_epoch_before(target.epoch_before);
    one->set_epoch_after(target.epoch_after);
  }
  out->set_reason(entry.reason);
  out->set_ticket(entry.ticket);
  out->set_result(entry.result);
  out->set_message(entry.message);
  out->set_forced(entry.forced);
  out->set_request_id(entry.request_id);
  out->set_monitor(entry.monitor);
}

void EncodePolicy(const model::Policy& policy, roster::v1::Policy* out) {
  auto* reporting = out->mutable_reporting();
  *reporting->mutable_min_interval() =
      EncodeDuration(policy.reporting.min_interval);
  reporting->set_max_updates_per_second(
      policy.reporting.max_updates_per_second);
  *reporting->mutable_interval() = EncodeDuration(policy.reporting.interval);
  auto* guard = out->mutable_guard();
  guard->set_disabled(!policy.guard.enabled);
  guard->set_min_departures(static_cast<int32_t>(policy.guard.min_departures));
  guard->set_ratio(policy.guard.ratio);
  *guard->mutable_window() = EncodeDuration(policy.guard.window);
  *guard->mutable_hold_for() = EncodeDuration(policy.guard.hold_for);
}

void EncodeMonitor(const MonitorInfo& monitor, bool leader, bool self,
                   roster::v1::Monitor* out) {
  out->set_id(monitor.id);
  out->set_host(monitor.host);
  out->set_pid(monitor.pid);
  out->set_version(monitor.version);
  for (const std::string& address : monitor.grpc_addresses)
    out->add_grpc_addresses(address);
  for (const std::string& address : monitor.http_addresses)
    out->add_http_addresses(address);
  if (IsGiven(monitor.started_at))
    *out->mutable_started_at() = EncodeTime(monitor.started_at);
  out->set_leader(leader);
  out->set_self(self);
}

}  // namespace roster::monitor
