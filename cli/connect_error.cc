#include "cli/connect_error.h"

#include "absl/strings/ascii.h"
#include "base/strings.h"

namespace roster::cli {
namespace {

constexpr std::string_view kWhichEndpoint = "set --endpoint or ROSTER_ENDPOINT";

// What somebody did, told by what one of the libraries says.
struct Known {
  std::string_view needle;
  std::string_view cause;  // empty: as it is
  std::string_view hint;
};
constexpr Known kKnown[] = {
    {"http1.x server", "an HTTP server answers there, not gRPC",
     "is that rosterd's HTTP port? set --endpoint or ROSTER_ENDPOINT"},
    {"wrong version number", "it does not speak TLS",
     "leave the --tls flags and ROSTER_TLS variables out, or is it another "
     "port?"},
    {"certificate verify failed", "its certificate is not trusted here",
     "who signed it? name them with --tls-ca or ROSTER_TLS_CA"},
    {"is not in peer certificate", "",
     "what is its name? see --tls-server-name"},
    // How a TLS server ends what is no TLS. (Alone, the connection was lost.)
    {": Socket closed", "it closed the connection",
     "does it serve TLS? see --tls; is it rosterd? set --endpoint or "
     "ROSTER_ENDPOINT"},
};

// The words between `before` and `after`; empty if there are none.
std::string_view Between(std::string_view text, std::string_view before,
                         std::string_view after) {
  const size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  return text.substr(0, text.find(after));
}

}  // namespace

std::string Cause(std::string_view message) {
  std::string cause(message);
  const size_t last_error = cause.find("last error: ");
  if (last_error != std::string::npos) {
    const size_t colon = cause.rfind(": ");
    cause = cause.substr(colon + 2);
  }
  // Names keep their capital.
  if (cause.size() > 1 && absl::ascii_isupper(cause[0]) &&
      absl::ascii_islower(cause[1]) && !cause.starts_with("ZooKeeper")) {
    cause[0] = absl::ascii_tolower(cause[0]);
  }
  return cause;
}

ConnectError ExplainConnectError(std::string_view message) {
  // "DNS resolution failed for web:7470: C-ares status is not ARES_SUCCESS
  // qtype=A name=web is_balancer=0: Domain name not found"
  const std::string_view name =
      Between(message, "DNS resolution failed for ", ": ");
  if (!name.empty()) {
    const std::string why(message.substr(message.rfind(": ") + 2));
    return {base::StrCat("no address is known for '", name,
                         "': ", absl::AsciiStrToLower(why)),
            base::StrCat("is the name right? ", kWhichEndpoint)};
  }
  for (const Known& known : kKnown) {
    if (message.find(known.needle) == std::string_view::npos) continue;
    return {known.cause.empty() ? Cause(message) : std::string(known.cause),
            std::string(known.hint)};
  }
  return {Cause(message), base::StrCat("is it running? ", kWhichEndpoint)};
}

}  // namespace roster::cli
