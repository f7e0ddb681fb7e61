#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::model {

// What applies to a cluster as a whole. Wire format: /roster/<cluster>/policy
// in docs/znodes.md. Every registrar watches the node, so it is written seldom.

inline constexpr int kPolicyVersion = 1;

struct ReportingPolicy {
  // A member writes at most once in this time, state changes aside.
  absl::Duration min_interval = absl::Seconds(1);
  // All members together, each second.
  double max_updates_per_second = 2000;
  // What follows for each member; worked out by the elected rosterd, see
  // DeriveInterval().
  absl::Duration interval = absl::Seconds(1);

  friend bool operator==(const ReportingPolicy&,
                         const ReportingPolicy&) = default;
};

struct GuardPolicy {
  bool enabled = true;
  int64_t min_departures = 5;
  double ratio = 0.3;  // of the members, above 0, at most 1
  absl::Duration window = absl::Seconds(30);
  absl::Duration hold_for = absl::Minutes(5);
  // When somebody last ended the guard by hand: an alarm raised before is over.
  absl::Time released_at = absl::InfinitePast();

  friend bool operator==(const GuardPolicy&, const GuardPolicy&) = default;
};

struct Policy {
  ReportingPolicy reporting;
  GuardPolicy guard;

  friend bool operator==(const Policy&, const Policy&) = default;
};

// max(min_interval, members / max_updates_per_second), and `current` as long
// as that is within a fifth of it: each change wakes every member.
absl::Duration DeriveInterval(const ReportingPolicy& policy, int64_t members,
                              absl::Duration current);

// InvalidArgument, naming the field, if a value is out of range: intervals 100
// ms to 1 h, rates 1 to 1e6, departures 1 to 1e6, ratio (0, 1], window 1 s to
// 1 h, hold_for 1 s to 1 day.
absl::Status ValidatePolicy(const Policy& policy);

// Absent fields have their defaults; the default policy is there without a
// node. InvalidArgument, saying what and where, if it is not well-formed, empty
// data too, or not valid.
absl::StatusOr<Policy> ParsePolicy(std::string_view bytes);
std::string SerializePolicy(const Policy& policy);

}  // namespace roster::model
