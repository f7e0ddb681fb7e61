#include "registrar/options.h"

#include <unistd.h>

#include <climits>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "zk/session.h"

namespace roster::registrar {
namespace {

constexpr size_t kMinRecordBytes = 1024;

absl::Status Named(std::string_view option, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      base::StrCat(option, ": ", base::Message(status)));
}

absl::Status CheckDuration(std::string_view option, absl::Duration value,
                           absl::Duration least, absl::Duration most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(base::StrCat(
      option, ": ", absl::FormatDuration(value), " is not within ",
      absl::FormatDuration(least), " and ", absl::FormatDuration(most)));
}

absl::Status CheckText(std::string_view option, std::string_view value) {
  if (base::IsValidUtf8(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(base::StrCat(option, ": is not UTF-8"));
}

absl::Status CheckMap(std::string_view option,
                      const absl::btree_map<std::string, std::string>& values) {
  for (const auto& [key, value] : values) {
    if (key.empty())
      return absl::InvalidArgumentError(
          base::StrCat(option, ": a name is empty"));
    ROSTER_RETURN_IF_ERROR(CheckText(option, key));
    ROSTER_RETURN_IF_ERROR(CheckText(option, value));
  }
  return absl::OkStatus();
}

absl::Status CheckInitialState(model::ReportedState state) {
  if (state != model::ReportedState::kLeaving) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "initial_state: LEAVING is for Leave() alone");
}

// Whether one of two nodes is, or would be below, the other.
bool Entangled(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return b.starts_with(a) && (b.size() == a.size() || b[a.size()] == '/');
}

// An ephemeral node where the cluster's state is would keep orders from it, and
// has no children.
absl::Status CheckApart(const RegistrarOptions& options) {
  const std::string member =
      model::JoinPath(options.members_path, options.MemberName());
  const std::string state =
      model::JoinPath(options.state_path, options.cluster);
  if (!Entangled(member, state)) return absl::OkStatus();
  return absl::InvalidArgumentError(base::StrCat(
      "members_path: the member's node ", member,
      " and the cluster's state in ", state, " would be in each other's way"));
}

}  // namespace

std::string RegistrarOptions::MemberName() const {
  if (!name.empty()) return name;
  char host[HOST_NAME_MAX + 1] = {};
  if (gethostname(host, sizeof host - 1) != 0) return "";
  return host;
}

absl::Status RegistrarOptions::Validate() const {
  zk::SessionOptions session;
  session.servers = servers;
  session.session_timeout = session_timeout;
  session.digest_credentials = digest_credentials;
  ROSTER_RETURN_IF_ERROR(session.Validate());
  ROSTER_RETURN_IF_ERROR(
      Named("name", model::ValidateMemberName(MemberName())));
  ROSTER_RETURN_IF_ERROR(
      Named("members_path", model::ValidatePath(members_path)));
  ROSTER_RETURN_IF_ERROR(Named("state_path", model::ValidatePath(state_path)));
  ROSTER_RETURN_IF_ERROR(Named("cluster", model::ValidateClusterName(cluster)));
  ROSTER_RETURN_IF_ERROR(CheckApart(*this));
  ROSTER_RETURN_IF_ERROR(CheckText("service", service));
  ROSTER_RETURN_IF_ERROR(CheckText("version", version));
  ROSTER_RETURN_IF_ERROR(CheckMap("endpoints", endpoints));
  ROSTER_RETURN_IF_ERROR(CheckMap("labels", labels));
  ROSTER_RETURN_IF_ERROR(CheckInitialState(initial_state));
  ROSTER_RETURN_IF_ERROR(CheckDuration("min_update_interval",
                                       min_update_interval,
                                       absl::Milliseconds(1), absl::Hours(1)));
  ROSTER_RETURN_IF_ERROR(CheckDuration("host_gauges_interval",
                                       host_gauges_interval, absl::Seconds(1),
                                       absl::Hours(1)));
  ROSTER_RETURN_IF_ERROR(CheckDuration("leave_linger", leave_linger,
                                       absl::ZeroDuration(), absl::Seconds(2)));
  ROSTER_RETURN_IF_ERROR(CheckDuration("self_check_interval",
                                       self_check_interval,
                                       absl::Milliseconds(10), absl::Hours(1)));
  if (max_record_bytes < kMinRecordBytes ||
      max_record_bytes > model::kHardMaxRecordBytes)
    return absl::InvalidArgumentError(
        base::StrCat("max_record_bytes: ", max_record_bytes, " is not within ",
                     kMinRecordBytes, " and ", model::kHardMaxRecordBytes));
  return absl::OkStatus();
}

}  // namespace roster::registrar
