#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "monitor/http/http_message.h"

namespace roster::monitor {

// An error of a call as HTTP: {"code":"NOT_FOUND","message":"...","details":
// [{"@type":"type.googleapis.com/google.rpc.ErrorInfo",...}]}, with the status
// that docs/http.md lists for the code, and Retry-After if the details say
// when.
HttpResponse RestError(const grpc::Status& status);
HttpResponse RestError(const absl::Status& status);

// The HTTP status for a canonical code.
int HttpStatusOf(grpc::StatusCode code);

// Its ErrorInfo's reason; "" if it has none.
std::string ReasonOf(const grpc::Status& status);

}  // namespace roster::monitor
