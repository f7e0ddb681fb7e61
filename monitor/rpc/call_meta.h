#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/strings.h"
#include "google/protobuf/message.h"
#include "monitor/control/requests.h"
#include "monitor/rpc/request_checks.h"

namespace roster::monitor {

// Who calls, and for how long, as a RequestMeta.

// The identity that the connection proved, or else what is claimed, or else
// where the call comes from: "http 10.0.0.7", "grpc ::1"; "unknown" if that
// cannot be told either. What a call's metadata says proves nothing and is not
// looked at, but for the address of whom this process itself calls for.
model::Actor ActorOf(const grpc::CallbackServerContext& context,
                     const std::string& claimed);

// When the caller stops waiting; at most a minute from now, since nothing that
// takes longer should still be answered.
absl::Time DeadlineOf(const grpc::CallbackServerContext& context);

// Equal for equal messages, in this version of rosterd.
std::string ContentOf(const google::protobuf::Message& request);

// InvalidArgument if the actor or the request_id is malformed.
template <typename Request>
absl::StatusOr<RequestMeta> MetaOf(const grpc::CallbackServerContext& context,
                                   const Request& request) {
  if (absl::Status valid = CheckText("actor", request.actor(), kMaxIdentity);
      !valid.ok())
    return valid;
  RequestMeta meta{.actor = ActorOf(context, request.actor()),
                   .deadline = DeadlineOf(context)};
  Request content = request;
  if constexpr (requires { content.clear_request_id(); }) {
    if (absl::Status valid = CheckRequestId(request.request_id()); !valid.ok())
      return valid;
    meta.request_id = request.request_id();
    content.clear_request_id();
  }
  if constexpr (requires { content.clear_validate_only(); }) {
    meta.validate_only = request.validate_only();
    content.clear_validate_only();
  }
  meta.content = ContentOf(content);
  return meta;
}

}  // namespace roster::monitor
