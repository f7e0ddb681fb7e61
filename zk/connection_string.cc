#include "zk/connection_string.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "zk/path.h"

namespace roster::zk {
namespace {

absl::Status Invalid(std::string_view server, std::string_view why) {
  return absl::InvalidArgumentError(
      base::StrCat("ZooKeeper server \"",
                   absl::Utf8SafeCEscape(base::ToAbsl(server)), "\" ", why));
}

bool IsIpv4(const std::string& host) {
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

// With or without a scope, as in "fe80::1%eth0".
bool IsIpv6(const std::string& host) {
  in6_addr address;
  const std::string bare = host.substr(0, host.find('%'));
  return inet_pton(AF_INET6, bare.c_str(), &address) == 1;
}

bool IsHostName(std::string_view host) {
  return !host.empty() && host.size() <= 253 &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '.' || c == '-' || c == '_';
         });
}

absl::StatusOr<uint16_t> ParsePort(std::string_view server,
                                   std::string_view text) {
  int port = 0;
  const bool digits =
      !text.empty() && text.size() <= 5 &&
      std::all_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c));
      });
  if (!digits || !absl::SimpleAtoi(base::ToAbsl(text), &port) || port < 1 ||
      port > 65535)
    return Invalid(server, "has no port from 1 to 65535");
  return static_cast<uint16_t>(port);
}

absl::StatusOr<ServerName> ParseServer(std::string_view server) {
  ServerName result;
  const size_t colon = server.rfind(':');
  if (colon == std::string_view::npos)
    return Invalid(server, "has no port, as in \"zk1:2181\"");
  ROSTER_ASSIGN_OR_RETURN(result.port,
                          ParsePort(server, server.substr(colon + 1)));
  const std::string_view host = server.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    result.host = std::string(host.substr(1, host.size() - 2));
    if (!IsIpv6(result.host))
      return Invalid(server, "has no IPv6 address in its brackets");
    result.is_address = true;
    return result;
  }
  result.host = std::string(host);
  if (host.find(':') != std::string_view::npos)
    return Invalid(server, "needs brackets: \"[::1]:2181\"");
  if (!IsHostName(host)) return Invalid(server, "has no valid host name");
  result.is_address = IsIpv4(result.host);
  return result;
}

}  // namespace

absl::StatusOr<ConnectionString> ParseConnectionString(std::string_view text) {
  ConnectionString result;
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view chroot = text.substr(slash);
    ROSTER_RETURN_IF_ERROR(ValidatePath(chroot));
    if (chroot != "/") result.chroot = std::string(chroot);
  }
  for (const absl::string_view part :
       absl::StrSplit(base::ToAbsl(text.substr(0, slash)), ',')) {
    const std::string_view server =
        base::ToStd(absl::StripAsciiWhitespace(part));
    if (server.empty())
      return absl::InvalidArgumentError(base::StrCat(
          "ZooKeeper servers \"", absl::Utf8SafeCEscape(base::ToAbsl(text)),
          "\" name an empty server; expected \"host:port,...[/chroot]\""));
    ROSTER_ASSIGN_OR_RETURN(ServerName name, ParseServer(server));
    result.servers.push_back(std::move(name));
  }
  return result;
}

}  // namespace roster::zk
