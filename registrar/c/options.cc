#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "registrar/c/convert.h"
#include "registrar/c/handle.h"

namespace roster::registrar::c {
namespace {

// The struct of the first release: nothing shorter exists.
constexpr size_t kFirstSize =
    offsetof(roster_options, log) + sizeof(roster_options::log);
// More than the struct will ever have: such a size was not set, and reading so
// far would run into foreign memory.
constexpr size_t kMaxSize = 4096;
static_assert(sizeof(roster_options) <= kMaxSize);

absl::Status CheckSize(const roster_options& options) {
  if (options.size < kFirstSize || options.size > kMaxSize)
    return absl::InvalidArgumentError(absl::StrCat(
        "size: ", options.size, " is no size of roster_options; is it set?"));
  // Of a struct of a newer header only what is not used is understood.
  const char* bytes = reinterpret_cast<const char*>(&options);
  if (std::any_of(bytes + sizeof options, bytes + options.size,
                  [](char byte) { return byte != 0; }))
    return absl::InvalidArgumentError(
        "size: an option is set that this libroster is too old to know");
  return absl::OkStatus();
}

void Set(std::string& option, const char* text) {
  if (text != nullptr) option = text;
}

absl::Status SetMap(std::string_view name, const roster_pair* pairs,
                    size_t count,
                    absl::btree_map<std::string, std::string>& map) {
  if (pairs == nullptr && count > 0)
    return absl::InvalidArgumentError(
        base::StrCat(name, ": NULL, but the count is ", count));
  for (size_t i = 0; i < count; ++i) {
    if (pairs[i].name == nullptr || pairs[i].value == nullptr)
      return absl::InvalidArgumentError(
          base::StrCat(name, ": a name or value is NULL"));
    map[pairs[i].name] = pairs[i].value;
  }
  return absl::OkStatus();
}

absl::Status SetDuration(std::string_view name, int64_t milliseconds,
                         absl::Duration& duration) {
  if (milliseconds < 0)
    return absl::InvalidArgumentError(base::StrCat(name, ": is negative"));
  if (milliseconds > 0) duration = absl::Milliseconds(milliseconds);
  return absl::OkStatus();
}

}  // namespace

std::optional<model::ReportedState> ToState(roster_state state) {
  switch (state) {
    case ROSTER_STATE_STARTING:
      return model::ReportedState::kStarting;
    case ROSTER_STATE_UP:
      return model::ReportedState::kUp;
    case ROSTER_STATE_DEGRADED:
      return model::ReportedState::kDegraded;
    case ROSTER_STATE_DRAINING:
      return model::ReportedState::kDraining;
    case ROSTER_STATE_DRAINED:
      return model::ReportedState::kDrained;
    default:
      return std::nullopt;
  }
}

roster_options Widened(const roster_options& options) {
  roster_options wide = {};
  std::memcpy(&wide, &options, std::min(options.size, sizeof wide));
  return wide;
}

absl::StatusOr<RegistrarOptions> ToOptions(const roster_options& options) {
  ROSTER_RETURN_IF_ERROR(CheckSize(options));
  const roster_options from = Widened(options);
  RegistrarOptions to;
  Set(to.servers, from.servers);
  Set(to.name, from.name);
  Set(to.service, from.service);
  Set(to.version, from.version);
  Set(to.members_path, from.members_path);
  Set(to.state_path, from.state_path);
  Set(to.cluster, from.cluster);
  Set(to.digest_credentials, from.digest_credentials);
  ROSTER_RETURN_IF_ERROR(
      SetMap("endpoints", from.endpoints, from.endpoint_count, to.endpoints));
  ROSTER_RETURN_IF_ERROR(
      SetMap("labels", from.labels, from.label_count, to.labels));
  if (from.initial_state != ROSTER_STATE_NONE) {
    const auto state = ToState(from.initial_state);
    if (!state)
      return absl::InvalidArgumentError(
          absl::StrCat("initial_state: ", from.initial_state,
                       " is no state that a member begins with"));
    to.initial_state = *state;
  }
  if (from.host_gauges != 0 && from.host_gauges != 1)
    return absl::InvalidArgumentError(
        absl::StrCat("host_gauges: ", from.host_gauges, " is neither 0 nor 1"));
  to.host_gauges = from.host_gauges == 1;
  if (from.max_record_bytes != 0) to.max_record_bytes = from.max_record_bytes;
  ROSTER_RETURN_IF_ERROR(SetDuration(
      "session_timeout_ms", from.session_timeout_ms, to.session_timeout));
  ROSTER_RETURN_IF_ERROR(SetDuration("min_update_interval_ms",
                                     from.min_update_interval_ms,
                                     to.min_update_interval));
  ROSTER_RETURN_IF_ERROR(SetDuration("host_gauges_interval_ms",
                                     from.host_gauges_interval_ms,
                                     to.host_gauges_interval));
  return to;
}

}  // namespace roster::registrar::c
