#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "monitor/http/http_message.h"

namespace roster::monitor {

// The header that no page of another site can send: a browser asks the server
// first whether it may, and this server never says yes. Any value will do.
inline constexpr std::string_view kCsrfHeader = "X-Roster-Csrf";

// Whether a request that may change something can have been made by a page of
// another site, in the browser of somebody who can reach rosterd.
// PermissionDenied if so: with reason CROSS_SITE if the browser says so
// (Sec-Fetch-Site, Origin), CSRF_HEADER_MISSING without `token_header`.
// InvalidArgument for a body that is not application/json: that is the type
// that no form can send. Pure.
//
// Source: OWASP, "Cross-Site Request Forgery Prevention", custom request
// headers and fetch metadata.
absl::Status CheckSameSite(const HttpRequest& request,
                           std::string_view token_header);

}  // namespace roster::monitor
