#include "monitor/rpc/member_codec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "monitor/rpc/time_codec.h"

namespace roster::monitor {
namespace {

roster::v1::ReportedState EncodeReportedState(model::ReportedState state) {
  switch (state) {
    case model::ReportedState::kStarting:
      return roster::v1::REPORTED_STATE_STARTING;
    case model::ReportedState::kUp:
      return roster::v1::REPORTED_STATE_UP;
    case model::ReportedState::kDegraded:
      return roster::v1::REPORTED_STATE_DEGRADED;
    case model::ReportedState::kDraining:
      return roster::v1::REPORTED_STATE_DRAINING;
    case model::ReportedState::kDrained:
      return roster::v1::REPORTED_STATE_DRAINED;
    case model::ReportedState::kLeaving:
      return roster::v1::REPORTED_STATE_LEAVING;
  }
  return roster::v1::REPORTED_STATE_UNSPECIFIED;
}

roster::v1::TaskState EncodeTaskState(model::TaskState state) {
  switch (state) {
    case model::TaskState::kRunning:
      return roster::v1::TASK_STATE_RUNNING;
    case model::TaskState::kSucceeded:
      return roster::v1::TASK_STATE_SUCCEEDED;
    case model::TaskState::kFailed:
      return roster::v1::TASK_STATE_FAILED;
    case model::TaskState::kCancelled:
      return roster::v1::TASK_STATE_CANCELLED;
  }
  return roster::v1::TASK_STATE_UNSPECIFIED;
}

void EncodeTask(const model::Task& task, const TaskProgress* progress,
                roster::v1::Task* out) {
  out->set_id(task.id);
  out->set_name(task.name);
  out->set_state(EncodeTaskState(task.state));
  out->set_done(task.done);
  if (task.total) {
    out->set_total(*task.total);
    // Nothing to do is all done.
    out->set_progress_ratio(
        *task.total > 0 ? std::clamp(task.done / *task.total, 0.0, 1.0) : 1.0);
  }
  out->set_unit(task.unit);
  out->set_message(task.message);
  if (IsGiven(task.started_at))
    *out->mutable_started_at() = EncodeTime(task.started_at);
  if (IsGiven(task.updated_at))
    *out->mutable_updated_at() = EncodeTime(task.updated_at);
  if (task.stall_after < absl::InfiniteDuration())
    *out->mutable_stall_after() = EncodeDuration(task.stall_after);
  if (progress == nullptr) return;
  out->set_stalled(progress->stalled);
  if (IsGiven(progress->advanced_at))
    *out->mutable_advanced_at() = EncodeTime(progress->advanced_at);
  if (progress->rate_per_second)
    out->set_rate_per_second(*progress->rate_per_second);
  if (progress->expected_end && IsGiven(*progress->expected_end))
    *out->mutable_expected_end() = EncodeTime(*progress->expected_end);
}

// What the member says of itself.
void EncodeRecord(const Member& member, roster::v1::Member* out) {
  const model::MemberRecord& record = member.record;
  if (!member.opaque())
    out->set_reported_state(EncodeReportedState(record.state));
  out->set_state_reason(std::string(member.reason()));
  out->set_service(record.service);
  out->set_version(record.version);
  out->set_incarnation(record.incarnation);
  if (record.writer != model::Writer{}) {
    out->mutable_writer()->set_host_id(record.writer.host_id);
    out->mutable_writer()->set_pid(record.writer.pid);
  }
  for (const auto& [name, address] : record.endpoints)
    (*out->mutable_endpoints())[name] = address;
  for (const auto& [name, value] : record.labels)
    (*out->mutable_labels())[name] = value;
  for (const auto& [name, value] : record.gauges)
    (*out->mutable_gauges())[name] = value;
  for (size_t i = 0; i < record.tasks.size(); ++i) {
    // What is gone has neither speed nor end.
    const bool known = member.present && i < member.progress.size();
    EncodeTask(record.tasks[i], known ? &member.progress[i] : nullptr,
               out->add_tasks());
  }
  if (IsGiven(record.started_at))
    *out->mutable_started_at() = EncodeTime(record.started_at);
  if (IsGiven(record.updated_at))
    *out->mutable_updated_at() = EncodeTime(record.updated_at);
  if (record.applied_epoch) out->set_applied_epoch(*record.applied_epoch);
}

roster::v1::MassLossCause EncodeCause(MassLossCause cause) {
  switch (cause) {
    case MassLossCause::kSessionsExpired:
      return roster::v1::MASS_LOSS_CAUSE_SESSIONS_EXPIRED;
    case MassLossCause::kCleanLeave:
      return roster::v1::MASS_LOSS_CAUSE_CLEAN_LEAVE;
    case MassLossCause::kFoundMissing:
      return roster::v1::MASS_LOSS_CAUSE_FOUND_MISSING;
  }
  return roster::v1::MASS_LOSS_CAUSE_UNSPECIFIED;
}

void EncodeGuard(const GuardAlarm& alarm, roster::v1::GuardAlarm* out) {
  out->set_cause(EncodeCause(alarm.cause));
  out->set_departures(alarm.departures);
  out->set_sessions(alarm.sessions);
  out->set_members(alarm.members);
  if (IsGiven(alarm.since)) *out->mutable_since() = EncodeTime(alarm.since);
  if (IsGiven(alarm.ends_at))
    *out->mutable_ends_at() = EncodeTime(alarm.ends_at);
}

}  // namespace

roster::v1::HoldMode EncodeHoldMode(model::HoldMode mode) {
  return mode == model::HoldMode::kDrain ? roster::v1::HOLD_MODE_DRAIN
                                         : roster::v1::HOLD_MODE_IMMEDIATE;
}

void EncodeHold(const model::Hold& hold, roster::v1::Hold* out) {
  out->set_id(hold.id);
  out->set_owner(hold.owner);
  out->set_mode(EncodeHoldMode(hold.mode));
  out->set_reason(hold.reason);
  out->set_ticket(hold.ticket);
  if (IsGiven(hold.created_at))
    *out->mutable_created_at() = EncodeTime(hold.created_at);
  if (IsGiven(hold.deadline))
    *out->mutable_deadline() = EncodeTime(hold.deadline);
  if (IsGiven(hold.expires_at))
    *out->mutable_expires_at() = EncodeTime(hold.expires_at);
  out->set_restart(hold.restart);
}

void EncodeDesired(const model::Order& order, const std::string& problem,
                   roster::v1::Desired* out) {
  out->set_epoch(order.epoch);
  out->set_problem(problem);
  for (const model::Hold& hold : order.holds)
    EncodeHold(hold, out->add_holds());
}

void EncodeMember(const Member& member, roster::v1::Member* out) {
  out->set_name(member.name);
  out->set_cluster(*member.cluster);
  out->set_status(EncodeStatus(member.status));
  if (IsGiven(member.status_since))
    *out->mutable_status_since() = EncodeTime(member.status_since);
  out->set_present(member.present);
  out->set_opaque(member.opaque());
  out->set_opaque_reason(member.problems->opaque_reason);
  out->set_record_warning(member.problems->record_warning);
  EncodeRecord(member, out);
  if (IsGiven(member.joined_at))
    *out->mutable_joined_at() = EncodeTime(member.joined_at);
  if (IsGiven(member.written_at))
    *out->mutable_written_at() = EncodeTime(member.written_at);
  if (IsGiven(member.departed_at))
    *out->mutable_departed_at() = EncodeTime(member.departed_at);
  if (member.order->epoch != 0 || member.held() ||
      !member.problems->order.empty()) {
    EncodeDesired(*member.order, member.problems->order,
                  out->mutable_desired());
  }
  out->set_never_seen(member.never_seen());
  out->set_drain_overdue(member.drain_overdue);
  out->set_czxid(member.czxid);
  out->set_mzxid(member.mzxid);
  out->set_data_version(member.data_version);
  if (member.session_id != 0)
    out->set_session_id(absl::StrCat("0x", absl::Hex(member.session_id)));
  out->set_record_bytes(member.record_bytes);
  out->set_revision(member.revision);
}

void EncodeViewInfo(const ClusterView& view, const std::string& view_id,
                    roster::v1::ViewInfo* out) {
  out->set_revision(view.revision);
  out->set_view_id(view_id);
  out->set_connected(view.connected);
  out->set_synced(view.synced);
  if (IsGiven(view.as_of)) *out->mutable_as_of() = EncodeTime(view.as_of);
  out->set_disconnect_reason(view.disconnect_reason);
  if (view.guard) EncodeGuard(*view.guard, out->mutable_guard());
  if (view.blind_cause == BlindCause::kMonitorBlind)
    out->set_blind_cause(roster::v1::BLIND_CAUSE_MONITOR_BLIND);
  if (view.blind_cause == BlindCause::kQuorumLost)
    out->set_blind_cause(roster::v1::BLIND_CAUSE_QUORUM_LOST);
}

void EncodeSummary(const ClusterView& view, const std::string& view_id,
                   roster::v1::ClusterSummary* out) {
  out->set_cluster(view.cluster);
  out->set_members_path(view.members_path);
  EncodeViewInfo(view, view_id, out->mutable_view());
  for (const model::MemberStatus status : model::kAllMemberStatuses) {
    auto* count = out->add_counts();
    count->set_status(EncodeStatus(status));
    count->set_count(view.count_by_status[static_cast<size_t>(status)]);
  }
  int64_t present = 0;
  view.members.ForEach(
      [&](const MemberPtr& member) { present += member->present ? 1 : 0; });
  out->set_present(present);
  out->set_opaque(view.opaque_count);
  out->set_running_tasks(view.running_task_count);
  out->set_stalled_tasks(view.stalled_task_count);
  out->set_held(view.held_count);
  out->set_overdue(view.overdue_count);
  out->set_broken_orders(view.broken_order_count);
  if (view.guard) EncodeGuard(*view.guard, out->mutable_guard());
  if (!view.monitors->empty()) out->set_leader_id(view.monitors->front().id);
  out->set_monitors(static_cast<int32_t>(view.monitors->size()));
  for (const auto& [id, stored] : *view.operations)
    if (!stored->operation.ended() && stored->problem.empty())
      out->set_active_operations(out->active_operations() + 1);
  out->set_budgets_problem(view.budgets_problem);
  out->set_policy_problem(view.policy_problem);
}

roster::v1::MemberStatus EncodeStatus(model::MemberStatus status) {
  switch (status) {
    case model::MemberStatus::kStarting:
      return roster::v1::MEMBER_STATUS_STARTING;
    case model::MemberStatus::kUp:
      return roster::v1::MEMBER_STATUS_UP;
    case model::MemberStatus::kDegraded:
      return roster::v1::MEMBER_STATUS_DEGRADED;
    case model::MemberStatus::kDraining:
      return roster::v1::MEMBER_STATUS_DRAINING;
    case model::MemberStatus::kOffline:
      return roster::v1::MEMBER_STATUS_OFFLINE;
    case model::MemberStatus::kLost:
      return roster::v1::MEMBER_STATUS_LOST;
    case model::MemberStatus::kLeft:
      return roster::v1::MEMBER_STATUS_LEFT;
  }
  return roster::v1::MEMBER_STATUS_UNSPECIFIED;
}

}  // namespace roster::monitor
