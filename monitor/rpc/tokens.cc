#include "monitor/rpc/tokens.h"

#include <charconv>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

constexpr size_t kMaxTokenBytes = 4096;

// Stricter than absl::SimpleAtoi, which takes signs and blanks.
bool ParseNumber(std::string_view text, uint64_t* number) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string PackToken(const std::vector<std::string>& fields) {
  std::string packed;
  for (const std::string& field : fields)
    packed += base::StrCat(field.size(), ":", field);
  return absl::WebSafeBase64Escape(packed);
}

absl::StatusOr<std::vector<std::string>> UnpackToken(std::string_view token,
                                                     size_t count) {
  const auto garbage = [] {
    return absl::InvalidArgumentError("this is no token of this service");
  };
  std::string packed;
  if (token.size() > kMaxTokenBytes ||
      !absl::WebSafeBase64Unescape(base::ToAbsl(token), &packed))
    return garbage();
  std::vector<std::string> fields;
  std::string_view rest = packed;
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    uint64_t size = 0;
    if (colon == rest.npos || !ParseNumber(rest.substr(0, colon), &size) ||
        size > rest.size() - colon - 1)
      return garbage();
    fields.emplace_back(rest.substr(colon + 1, size));
    rest.remove_prefix(colon + 1 + size);
  }
  if (fields.size() != count) return garbage();
  return fields;
}

std::string MakeResumeToken(std::string_view stream, uint64_t number) {
  return base::StrCat(stream, ":", number);
}

absl::StatusOr<ResumeToken> ParseResumeToken(std::string_view token) {
  const size_t colon = token.rfind(':');
  ResumeToken parsed;
  if (token.size() > kMaxTokenBytes || colon == token.npos || colon == 0 ||
      !ParseNumber(token.substr(colon + 1), &parsed.number))
    return absl::InvalidArgumentError("this is no resume token");
  parsed.stream = std::string(token.substr(0, colon));
  return parsed;
}

}  // namespace roster::monitor
