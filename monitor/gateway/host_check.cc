#include "monitor/gateway/host_check.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/error_details.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "monitor/gateway/fleet_lock.h"
#include "monitor/gateway/rest_error.h"

namespace roster::monitor {
namespace {

constexpr size_t kMaxHostBytes = 253;

bool IsAddress(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

bool IsFleetLock(std::string_view path) {
  return path.starts_with("/v1/") || path.starts_with("/fleetlock/");
}

bool IsForPrograms(std::string_view path) {
  return path == "/metrics" || path == "/sd/prometheus" ||
         path.starts_with("/-/");
}

absl::Status Unknown(std::string_view header) {
  const auto host = HostOf(header);
  const std::string shown(base::TruncateUtf8(
      base::ToValidUtf8(host ? *host : std::string(header)), kMaxHostBytes));
  return base::WithReason(
      absl::PermissionDeniedError(base::StrCat(
          "rosterd was asked for as '", shown,
          "', which is none of its names; use its address, or start it with "
          "--http-host ",
          host ? shown : "NAME", " if it is one")),
      "HOST_UNKNOWN");
}

}  // namespace

std::optional<std::string> HostOf(std::string_view header) {
  std::string_view host = header;
  std::string_view port;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else if (const size_t colon = host.find(':');
             colon != std::string_view::npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  int number = 0;
  if (host.empty() || host.size() > kMaxHostBytes ||
      (!port.empty() &&
       (port.front() != ':' ||
        !absl::SimpleAtoi(base::ToAbsl(port.substr(1)), &number))))
    return std::nullopt;
  return absl::AsciiStrToLower(base::ToAbsl(host));
}

HostCheck::HostCheck(std::vector<std::string> names)
    : names_(std::move(names)) {}

bool HostCheck::IsKnown(std::string_view header) const {
  if (header.empty()) return true;
  const auto host = HostOf(header);
  if (!host) return false;
  return *host == "localhost" || IsAddress(*host) ||
         std::any_of(names_.begin(), names_.end(), [&](const auto& name) {
           return name == "*" || HostOf(name) == host;
         });
}

std::optional<HttpResponse> HostCheck::operator()(
    const HttpRequest& request) const {
  const std::string_view host = request.Header("Host");
  if (IsForPrograms(request.path) || IsKnown(host)) return std::nullopt;
  const absl::Status refusal = Unknown(host);
  if (request.path.starts_with("/api/")) return RestError(refusal);
  if (IsFleetLock(request.path)) return FleetLockError(refusal);
  return HttpError(request, 403, base::Message(refusal));
}

}  // namespace roster::monitor
