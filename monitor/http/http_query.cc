#include "monitor/http/http_query.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "monitor/http/http_target.h"

namespace roster::monitor {
namespace {

constexpr size_t kMaxParameters = 256;

absl::StatusOr<std::string> Decode(absl::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto decoded = PercentDecode(spaced);
  if (!decoded.ok())
    return absl::InvalidArgumentError(
        "the query has a '%' without two hexadecimal digits");
  if (!base::IsValidUtf8(*decoded))
    return absl::InvalidArgumentError("the query is not UTF-8");
  return decoded;
}

}  // namespace

absl::StatusOr<HttpQuery> ParseHttpQuery(std::string_view query) {
  HttpQuery parsed;
  for (const absl::string_view item :
       absl::StrSplit(base::ToAbsl(query), '&', absl::SkipEmpty())) {
    if (parsed.size() == kMaxParameters)
      return absl::InvalidArgumentError("the query has too many parameters");
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(item, absl::MaxSplits('=', 1));
    ROSTER_ASSIGN_OR_RETURN(std::string name, Decode(parts.first));
    ROSTER_ASSIGN_OR_RETURN(std::string value, Decode(parts.second));
    parsed.emplace_back(std::move(name), std::move(value));
  }
  return parsed;
}

std::optional<bool> FlagValue(std::string_view value) {
  if (value == "true" || value == "1" || value.empty()) return true;
  if (value == "false" || value == "0") return false;
  return std::nullopt;
}

std::string_view QueryValue(const HttpQuery& query, std::string_view name) {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return "";
}

}  // namespace roster::monitor
