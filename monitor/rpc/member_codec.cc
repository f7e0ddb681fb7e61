#include "monitor/rpc/member_codec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace roster::monitor {
namespace {

bool IsGiven(absl::Time time) {
  return time != absl::InfinitePast() && time != absl::InfiniteFuture();
}

google::protobuf::Timestamp EncodeTime(absl::Time time) {
  // google.protobuf.Timestamp ends with the year 9999.
  static const absl::Time kFirst = absl::FromUnixSeconds(-62'135'596'800);
  static const absl::Time kLast = absl::FromUnixSeconds(253'402'300'799);
  time = std::clamp(time, kFirst, kLast);
  const int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp out;
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return out;
}

google::protobuf::Duration EncodeDuration(absl::Duration duration) {
  google::protobuf::Duration out;
  out.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return out;
}

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

void EncodeHold(const model::Hold& hold, roster::v1::Hold* out) {
  out->set_id(hold.id);
  out->set_owner(hold.owner);
  out->set_mode(hold.mode == model::HoldMode::kDrain
                    ? roster::v1::HOLD_MODE_DRAIN
                    : roster::v1::HOLD_MODE_IMMEDIATE);
  out->set_reason(hold.reason);
  out->set_ticket(hold.ticket);
  if (IsGiven(hold.created_at))
    *out->mutable_created_at() = EncodeTime(hold.created_at);
  if (IsGiven(hold.deadline))
    *out->mutable_deadline() = EncodeTime(hold.deadline);
  if (IsGiven(hold.expires_at))
    *out->mutable_expires_at() = EncodeTime(hold.expires_at);
}

// What the member says of itself.
void EncodeRecord(const Member& member, roster::v1::Member* out) {
  const model::MemberRecord& record = member.record;
  if (!member.opaque())
    out->set_reported_state(EncodeReportedState(record.state));
  out->set_state_reason(record.state_reason);
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

}  // namespace

void EncodeMember(const Member& member, roster::v1::Member* out) {
  out->set_name(member.name);
  out->set_cluster(member.cluster);
  out->set_status(EncodeStatus(member.status));
  if (IsGiven(member.status_since))
    *out->mutable_status_since() = EncodeTime(member.status_since);
  out->set_present(member.present);
  out->set_opaque(member.opaque());
  out->set_opaque_reason(member.opaque_reason);
  out->set_record_warning(member.record_warning);
  EncodeRecord(member, out);
  if (IsGiven(member.joined_at))
    *out->mutable_joined_at() = EncodeTime(member.joined_at);
  if (IsGiven(member.written_at))
    *out->mutable_written_at() = EncodeTime(member.written_at);
  if (IsGiven(member.departed_at))
    *out->mutable_departed_at() = EncodeTime(member.departed_at);
  if (member.order.epoch != 0 || member.order.held() ||
      !member.order_problem.empty()) {
    out->mutable_desired()->set_epoch(member.order.epoch);
    out->mutable_desired()->set_problem(member.order_problem);
    for (const model::Hold& hold : member.order.holds)
      EncodeHold(hold, out->mutable_desired()->add_holds());
  }
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
}

void EncodeEvent(const Event& event, const std::string& log_id,
                 roster::v1::Event* out) {
  out->set_sequence(event.sequence);
  out->set_log_id(log_id);
  if (IsGiven(event.at)) *out->mutable_at() = EncodeTime(event.at);
  out->set_type(EncodeEventType(event.type));
  out->set_cluster(event.cluster);
  out->set_member(event.member);
  if (!event.member.empty()) {
    out->set_status(EncodeStatus(event.status));
    if (event.type != EventType::kJoined || event.previous_czxid != 0)
      out->set_previous_status(EncodeStatus(event.previous_status));
  }
  out->set_czxid(event.czxid);
  out->set_previous_czxid(event.previous_czxid);
  out->set_incarnation(event.incarnation);
  out->set_task_id(event.task_id);
  out->set_detail(event.detail);
  out->set_while_blind(event.while_blind);
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

roster::v1::EventType EncodeEventType(EventType type) {
  switch (type) {
    case EventType::kViewSynced:
      return roster::v1::EVENT_TYPE_VIEW_SYNCED;
    case EventType::kViewStale:
      return roster::v1::EVENT_TYPE_VIEW_STALE;
    case EventType::kJoined:
      return roster::v1::EVENT_TYPE_JOINED;
    case EventType::kReplaced:
      return roster::v1::EVENT_TYPE_REPLACED;
    case EventType::kLeft:
      return roster::v1::EVENT_TYPE_LEFT;
    case EventType::kLost:
      return roster::v1::EVENT_TYPE_LOST;
    case EventType::kForgotten:
      return roster::v1::EVENT_TYPE_FORGOTTEN;
    case EventType::kStatusChanged:
      return roster::v1::EVENT_TYPE_STATUS_CHANGED;
    case EventType::kTaskStarted:
      return roster::v1::EVENT_TYPE_TASK_STARTED;
    case EventType::kTaskSucceeded:
      return roster::v1::EVENT_TYPE_TASK_SUCCEEDED;
    case EventType::kTaskFailed:
      return roster::v1::EVENT_TYPE_TASK_FAILED;
    case EventType::kTaskCancelled:
      return roster::v1::EVENT_TYPE_TASK_CANCELLED;
    case EventType::kTaskStalled:
      return roster::v1::EVENT_TYPE_TASK_STALLED;
    case EventType::kTaskAdvanced:
      return roster::v1::EVENT_TYPE_TASK_ADVANCED;
    case EventType::kRecordUnreadable:
      return roster::v1::EVENT_TYPE_RECORD_UNREADABLE;
    case EventType::kRecordReadable:
      return roster::v1::EVENT_TYPE_RECORD_READABLE;
  }
  return roster::v1::EVENT_TYPE_UNSPECIFIED;
}

}  // namespace roster::monitor
