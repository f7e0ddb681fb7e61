#include "monitor/rpc/config_codec.h"

#include <utility>

#include "base/status_macros.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/rpc/time_codec.h"

namespace roster::monitor {
namespace {

namespace v1 = roster::v1;

// What the three changes have in common.
template <typename Request>
absl::StatusOr<ChangeConfigRequest> DecodeChange(const Request& in,
                                                 ChangeConfigRequest::Verb verb,
                                                 RequestMeta meta) {
  ROSTER_RETURN_IF_ERROR(model::ValidateConfigName(in.name()));
  ROSTER_RETURN_IF_ERROR(
      CheckText("comment", in.comment(), model::kMaxConfigCommentBytes));
  ChangeConfigRequest request{.meta = std::move(meta),
                              .verb = verb,
                              .name = in.name(),
                              .comment = in.comment()};
  if (in.has_expected_version()) {
    if (in.expected_version() < 0)
      return BadField("expected_version", "less than 0");
    request.expected_version = in.expected_version();
  }
  return request;
}

}  // namespace

void EncodeConfigEntry(const model::ConfigEntry& entry, ConfigValues values,
                       v1::ConfigEntry* out) {
  out->set_name(entry.name);
  out->set_version(entry.version);
  if (values == ConfigValues::kIncluded) out->set_value(entry.value);
  out->set_value_bytes(static_cast<int64_t>(entry.value.size()));
  out->set_content_type(entry.content_type);
  out->set_author(entry.author);
  out->set_comment(entry.comment);
  if (IsGiven(entry.at)) *out->mutable_update_time() = EncodeTime(entry.at);
  out->set_restored_from(entry.restored_from);
  out->set_deleted(entry.deleted);
}

absl::StatusOr<ChangeConfigRequest> DecodeConfigRequest(
    const v1::PutConfigRequest& in, RequestMeta meta) {
  ROSTER_RETURN_IF_ERROR(CheckText("content_type", in.content_type(),
                                   model::kMaxConfigContentTypeBytes));
  ROSTER_RETURN_IF_ERROR(
      model::ValidateConfigEntry({.name = in.name(), .value = in.value()}));
  // What is there under such a name can still be deleted.
  ROSTER_RETURN_IF_ERROR(
      CheckText("name", in.name(), model::kMaxConfigNameBytes));
  ROSTER_ASSIGN_OR_RETURN(
      ChangeConfigRequest request,
      DecodeChange(in, ChangeConfigRequest::Verb::kPut, std::move(meta)));
  request.value = in.value();
  request.content_type = in.content_type();
  return request;
}

absl::StatusOr<ChangeConfigRequest> DecodeConfigRequest(
    const v1::DeleteConfigRequest& in, RequestMeta meta) {
  return DecodeChange(in, ChangeConfigRequest::Verb::kDelete, std::move(meta));
}

absl::StatusOr<ChangeConfigRequest> DecodeConfigRequest(
    const v1::RollbackConfigRequest& in, RequestMeta meta) {
  if (in.version() < 1) return BadField("version", "less than 1");
  ROSTER_ASSIGN_OR_RETURN(
      ChangeConfigRequest request,
      DecodeChange(in, ChangeConfigRequest::Verb::kRollback, std::move(meta)));
  request.version = in.version();
  return request;
}

}  // namespace roster::monitor
