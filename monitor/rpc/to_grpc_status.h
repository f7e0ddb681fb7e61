#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace roster::monitor {

// How errors leave this process: absl::Status inside, google.rpc.Status
// outside. The details travel inside as payloads of absl::Status under the
// type URLs of google.rpc, so whoever makes an error can say more than a code
// and nobody on its way has to know.
//
// Every error that leaves has an ErrorInfo with domain "roster". docs/errors.md
// lists the reasons.

inline constexpr std::string_view kErrorDomain = "roster";

using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

// Each adds a detail to an error and returns it; OK stays as it is.
absl::Status WithReason(absl::Status status, std::string_view reason,
                        const ErrorMetadata& metadata = {});
// The request's `field` is wrong in the way that the status' message says.
absl::Status WithBadField(absl::Status status, std::string_view field);
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);
absl::Status WithPrecondition(absl::Status status, std::string_view type,
                              std::string_view subject,
                              std::string_view description);

// The only conversion from absl to gRPC. An error without a reason gets the
// name of its code as one. Payloads that are not of google.rpc stay inside.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace roster::monitor
