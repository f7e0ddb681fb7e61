#include "cli/fields.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {

void Fields::Add(std::string_view label, std::string_view value, Color color) {
  if (value.empty() || value == "-") return;
  Line(label, Colored(Visible(value), color, options_.color));
}

void Fields::AddTime(std::string_view label,
                     const google::protobuf::Timestamp& timestamp,
                     absl::Time now) {
  if (ToTime(timestamp) == absl::InfinitePast()) return;
  Line(label,
       base::StrCat(LocalTime(timestamp), " (", Age(timestamp, now), " ago)"));
}

void Fields::AddMap(std::string_view label,
                    const std::map<std::string, std::string>& map) {
  std::string_view once = label;  // only on the first line
  for (const auto& [key, value] : map) {
    Line(once, base::StrCat(Visible(key), " = ", Visible(value)));
    once = "";
  }
}

void Fields::Line(std::string_view label, std::string_view text) {
  lines_.push_back({label.empty() ? std::string() : base::StrCat(label, ":"),
                    std::string(text)});
}

std::string Fields::Take() {
  size_t width = 13;  // as a rule
  for (const auto& [head, text] : lines_)
    width = std::max(width, head.size() + 1);
  std::string out;
  for (auto& [head, text] : std::exchange(lines_, {})) {
    head.resize(width, ' ');
    out += base::StrCat(head, text, "\n");
  }
  return out;
}

std::string Section(std::string_view heading, const Table& table,
                    const RenderOptions& options) {
  std::string out = base::StrCat("\n", heading, ":\n");
  out += base::StrCat("  ", table.Header(options), "\n");
  for (size_t i = 0; i < table.row_count(); ++i) {
    out += base::StrCat("  ", table.Row(i, options), "\n");
  }
  return out;
}

}  // namespace roster::cli
