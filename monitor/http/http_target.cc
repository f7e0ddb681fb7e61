#include "monitor/http/http_target.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace roster::monitor {
namespace {

// The value of a hexadecimal digit, or -1.
int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = absl::ascii_tolower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

absl::Status ValidatePath(const std::string& path) {
  if (!base::IsValidUtf8(path))
    return absl::InvalidArgumentError("the path is not UTF-8");
  for (const char c : path)
    if (absl::ascii_iscntrl(c))
      return absl::InvalidArgumentError("the path has a control character");
  for (const absl::string_view segment : absl::StrSplit(path, '/'))
    if (segment == "." || segment == "..")
      return absl::InvalidArgumentError("the path has a '.' or '..' in it");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return absl::InvalidArgumentError(
          "the path has a '%' without two hexadecimal digits");
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

absl::StatusOr<HttpTarget> ParseHttpTarget(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.substr(0, scheme.size()) != scheme) continue;
    const size_t path = target.find_first_of("/?", scheme.size());
    target = path == std::string_view::npos ? "/" : target.substr(path);
    break;
  }
  const size_t mark = target.find('?');
  HttpTarget parsed;
  if (mark != std::string_view::npos) parsed.query = target.substr(mark + 1);
  const std::string_view path = target.substr(0, mark);
  if (path.empty() || path.front() != '/')
    return absl::InvalidArgumentError("the path does not begin with '/'");
  ROSTER_ASSIGN_OR_RETURN(parsed.path, PercentDecode(path));
  ROSTER_RETURN_IF_ERROR(ValidatePath(parsed.path));
  return parsed;
}

}  // namespace roster::monitor
