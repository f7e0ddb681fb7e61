#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace roster::base {

// What an error says beyond its code and message: so that whoever makes it can
// be precise, and nobody on its way to the caller has to know. gRPC and HTTP
// turn it into google.rpc details at the edge. docs/errors.md lists the
// reasons.

using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

struct PreconditionViolation {
  std::string type;     // "BUDGET"
  std::string subject;  // the budget's name
  std::string description;

  friend bool operator==(const PreconditionViolation&,
                         const PreconditionViolation&) = default;
};

struct ErrorDetails {
  std::string reason;  // UPPER_SNAKE_CASE; empty: none
  ErrorMetadata metadata;
  std::string field;  // of the request, that is wrong; empty: none
  std::optional<absl::Duration> retry_delay;
  std::vector<PreconditionViolation> preconditions;
};

// Each adds a detail to an error and returns it; OK stays as it is.
absl::Status WithReason(absl::Status status, std::string_view reason,
                        const ErrorMetadata& metadata = {});
// The request's `field` is wrong in the way that the status' message says.
absl::Status WithBadField(absl::Status status, std::string_view field);
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);
// Adds one more violation.
absl::Status WithPrecondition(absl::Status status, std::string_view type,
                              std::string_view subject,
                              std::string_view description);

// What the functions above attached.
ErrorDetails DetailsOf(const absl::Status& status);

}  // namespace roster::base
