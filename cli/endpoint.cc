#include "cli/endpoint.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

constexpr std::string_view kDefaultPort = "7470";

absl::Status Wrong(const std::string& endpoint, std::string_view why) {
  return absl::InvalidArgumentError(
      base::StrCat("'", Visible(endpoint), "' is not an endpoint: ", why,
                   "; write HOST:PORT, such as 127.0.0.1:7470"));
}

bool IsPort(std::string_view text) {
  int port = 0;
  return absl::SimpleAtoi(base::ToAbsl(text), &port) && port > 0 &&
         port <= 65535;
}

// How many characters of `endpoint` are the host; npos: the bracket is open.
size_t HostSize(const std::string& endpoint) {
  if (endpoint.front() != '[')
    return std::min(endpoint.find(':'), endpoint.size());
  const size_t bracket = endpoint.find(']');
  return bracket == std::string::npos ? bracket : bracket + 1;
}

}  // namespace

absl::StatusOr<std::string> ParseEndpoint(const std::string& endpoint) {
  if (endpoint.empty()) return Wrong(endpoint, "it is empty");
  if (endpoint.starts_with("http://") || endpoint.starts_with("https://"))
    return Wrong(endpoint, "rosterctl speaks gRPC, not HTTP");
  const bool odd = std::any_of(endpoint.begin(), endpoint.end(), [](char c) {
    return absl::ascii_isspace(c) || absl::ascii_iscntrl(c);
  });
  if (odd) return Wrong(endpoint, "it contains spaces or control characters");
  for (const std::string_view scheme : {"unix:", "ipv4:", "ipv6:", "dns:"})
    if (endpoint.starts_with(scheme)) return endpoint;
  if (endpoint.front() != '[' &&
      std::count(endpoint.begin(), endpoint.end(), ':') > 1)
    return Wrong(endpoint, "an IPv6 address stands in brackets, [::1]:7470");
  const size_t host = HostSize(endpoint);
  if (host == std::string::npos) return Wrong(endpoint, "']' is missing");
  if (host == 0) return Wrong(endpoint, "the host is missing");
  if (host == endpoint.size()) return base::StrCat(endpoint, ":", kDefaultPort);
  const std::string rest = endpoint.substr(host);
  if (rest.front() != ':' || !IsPort(std::string_view(rest).substr(1)))
    return Wrong(endpoint, "a port is a number from 1 to 65535");
  return endpoint;
}

}  // namespace roster::cli
