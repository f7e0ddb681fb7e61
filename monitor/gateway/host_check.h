#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "monitor/http/http_message.h"

namespace roster::monitor {

// HostCheck keeps pages of other sites out that reach rosterd by a name of
// their own: a page of evil.example may have its name resolved to rosterd's
// address once it is loaded (DNS rebinding), and is then, to the browser, of
// the same site as rosterd. What gives it away is the name in Host.
//
// So the console, the API and FleetLock are served under names that rosterd was
// told only, and under localhost and literal addresses, which nobody can bind
// anew. What programs read is not checked: /metrics, /sd/prometheus and /-/...,
// which Prometheus and probes ask for by the name of some service, and which
// change nothing. A request without a host (HTTP/1.0) comes from no browser.
//
// Thread-safety: immutable.
class HostCheck {
 public:
  // Names as of ParseHostName(), or "*", which allows all of them.
  explicit HostCheck(std::vector<std::string> names);

  // The refusal, in the form that the path's other errors have; nothing if the
  // request may go on.
  std::optional<HttpResponse> operator()(const HttpRequest& request) const;

 private:
  bool IsKnown(std::string_view host) const;

  const std::vector<std::string> names_;
};

// The host of a Host header, in lower case, without port, brackets and the dot
// at its end: "web.example" of "Web.example.:7471". Nothing if it is none.
std::optional<std::string> HostOf(std::string_view header);

}  // namespace roster::monitor
