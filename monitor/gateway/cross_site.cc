#include "monitor/gateway/cross_site.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/error_details.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

absl::Status CrossSite(std::string_view header) {
  return base::WithReason(
      absl::PermissionDeniedError(base::StrCat(
          header,
          " says that a page of another site asks; changes are for pages of "
          "this one and for programs")),
      "CROSS_SITE");
}

// "https://host:1" is of the host "host:1"; anything else is of no host.
std::string HostOfOrigin(std::string_view origin) {
  const size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return "";
  return absl::AsciiStrToLower(base::ToAbsl(origin.substr(scheme + 3)));
}

// "application/json", perhaps with the charset that JSON has anyway.
bool IsJson(std::string_view content_type) {
  std::vector<std::string> parts =
      absl::StrSplit(absl::AsciiStrToLower(base::ToAbsl(content_type)), ';');
  for (std::string& part : parts) absl::StripAsciiWhitespace(&part);
  if (parts.front() != "application/json") return false;
  return std::none_of(
      parts.begin() + 1, parts.end(), [](const std::string& parameter) {
        return absl::StartsWith(parameter, "charset=") &&
               parameter != "charset=utf-8" && parameter != "charset=\"utf-8\"";
      });
}

}  // namespace

absl::Status CheckSameSite(const HttpRequest& request,
                           std::string_view token_header) {
  const std::string_view site = request.Header("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none")
    return CrossSite("Sec-Fetch-Site");
  const std::string_view origin = request.Header("Origin");
  const std::string host =
      absl::AsciiStrToLower(base::ToAbsl(request.Header("Host")));
  if (!origin.empty() && HostOfOrigin(origin) != host)
    return CrossSite("Origin");
  if (request.Header(token_header).empty())
    return base::WithReason(
        absl::PermissionDeniedError(base::StrCat(
            "changes need the header ", token_header, ", with any value")),
        "CSRF_HEADER_MISSING");
  if (!request.body.empty() && !IsJson(request.Header("Content-Type")))
    return absl::InvalidArgumentError(
        "the body's Content-Type has to be application/json, in UTF-8");
  return absl::OkStatus();
}

}  // namespace roster::monitor
