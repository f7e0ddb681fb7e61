#include "base/listen_address.h"

#include <boost/asio/ip/address.hpp>

#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace roster::base {

namespace ip = boost::asio::ip;

bool ListenAddress::IsIpv6() const {
  return host.find(':') != std::string::npos;
}

bool ListenAddress::IsLoopback() const {
  boost::system::error_code error;
  const ip::address address = ip::make_address(host, error);
  return !error && address.is_loopback();
}

std::string ListenAddress::ToString() const {
  return IsIpv6() ? StrCat("[", host, "]:", port) : StrCat(host, ":", port);
}

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text) {
  auto refuse = [&](std::string_view why) {
    return absl::InvalidArgumentError(
        StrCat("'", text, "' ", why, "; write 127.0.0.1:7470 or [::1]:7470"));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse("has no port");
  std::string_view host = text.substr(0, colon);
  ListenAddress address;
  uint32_t port = 0;
  if (!absl::SimpleAtoi(ToAbsl(text.substr(colon + 1)), &port) || port > 65535)
    return refuse("has no port from 0 to 65535");
  address.port = static_cast<uint16_t>(port);
  if (!host.empty() && host.front() == '[') {
    if (host.back() != ']') return refuse("has an unclosed bracket");
    host = host.substr(1, host.size() - 2);
    // Nothing between brackets is a slip, not a wish for every interface.
    if (host.empty()) return refuse("has empty brackets");
  } else if (host.find(':') != std::string_view::npos) {
    return refuse("is an IPv6 address without brackets");
  }
  if (host.empty()) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  ip::make_address(std::string(host), error);
  if (error) return refuse("has a host that is no IP address");
  address.host = std::string(host);
  return address;
}

}  // namespace roster::base
