#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "monitor/control/requests.h"
#include "monitor/state/selector.h"

namespace roster::monitor {

// Whether what is asked makes sense by itself, without looking at the cluster.
// Every refusal is an InvalidArgument that names the field. Pure.

// In bytes.
inline constexpr size_t kMaxReason = 1024;
inline constexpr size_t kMaxTicket = 128;
inline constexpr size_t kMaxIdentity = 128;  // of an owner or an actor
inline constexpr size_t kMaxSelector = 16 * 1024;
inline constexpr size_t kMaxId = 128;  // of a hold
inline constexpr size_t kMaxRequestId = 64;

// "<field>: <what>".
absl::Status BadField(std::string_view field, std::string_view what);

enum class Presence { kOptional, kRequired };

// At most `max_bytes` of UTF-8 without control characters, a line feed is one,
// and without others that are not seen as what they are: see
// base/odd_character.h. What is required must hold more than blanks.
absl::Status CheckText(std::string_view field, std::string_view text,
                       size_t max_bytes,
                       Presence presence = Presence::kOptional);

// The name of a node that exists or might. Somebody else may have made it, so
// it may be anything that ZooKeeper allows: what is there can be got rid of.
absl::Status CheckNodeName(std::string_view field, std::string_view name);

// Empty, or 1 to 64 of a-z A-Z 0-9 . _ -, but not "." or "..".
absl::Status CheckRequestId(std::string_view request_id);

// INVALID_SELECTOR unless it parses. Empty matches all, and so does "*".
absl::StatusOr<Selector> ParseSelector(const std::string& text);

// Exactly one of the two; names that differ and can be names; a selector that
// asks for something, or "*". TARGETS_REQUIRED if neither is given.
absl::StatusOr<Targets> DecodeTargets(
    const google::protobuf::RepeatedPtrField<std::string>& names,
    const std::string& selector);

// More than 0 (`zero`: or 0), and less than about ten years: what is longer is
// a mistake.
enum class Zero { kRefused, kAllowed };
absl::StatusOr<absl::Duration> CheckedDuration(
    std::string_view field, const google::protobuf::Duration& duration,
    Zero zero = Zero::kRefused);

// After `now`, and within about ten years.
absl::StatusOr<absl::Time> CheckedFuture(
    std::string_view field, const google::protobuf::Timestamp& timestamp,
    absl::Time now);

}  // namespace roster::monitor
