#pragma once

#include <string>

namespace roster::monitor {

// The OpenAPI 3.0 document of what RestApi serves, made from the table of
// routes and the messages' descriptors: it cannot say what is not so.
// /api/v1/watch and /api/v1/session, which are no calls, are added by hand.
std::string OpenApiDocument();

}  // namespace roster::monitor
