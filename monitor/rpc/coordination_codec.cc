#include "monitor/rpc/coordination_codec.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/rpc/time_codec.h"

namespace roster::monitor {
namespace {

namespace v1 = roster::v1;

google::protobuf::Timestamp* SetTime(absl::Time time,
                                     google::protobuf::Timestamp* out) {
  *out = EncodeTime(time);
  return out;
}

// What was cut short may end in half a character.
std::string_view WithoutHalfCharacter(const NodeData& data) {
  constexpr size_t kLongestCharacter = 4;
  const bool cut = data.bytes.size() < static_cast<size_t>(data.size);
  std::string_view text = data.bytes;
  for (size_t i = 1; cut && i < kLongestCharacter && i <= text.size(); ++i) {
    const std::string_view shorter = text.substr(0, text.size() - i + 1);
    if (base::IsValidUtf8(shorter)) return shorter;
  }
  return text;
}

void EncodeData(const NodeData& in, v1::NodeData* out) {
  const std::string_view text = WithoutHalfCharacter(in);
  if (base::IsValidUtf8(text))
    out->set_text(std::string(text));
  else
    out->set_binary(in.bytes);
  out->set_size_bytes(in.size);
  out->set_truncated(static_cast<size_t>(in.size) > in.bytes.size());
}

void EncodeForeign(const ForeignNodes& in, v1::ForeignNodes* out) {
  out->set_count(static_cast<int64_t>(in.count));
  for (const std::string& node : in.nodes)
    out->add_nodes(base::ToValidUtf8(node));
}

template <typename Messages>
void EncodeAll(const std::vector<Contender>& in, Messages* out) {
  for (const Contender& contender : in) Encode(contender, out->Add());
}

v1::NodeFormat EncodeFormat(NodeFormat format) {
  switch (format) {
    case NodeFormat::kUnknown:
      return v1::NODE_FORMAT_UNSPECIFIED;
    case NodeFormat::kCurator:
      return v1::NODE_FORMAT_CURATOR;
    case NodeFormat::kKazoo:
      return v1::NODE_FORMAT_KAZOO;
    case NodeFormat::kRoster:
      return v1::NODE_FORMAT_ROSTER;
  }
  return v1::NODE_FORMAT_UNSPECIFIED;
}

v1::ContenderRole EncodeRole(ContenderRole role) {
  switch (role) {
    case ContenderRole::kNone:
      return v1::CONTENDER_ROLE_UNSPECIFIED;
    case ContenderRole::kExclusive:
      return v1::CONTENDER_ROLE_EXCLUSIVE;
    case ContenderRole::kRead:
      return v1::CONTENDER_ROLE_READ;
    case ContenderRole::kWrite:
      return v1::CONTENDER_ROLE_WRITE;
    case ContenderRole::kLease:
      return v1::CONTENDER_ROLE_LEASE;
  }
  return v1::CONTENDER_ROLE_UNSPECIFIED;
}

v1::LockKind EncodeKind(LockKind kind) {
  switch (kind) {
    case LockKind::kUnknown:
      return v1::LOCK_KIND_UNSPECIFIED;
    case LockKind::kExclusive:
      return v1::LOCK_KIND_EXCLUSIVE;
    case LockKind::kReadWrite:
      return v1::LOCK_KIND_READ_WRITE;
    case LockKind::kSemaphore:
      return v1::LOCK_KIND_SEMAPHORE;
  }
  return v1::LOCK_KIND_UNSPECIFIED;
}

v1::ElectionKind EncodeKind(ElectionKind kind) {
  switch (kind) {
    case ElectionKind::kUnknown:
      return v1::ELECTION_KIND_UNSPECIFIED;
    case ElectionKind::kLine:
      return v1::ELECTION_KIND_LINE;
    case ElectionKind::kStatic:
      return v1::ELECTION_KIND_STATIC;
  }
  return v1::ELECTION_KIND_UNSPECIFIED;
}

v1::BarrierKind EncodeKind(BarrierKind kind) {
  switch (kind) {
    case BarrierKind::kBar:
      return v1::BARRIER_KIND_BAR;
    case BarrierKind::kCount:
      return v1::BARRIER_KIND_COUNT;
    case BarrierKind::kDouble:
      return v1::BARRIER_KIND_DOUBLE;
  }
  return v1::BARRIER_KIND_UNSPECIFIED;
}

void EncodeItem(const QueuedItem& in, v1::QueueItem* out) {
  out->set_node(base::ToValidUtf8(in.node));
  out->set_sequence(in.sequence);
  out->set_priority(in.priority);
  if (IsGiven(in.not_before)) SetTime(in.not_before, out->mutable_not_before());
  if (IsGiven(in.created)) SetTime(in.created, out->mutable_create_time());
  EncodeData(in.data, out->mutable_data());
  for (const Contender& taken_by : in.taken_by)
    Encode(taken_by, out->mutable_taken_by());
  out->set_format(EncodeFormat(in.format));
}

// Of both changes.
template <typename Request>
absl::Status CheckReason(const Request& in) {
  return CheckText("reason", in.reason(), kMaxReason, Presence::kRequired);
}

}  // namespace

std::string SessionText(int64_t session_id) {
  if (session_id == 0) return "";
  return absl::StrFormat("0x%x", static_cast<uint64_t>(session_id));
}

void Encode(const NodeData& in, v1::NodeData* out) { EncodeData(in, out); }

void Encode(const Contender& in, v1::Contender* out) {
  out->set_node(base::ToValidUtf8(in.node));
  out->set_path(base::ToValidUtf8(in.path));
  out->set_sequence(in.sequence);
  out->set_session_id(SessionText(in.session_id));
  if (IsGiven(in.created)) SetTime(in.created, out->mutable_create_time());
  out->set_fencing_token(in.czxid);
  EncodeData(in.data, out->mutable_data());
  out->set_member(in.member);
  out->set_member_claimed(in.member_claimed);
  out->set_role(EncodeRole(in.role));
  out->set_waits_for(base::ToValidUtf8(in.waits_for));
  out->set_format(EncodeFormat(in.format));
}

void Encode(const ElectionInfo& in, v1::Election* out) {
  out->set_name(base::ToValidUtf8(in.name));
  out->set_path(base::ToValidUtf8(in.path));
  out->set_kind(EncodeKind(in.kind));
  for (const Contender& leader : in.leader)
    Encode(leader, out->mutable_leader());
  EncodeAll(in.candidates, out->mutable_candidates());
  out->set_candidate_count(static_cast<int64_t>(in.candidate_count));
  EncodeForeign(in.foreign, out->mutable_foreign());
}

void Encode(const LockInfo& in, v1::Lock* out) {
  out->set_name(base::ToValidUtf8(in.name));
  out->set_path(base::ToValidUtf8(in.path));
  out->set_kind(EncodeKind(in.kind));
  EncodeAll(in.holders, out->mutable_holders());
  EncodeAll(in.waiters, out->mutable_waiters());
  out->set_holder_count(static_cast<int64_t>(in.holder_count));
  out->set_waiter_count(static_cast<int64_t>(in.waiter_count));
  out->set_max_leases(in.max_leases);
  EncodeForeign(in.foreign, out->mutable_foreign());
}

void Encode(const QueueInfo& in, v1::Queue* out) {
  out->set_name(base::ToValidUtf8(in.name));
  out->set_path(base::ToValidUtf8(in.path));
  out->set_length(static_cast<int64_t>(in.length));
  out->set_taken_count(static_cast<int64_t>(in.taken_count));
  if (IsGiven(in.oldest_created))
    SetTime(in.oldest_created, out->mutable_oldest_create_time());
  for (const QueuedItem& item : in.items) EncodeItem(item, out->add_items());
  EncodeForeign(in.foreign, out->mutable_foreign());
}

void Encode(const BarrierInfo& in, v1::Barrier* out) {
  out->set_name(base::ToValidUtf8(in.name));
  out->set_path(base::ToValidUtf8(in.path));
  out->set_kind(EncodeKind(in.kind));
  out->set_open(in.open);
  out->set_needed(in.needed);
  out->set_entered_count(static_cast<int64_t>(in.entered_count));
  EncodeAll(in.entered, out->mutable_entered());
  if (IsGiven(in.created)) SetTime(in.created, out->mutable_create_time());
}

absl::StatusOr<ForceReleaseRequest> DecodeForceRelease(
    const v1::ForceReleaseLockRequest& in, RequestMeta meta) {
  ROSTER_RETURN_IF_ERROR(CheckReason(in));
  if (in.node().empty()) return BadField("node", "it is required");
  if (in.fencing_token() < 1)
    return BadField("fencing_token", "it is required, as it was shown");
  return ForceReleaseRequest{.meta = std::move(meta),
                             .target = {.name = in.name(), .path = in.path()},
                             .node = in.node(),
                             .czxid = in.fencing_token(),
                             .reason = in.reason()};
}

absl::StatusOr<OpenBarrierRequest> DecodeOpenBarrier(
    const v1::OpenBarrierRequest& in, RequestMeta meta) {
  ROSTER_RETURN_IF_ERROR(CheckReason(in));
  return OpenBarrierRequest{.meta = std::move(meta),
                            .target = {.name = in.name(), .path = in.path()},
                            .reason = in.reason()};
}

}  // namespace roster::monitor
