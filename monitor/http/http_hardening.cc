#include "monitor/http/http_hardening.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace roster::monitor {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6>
    kHardening = {{
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         "default-src 'none'; frame-ancestors 'none'"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
    }};

}  // namespace

void Harden(HttpResponse& response) {
  for (const auto& [name, value] : kHardening) {
    const bool set = std::any_of(
        response.headers.begin(), response.headers.end(),
        [name = name](const auto& header) { return header.first == name; });
    if (!set) response.headers.emplace_back(name, value);
  }
}

}  // namespace roster::monitor
