#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace roster::monitor {

// The parameters of a query, decoded, in their order.
using HttpQuery = std::vector<std::pair<std::string, std::string>>;

// Reads "a=1&b=x%20y+z". '+' is a blank. InvalidArgument, in words for the
// sender, for a broken percent-encoding, for what is not UTF-8 once decoded,
// and for more than 256 parameters.
absl::StatusOr<HttpQuery> ParseHttpQuery(std::string_view query);

// The value of the first parameter of that name; "" if there is none.
std::string_view QueryValue(const HttpQuery& query, std::string_view name);

}  // namespace roster::monitor
