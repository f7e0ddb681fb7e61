#include "monitor/rpc/to_grpc_status.h"

#include <cstdint>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace roster::monitor {
namespace {

void AddErrorInfo(const absl::Status& status, const base::ErrorDetails& details,
                  google::rpc::Status* out) {
  google::rpc::ErrorInfo info;
  info.set_domain(std::string(kErrorDomain));
  info.set_reason(details.reason.empty()
                      ? absl::StatusCodeToString(status.code())
                      : details.reason);
  for (const auto& [key, value] : details.metadata)
    (*info.mutable_metadata())[key] = value;
  out->add_details()->PackFrom(info);
}

void AddBadRequest(const absl::Status& status, const std::string& field,
                   google::rpc::Status* out) {
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field(field);
  violation->set_description(std::string(status.message()));
  out->add_details()->PackFrom(bad);
}

void AddRetryInfo(absl::Duration delay, google::rpc::Status* out) {
  google::rpc::RetryInfo retry;
  const int64_t seconds = absl::IDivDuration(delay, absl::Seconds(1), &delay);
  retry.mutable_retry_delay()->set_seconds(seconds);
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay)));
  out->add_details()->PackFrom(retry);
}

void AddPreconditionFailure(const base::ErrorDetails& details,
                            google::rpc::Status* out) {
  google::rpc::PreconditionFailure failure;
  for (const base::PreconditionViolation& one : details.preconditions) {
    auto* violation = failure.add_violations();
    violation->set_type(one.type);
    violation->set_subject(one.subject);
    violation->set_description(one.description);
  }
  out->add_details()->PackFrom(failure);
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const base::ErrorDetails details = base::DetailsOf(status);
  // The codes of absl, gRPC and google.rpc are the same numbers.
  google::rpc::Status out;
  out.set_code(static_cast<int>(status.code()));
  out.set_message(std::string(status.message()));
  AddErrorInfo(status, details, &out);
  if (!details.field.empty()) AddBadRequest(status, details.field, &out);
  if (details.retry_delay) AddRetryInfo(*details.retry_delay, &out);
  if (!details.preconditions.empty()) AddPreconditionFailure(details, &out);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message()), out.SerializeAsString());
}

}  // namespace roster::monitor
