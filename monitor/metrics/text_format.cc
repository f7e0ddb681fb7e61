#include "monitor/metrics/text_format.h"

#include <charconv>
#include <cmath>

#include "absl/strings/ascii.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace roster::monitor {

void AppendFamilyHead(const MetricSpec& spec, std::string& out) {
  out += base::StrCat("# HELP ", spec.name, " ", spec.help, "\n# TYPE ",
                      spec.name, " ", MetricKindName(spec.kind), "\n");
}

void AppendLabelValue(std::string_view value, std::string& out) {
  bool plain = true;
  for (const char c : value)
    plain &= c >= ' ' && c < 0x7f && c != '"' && c != '\\';
  if (plain) {
    out.append(value);
    return;
  }
  if (!base::IsValidUtf8(value)) {
    AppendLabelValue(base::ToValidUtf8(value), out);
    return;
  }
  for (const char c : value) {
    switch (c) {
      case '\\':
        out.append("\\\\");
        break;
      case '"':
        out.append("\\\"");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\0':
        out.append("\xEF\xBF\xBD");
        break;
      default:
        out.push_back(c);
    }
  }
}

void AppendNumber(double value, std::string& out) {
  if (std::isnan(value)) {
    out.append("NaN");
    return;
  }
  if (std::isinf(value)) {
    out.append(value > 0 ? "+Inf" : "-Inf");
    return;
  }
  char digits[32];  // the longest shortest double has 24 characters
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out.append(digits, end);
}

std::string LabelName(std::string_view name) {
  std::string safe(name);
  for (char& c : safe)
    if (!absl::ascii_isalnum(c)) c = '_';
  return safe;
}

}  // namespace roster::monitor
