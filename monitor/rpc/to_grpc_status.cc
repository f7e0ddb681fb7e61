#include "monitor/rpc/to_grpc_status.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "base/strings.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace roster::monitor {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";
constexpr std::string_view kDetailPrefix = "type.googleapis.com/google.rpc.";

template <typename Detail>
std::string TypeUrl() {
  return std::string(kTypePrefix) + Detail::descriptor()->full_name();
}

template <typename Detail>
absl::Status WithDetail(absl::Status status, const Detail& detail) {
  if (!status.ok())
    status.SetPayload(TypeUrl<Detail>(),
                      absl::Cord(detail.SerializeAsString()));
  return status;
}

}  // namespace

absl::Status WithReason(absl::Status status, std::string_view reason,
                        const ErrorMetadata& metadata) {
  google::rpc::ErrorInfo info;
  info.set_domain(std::string(kErrorDomain));
  info.set_reason(std::string(reason));
  for (const auto& [key, value] : metadata)
    (*info.mutable_metadata())[key] = value;
  return WithDetail(std::move(status), info);
}

absl::Status WithBadField(absl::Status status, std::string_view field) {
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field(std::string(field));
  violation->set_description(std::string(status.message()));
  return WithDetail(std::move(status), bad);
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo retry;
  const int64_t seconds = absl::IDivDuration(delay, absl::Seconds(1), &delay);
  retry.mutable_retry_delay()->set_seconds(seconds);
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay)));
  return WithDetail(std::move(status), retry);
}

absl::Status WithPrecondition(absl::Status status, std::string_view type,
                              std::string_view subject,
                              std::string_view description) {
  google::rpc::PreconditionFailure failure;
  auto* violation = failure.add_violations();
  violation->set_type(std::string(type));
  violation->set_subject(std::string(subject));
  violation->set_description(std::string(description));
  return WithDetail(std::move(status), failure);
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  absl::Status complete = status;
  if (!complete.GetPayload(TypeUrl<google::rpc::ErrorInfo>())) {
    complete = WithReason(std::move(complete),
                          absl::StatusCodeToString(status.code()));
  }
  // The codes of absl, gRPC and google.rpc are the same numbers.
  google::rpc::Status details;
  details.set_code(static_cast<int>(complete.code()));
  details.set_message(std::string(complete.message()));
  complete.ForEachPayload(
      [&](absl::string_view type_url, const absl::Cord& payload) {
        if (!absl::StartsWith(type_url, base::ToAbsl(kDetailPrefix))) return;
        google::protobuf::Any* any = details.add_details();
        any->set_type_url(std::string(type_url));
        any->set_value(std::string(payload));
      });
  return grpc::Status(static_cast<grpc::StatusCode>(complete.code()),
                      std::string(complete.message()),
                      details.SerializeAsString());
}

}  // namespace roster::monitor
