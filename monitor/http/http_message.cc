#include "monitor/http/http_message.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

// The canonical code that says most nearly what an HTTP status does; those of
// the API come from the calls themselves, see monitor/gateway/rest_error.h.
std::string_view CodeOf(int status) {
  switch (status) {
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 405:
      return "UNIMPLEMENTED";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 500:
      return "INTERNAL";
    case 503:
      return "UNAVAILABLE";
    default:
      return "INVALID_ARGUMENT";
  }
}

}  // namespace

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (absl::EqualsIgnoreCase(key, base::ToAbsl(name))) return value;
  return "";
}

std::string HttpErrorJson(std::string_view code, std::string_view message,
                          std::string_view details) {
  using ErrorHandler = nlohmann::json::error_handler_t;
  const auto text = [](std::string_view raw) {
    return nlohmann::json(raw).dump(-1, ' ', false, ErrorHandler::replace);
  };
  return base::StrCat("{\"code\":", text(code), ",\"message\":", text(message),
                      ",\"details\":", details, "}\n");
}

HttpResponse HttpError(const HttpRequest& request, int status,
                       std::string_view message) {
  const std::string accept =
      absl::AsciiStrToLower(base::ToAbsl(request.Header("Accept")));
  if (!absl::StrContains(accept, "application/json") &&
      request.path.rfind("/api/", 0) != 0)
    return {.status = status, .body = base::StrCat(message, "\n")};
  return {.status = status,
          .content_type = "application/json",
          .body = HttpErrorJson(CodeOf(status), message)};
}

}  // namespace roster::monitor
