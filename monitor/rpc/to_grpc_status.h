#pragma once

#include <grpcpp/support/status.h>

#include <string_view>

#include "absl/status/status.h"
#include "base/error_details.h"

namespace roster::monitor {

// How errors leave this process: absl::Status with base/error_details.h inside,
// google.rpc.Status outside.
//
// Every error that leaves has an ErrorInfo with domain "roster". docs/errors.md
// lists the reasons.

inline constexpr std::string_view kErrorDomain = "roster";

// The only conversion from absl to gRPC. An error without a reason gets the
// name of its code as one. Payloads other than those of error_details.h stay
// inside.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace roster::monitor
