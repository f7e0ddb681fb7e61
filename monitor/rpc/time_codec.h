#pragma once

#include <optional>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace roster::monitor {

// Times as messages, and back. Pure.

// Times and durations that are absent inside (InfinitePast, InfiniteFuture,
// InfiniteDuration) are absent outside.
bool IsGiven(absl::Time time);

// Years 0001 to 9999; what lies outside becomes the nearest inside.
google::protobuf::Timestamp EncodeTime(absl::Time time);
google::protobuf::Duration EncodeDuration(absl::Duration duration);

// Absent unless the message is well-formed: within the years 0001 to 9999, and
// the nanoseconds within a second.
std::optional<absl::Time> DecodeTime(
    const google::protobuf::Timestamp& timestamp);
// The same: within 10,000 years, and both parts of one sign.
std::optional<absl::Duration> DecodeDuration(
    const google::protobuf::Duration& duration);

}  // namespace roster::monitor
