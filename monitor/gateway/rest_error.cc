#include "monitor/gateway/rest_error.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "monitor/gateway/json.h"
#include "monitor/rpc/to_grpc_status.h"

namespace roster::monitor {
namespace {

google::rpc::Status Details(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  return details;
}

}  // namespace

int HttpStatusOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return 200;
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE:
      return 400;
    case grpc::StatusCode::UNAUTHENTICATED:
      return 401;
    case grpc::StatusCode::PERMISSION_DENIED:
      return 403;
    case grpc::StatusCode::NOT_FOUND:
      return 404;
    // Not 400: the request is well, the state of the cluster is against it.
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::ABORTED:
      return 409;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return 429;
    case grpc::StatusCode::CANCELLED:
      return 499;
    case grpc::StatusCode::UNIMPLEMENTED:
      return 501;
    case grpc::StatusCode::UNAVAILABLE:
      return 503;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return 504;
    default:
      return 500;
  }
}

HttpResponse RestError(const grpc::Status& status) {
  const google::rpc::Status details = Details(status);
  std::string list;
  HttpResponse response{.status = HttpStatusOf(status.error_code()),
                        .content_type = "application/json"};
  for (const auto& detail : details.details()) {
    list += (list.empty() ? "" : ",") + ToJson(detail);
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&retry)) {
      const int64_t seconds =
          retry.retry_delay().seconds() + (retry.retry_delay().nanos() > 0);
      response.headers.emplace_back(
          "Retry-After", std::to_string(std::max<int64_t>(seconds, 1)));
    }
  }
  // The names of the codes are the same in absl and gRPC.
  response.body =
      HttpErrorJson(absl::StatusCodeToString(
                        static_cast<absl::StatusCode>(status.error_code())),
                    status.error_message(), "[" + list + "]");
  return response;
}

HttpResponse RestError(const absl::Status& status) {
  return RestError(ToGrpcStatus(status));
}

std::string ReasonOf(const grpc::Status& status) {
  const google::rpc::Status details = Details(status);
  for (const auto& detail : details.details())
    if (google::rpc::ErrorInfo info; detail.UnpackTo(&info))
      return info.reason();
  return "";
}

}  // namespace roster::monitor
