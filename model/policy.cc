#include "model/policy.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/json_fields.h"

namespace roster::model {
namespace {

constexpr absl::Duration kMinInterval = absl::Milliseconds(100);
constexpr absl::Duration kMaxInterval = absl::Hours(1);

template <typename T>
absl::Status CheckRange(std::string_view field, T value, T least, T most,
                        std::string_view range) {
  // Also false for what is no number.
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      base::StrCat("policy: ", field, ": not ", range));
}

absl::Status CheckInterval(std::string_view field, absl::Duration interval) {
  return CheckRange(field, interval, kMinInterval, kMaxInterval,
                    "from 100 ms to 1 h");
}

}  // namespace

absl::Duration DeriveInterval(const ReportingPolicy& policy, int64_t members,
                              absl::Duration current) {
  const double share =
      static_cast<double>(members) / policy.max_updates_per_second;
  const absl::Duration wanted = std::clamp(
      std::max(
          policy.min_interval,
          absl::Milliseconds(std::ceil(
              std::min(share, absl::ToDoubleSeconds(kMaxInterval)) * 1000))),
      kMinInterval, kMaxInterval);
  const bool is_close = absl::AbsDuration(current - wanted) <= wanted / 5;
  return is_close && current >= policy.min_interval ? current : wanted;
}

absl::Status ValidatePolicy(const Policy& policy) {
  const ReportingPolicy& reporting = policy.reporting;
  ROSTER_RETURN_IF_ERROR(
      CheckInterval("reporting.min_interval_s", reporting.min_interval));
  ROSTER_RETURN_IF_ERROR(
      CheckInterval("reporting.interval_s", reporting.interval));
  ROSTER_RETURN_IF_ERROR(CheckRange("reporting.max_updates_per_second",
                                    reporting.max_updates_per_second, 1.0, 1e6,
                                    "from 1 to 1000000"));
  const GuardPolicy& guard = policy.guard;
  ROSTER_RETURN_IF_ERROR(CheckRange<int64_t>("guard.min_departures",
                                             guard.min_departures, 1, 1'000'000,
                                             "from 1 to 1000000"));
  if (!(guard.ratio > 0)) {
    return absl::InvalidArgumentError("policy: guard.ratio: not above 0");
  }
  ROSTER_RETURN_IF_ERROR(
      CheckRange("guard.ratio", guard.ratio, 0.0, 1.0, "at most 1"));
  ROSTER_RETURN_IF_ERROR(CheckRange("guard.window_s", guard.window,
                                    absl::Seconds(1), absl::Hours(1),
                                    "from 1 s to 1 h"));
  return CheckRange("guard.hold_for_s", guard.hold_for, absl::Seconds(1),
                    absl::Hours(24), "from 1 s to 1 day");
}

absl::StatusOr<Policy> ParsePolicy(std::string_view bytes) {
  Policy policy;
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseDocument("policy", bytes, kPolicyVersion));
  absl::Status status;
  const FieldReader fields(json, "policy", "", status);

  FieldReader reporting = fields.Object("reporting");
  ReportingPolicy& rates = policy.reporting;
  reporting.ReadSeconds("min_interval_s", rates.min_interval);
  reporting.Read("max_updates_per_second", rates.max_updates_per_second);
  reporting.ReadSeconds("interval_s", rates.interval);

  FieldReader guard = fields.Object("guard");
  guard.Read("enabled", policy.guard.enabled);
  guard.Read("min_departures", policy.guard.min_departures);
  guard.Read("ratio", policy.guard.ratio);
  guard.ReadSeconds("window_s", policy.guard.window);
  guard.ReadSeconds("hold_for_s", policy.guard.hold_for);
  guard.Read("released_at", policy.guard.released_at);
  ROSTER_RETURN_IF_ERROR(status);
  ROSTER_RETURN_IF_ERROR(ValidatePolicy(policy));
  return policy;
}

std::string SerializePolicy(const Policy& policy) {
  OrderedJson reporting = OrderedJson::object();
  AddSeconds(reporting, "min_interval_s", policy.reporting.min_interval);
  reporting["max_updates_per_second"] =
      NumberJson(policy.reporting.max_updates_per_second);
  AddSeconds(reporting, "interval_s", policy.reporting.interval);

  OrderedJson guard = OrderedJson::object();
  guard["enabled"] = policy.guard.enabled;
  guard["min_departures"] = policy.guard.min_departures;
  guard["ratio"] = NumberJson(policy.guard.ratio);
  AddSeconds(guard, "window_s", policy.guard.window);
  AddSeconds(guard, "hold_for_s", policy.guard.hold_for);
  AddTime(guard, "released_at", policy.guard.released_at);
  return OrderedJson{{"v", kPolicyVersion},
                     {"reporting", std::move(reporting)},
                     {"guard", std::move(guard)}}
      .dump();
}

}  // namespace roster::model
