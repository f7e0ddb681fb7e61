#include "registrar/c/convert.h"
#include "registrar/c/handle.h"

namespace roster::registrar::c {
namespace {

roster_state ToC(model::ReportedState state) {
  switch (state) {
    case model::ReportedState::kStarting:
      return ROSTER_STATE_STARTING;
    case model::ReportedState::kUp:
      return ROSTER_STATE_UP;
    case model::ReportedState::kDegraded:
      return ROSTER_STATE_DEGRADED;
    case model::ReportedState::kDraining:
      return ROSTER_STATE_DRAINING;
    case model::ReportedState::kDrained:
      return ROSTER_STATE_DRAINED;
    case model::ReportedState::kLeaving:
      return ROSTER_STATE_LEAVING;
  }
  return ROSTER_STATE_NONE;
}

roster_connection ToC(zk::ConnectionState state) {
  switch (state) {
    case zk::ConnectionState::kConnecting:
      return ROSTER_CONNECTION_CONNECTING;
    case zk::ConnectionState::kConnected:
      return ROSTER_CONNECTION_CONNECTED;
    case zk::ConnectionState::kSuspended:
      return ROSTER_CONNECTION_SUSPENDED;
    case zk::ConnectionState::kLost:
      return ROSTER_CONNECTION_LOST;
  }
  return 0;
}

}  // namespace

roster_status ToC(const RegistrarStatus& status) {
  roster_status to = {};
  to.size = sizeof to;
  to.registered = status.registered ? 1 : 0;
  to.since_ms = ToMillis(status.since);
  Tell(status.reason, &to.reason);
  to.connection = ToC(status.connection);
  to.session_id = status.session_id;
  to.czxid = status.czxid;
  to.reported_state = ToC(status.reported_state);
  to.written_state =
      status.written_state ? ToC(*status.written_state) : ROSTER_STATE_NONE;
  to.applied_epoch = status.applied_epoch.value_or(-1);
  to.held = status.held ? 1 : 0;
  to.drain_deadline_ms = ToMillis(status.drain_deadline);
  to.update_interval_ms = absl::ToInt64Milliseconds(status.update_interval);
  Tell(status.write_error, &to.write_error);
  Tell(status.order_error, &to.order_error);
  Tell(status.policy_error, &to.policy_error);
  CopyText(status.record_warning, to.record_warning, sizeof to.record_warning);
  to.registrations = status.registrations;
  to.writes = status.writes;
  to.coalesced = status.coalesced;
  return to;
}

}  // namespace roster::registrar::c

extern "C" const char* roster_state_name(roster_state state) {
  switch (state) {
    case ROSTER_STATE_STARTING:
      return "STARTING";
    case ROSTER_STATE_UP:
      return "UP";
    case ROSTER_STATE_DEGRADED:
      return "DEGRADED";
    case ROSTER_STATE_DRAINING:
      return "DRAINING";
    case ROSTER_STATE_DRAINED:
      return "DRAINED";
    case ROSTER_STATE_LEAVING:
      return "LEAVING";
    default:
      return "NONE";
  }
}
