#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "monitor/gateway/rest_routes.h"
#include "monitor/http/http_message.h"

namespace roster::monitor {

// What actors may be named by instead of in the body.
inline constexpr std::string_view kActorHeader = "X-Roster-Actor";

// The message that an HTTP request asks with: the JSON of its body, then the
// parameters of its query, then the fields of its path. A field that two of
// them give differently is refused, and so is what the message does not have.
// `actor`, if it is given nowhere, is taken from X-Roster-Actor.
//
// Errors are InvalidArgument and name the field where there is one. Pure.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> BuildRequest(
    const RestRoute& route, const PathFields& fields,
    const HttpRequest& request);

}  // namespace roster::monitor
