#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace roster::monitor {

// RestRoute is one call of the API over HTTP.
struct RestRoute {
  std::string verb;  // "GET", "POST", "PUT" or "DELETE"
  // "/api/v1/members/{name}:evict": a part in braces is a field of the request.
  std::string path;
  const google::protobuf::MethodDescriptor* method = nullptr;
  // The last field of the path takes all that is left, slashes included.
  bool deep = false;

  // May change something, or takes a body all the same.
  bool has_body() const { return verb != "GET"; }
};

// All of them: the one table from which requests are served, and from which
// the OpenAPI document is made.
const std::vector<RestRoute>& RestRoutes();

// The calls that have no route since they are streams: /api/v1/watch is their
// place.
std::vector<const google::protobuf::MethodDescriptor*> StreamedMethods();

// The fields of a path: {"name", "web-01"}. A field of a message in the request
// is "budget.name".
using PathFields = std::vector<std::pair<std::string, std::string>>;

struct RouteMatch {
  const RestRoute* route = nullptr;  // null: none
  PathFields fields;
  // Without a route: the verbs that the path is served by, "GET, HEAD, PUT";
  // empty if by none.
  std::string allowed;
};

// Who serves `path`, which is decoded.
RouteMatch FindRoute(std::string_view verb, std::string_view path);

}  // namespace roster::monitor
