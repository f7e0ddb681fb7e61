#include "monitor/rpc/leader_codec.h"

#include <utility>

#include "base/status_macros.h"
#include "base/utf8.h"
#include "monitor/rpc/coordination_codec.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/rpc/time_codec.h"

namespace roster::monitor {
namespace {

namespace v1 = roster::v1;

v1::LeaderSource EncodeSource(LeaderSource source) {
  switch (source) {
    case LeaderSource::kLive:
      return v1::LEADER_SOURCE_LIVE;
    case LeaderSource::kLastKnown:
      return v1::LEADER_SOURCE_LAST_KNOWN;
    case LeaderSource::kDesignated:
      return v1::LEADER_SOURCE_DESIGNATED;
  }
  return v1::LEADER_SOURCE_UNSPECIFIED;
}

void EncodeLeader(const LeaderAnswer& in, v1::Leader* out) {
  out->set_name(base::ToValidUtf8(in.name));
  if (in.source == LeaderSource::kDesignated) return;
  const coordination::Leader& leader = *in.leader;
  out->set_path(base::ToValidUtf8(leader.node_path));
  Encode(NodeData{.bytes = leader.data.substr(0, kShownDataBytes),
                  .size = static_cast<int64_t>(leader.data_size)},
         out->mutable_data());
  out->set_fencing_token(leader.token);
  out->set_session_id(SessionText(leader.session_id));
  if (IsGiven(leader.since))
    *out->mutable_create_time() = EncodeTime(leader.since);
}

// What both changes have in common.
template <typename Request>
absl::StatusOr<DesignateRequest> DecodeChange(const Request& in,
                                              RequestMeta meta,
                                              Presence reason) {
  ROSTER_RETURN_IF_ERROR(CheckText("reason", in.reason(), kMaxReason, reason));
  DesignateRequest request{.meta = std::move(meta),
                           .target = {.name = in.name(), .path = in.path()},
                           .reason = in.reason()};
  if (in.has_expected_version()) {
    if (in.expected_version() < 0)
      return BadField("expected_version", "less than 0");
    request.expected_version = in.expected_version();
  }
  return request;
}

}  // namespace

void Encode(const LeaderAnswer& in, v1::GetLeaderResponse* out) {
  if (in.leader) EncodeLeader(in, out->mutable_leader());
  out->set_source(EncodeSource(in.source));
  if (IsGiven(in.as_of)) *out->mutable_as_of() = EncodeTime(in.as_of);
  out->set_connected(in.connected);
  if (in.designation) Encode(*in.designation, out->mutable_designation());
}

void Encode(const StoredDesignation& in, v1::Designation* out) {
  const model::Designation& designation = in.designation;
  out->set_name(base::ToValidUtf8(in.election.name));
  out->set_path(base::ToValidUtf8(in.election.path));
  for (const std::string& leader : designation.leaders)
    out->add_leaders(leader);
  out->set_hand_back(designation.hand_back == model::HandBack::kImmediate
                         ? v1::HAND_BACK_IMMEDIATE
                         : v1::HAND_BACK_WHEN_LEADER_ENDS);
  out->set_actor(designation.actor.name);
  out->set_reason(designation.reason);
  if (IsGiven(designation.at))
    *out->mutable_update_time() = EncodeTime(designation.at);
  out->set_version(designation.version);
  if (designation.settle > absl::ZeroDuration())
    *out->mutable_settle() = EncodeDuration(designation.settle);
}

absl::StatusOr<DesignateRequest> DecodeDesignate(
    const v1::DesignateLeaderRequest& in, RequestMeta meta) {
  ROSTER_ASSIGN_OR_RETURN(
      DesignateRequest request,
      DecodeChange(in, std::move(meta), Presence::kRequired));
  model::Designation& designation = request.designation.emplace();
  designation.leaders = {in.leaders().begin(), in.leaders().end()};
  // Nobody would miss a candidate whose name is that of two: it may come later.
  for (const std::string& leader : designation.leaders)
    if (leader.find(',') != leader.npos)
      return BadField("leaders",
                      "a name has a comma; each is an element of its own");
  switch (in.hand_back()) {
    case v1::HAND_BACK_UNSPECIFIED:
    case v1::HAND_BACK_IMMEDIATE:
      break;
    case v1::HAND_BACK_WHEN_LEADER_ENDS:
      designation.hand_back = model::HandBack::kWhenLeaderEnds;
      break;
    default:
      return BadField("hand_back", "not one that is known");
  }
  if (in.has_settle()) {
    ROSTER_ASSIGN_OR_RETURN(
        designation.settle,
        CheckedDuration("settle", in.settle(), Zero::kAllowed));
  }
  ROSTER_RETURN_IF_ERROR(model::ValidateDesignation(designation));
  return request;
}

absl::StatusOr<DesignateRequest> DecodeClear(
    const v1::ClearDesignationRequest& in, RequestMeta meta) {
  return DecodeChange(in, std::move(meta), Presence::kOptional);
}

}  // namespace roster::monitor
