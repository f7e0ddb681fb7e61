#pragma once

#include <optional>
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

// A parameter that is true or false: "true", "1", or its name alone; "false",
// "0". Nothing for anything else.
std::optional<bool> FlagValue(std::string_view value);

// The value of the first parameter of that name; "" if there is none.
std::string_view QueryValue(const HttpQuery& query, std::string_view name);

}  // namespace roster::monitor
