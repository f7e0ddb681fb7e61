#include "monitor/http/http_message.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (absl::EqualsIgnoreCase(key, base::ToAbsl(name))) return value;
  return "";
}

HttpResponse HttpError(const HttpRequest& request, int status,
                       std::string_view message) {
  const std::string accept =
      absl::AsciiStrToLower(base::ToAbsl(request.Header("Accept")));
  if (!absl::StrContains(accept, "application/json"))
    return {.status = status, .body = base::StrCat(message, "\n")};
  const nlohmann::ordered_json error = {
      {"error", {{"code", status}, {"message", message}}}};
  using ErrorHandler = nlohmann::ordered_json::error_handler_t;
  return {.status = status,
          .content_type = "application/json",
          .body = error.dump(-1, ' ', false, ErrorHandler::replace) + "\n"};
}

}  // namespace roster::monitor
