#pragma once

#include <string>
#include <string_view>

namespace roster::cli {

// Why rosterd could not be reached, for the person at the terminal.
struct ConnectError {
  std::string cause;  // "connection refused"
  std::string hint;   // what to try: "is it running? set --endpoint or ..."
};

// What gRPC's `message` about a connection, which has its own words and those
// of the libraries below it, means. Of "failed to connect to all addresses;
// last error: UNKNOWN: ipv4:127.0.0.1:1: Failed to connect to remote host:
// Connection refused" only "connection refused" is kept; what else is known is
// said in words. Pure, thread-safe.
ConnectError ExplainConnectError(std::string_view message);

// The first of those words: what any message of gRPC comes down to.
std::string Cause(std::string_view message);

}  // namespace roster::cli
