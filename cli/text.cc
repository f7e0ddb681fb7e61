#include "cli/text.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "base/strings.h"

namespace roster::cli {
namespace {

// Makes the C library read UTF-8 on this thread for as long as it lives,
// whatever the user's locale is: the width tables of the C library are better
// than any of ours, but they obey the locale.
class Utf8Locale {
 public:
  Utf8Locale() {
    static const locale_t utf8 =
        newlocale(LC_CTYPE_MASK, "C.UTF-8", static_cast<locale_t>(nullptr));
    if (utf8 != nullptr) before_ = uselocale(utf8);
  }
  ~Utf8Locale() {
    if (before_ != nullptr) uselocale(before_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t before_ = nullptr;
};

struct CodePoint {
  wchar_t value = 0;
  size_t bytes = 0;  // 0: not UTF-8 here
};

// The code point that `text` begins with. Needs a Utf8Locale.
CodePoint Decode(std::string_view text) {
  mbstate_t state = {};
  wchar_t value = 0;
  const size_t bytes = mbrtowc(&value, text.data(), text.size(), &state);
  if (bytes > text.size()) return {};      // the error values are huge
  return {value, bytes == 0 ? 1 : bytes};  // 0 is how NUL is told
}

// Format characters that a terminal, or the eye, takes for something else:
// soft hyphen, Arabic letter mark, zero-width and direction marks, line and
// paragraph separators, invisible operators, the byte order mark,
// annotations, tags.
// Source: The Unicode Standard 15.0, general categories Cf, Zl and Zp.
constexpr std::array<std::pair<wchar_t, wchar_t>, 10> kHidden = {{
    {0xad, 0xad},
    {0x61c, 0x61c},
    {0x180e, 0x180e},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},
    {0xe0000, 0xe007f},
    {0xf0000, 0x10ffff},
}};

bool IsShowable(wchar_t c) {
  if (wcwidth(c) < 0 || c == 0) return false;
  return std::none_of(kHidden.begin(), kHidden.end(), [c](const auto& range) {
    return range.first <= c && c <= range.second;
  });
}

// Printable ASCII, as nearly all text is: it shows as it is, and a byte takes a
// column.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

// The two biggest units of `seconds`; `small` is padded, so that "3h05m" does
// not look like 3h50m.
std::string TwoUnits(int64_t seconds, int64_t unit, char big, char small,
                     int64_t small_unit, bool pad) {
  const int64_t rest = seconds % unit / small_unit;
  const std::string head = absl::StrFormat("%d%c", seconds / unit, big);
  if (rest == 0) return head;
  if (pad) return absl::StrFormat("%s%02d%c", head, rest, small);
  return absl::StrFormat("%s%d%c", head, rest, small);
}

// Three digits at least, no more than are needed: 1.2, 12.3, 123.
std::string Digits(double value) {
  std::string text = absl::StrFormat("%.1f", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

bool IsBytes(std::string_view unit) {
  return unit == "bytes" || unit == "byte" || unit == "B";
}

}  // namespace

std::string Visible(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  const Utf8Locale locale;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = Decode(text);
    if (c.bytes == 0) {
      absl::StrAppendFormat(&out, "\\x%02x",
                            static_cast<unsigned char>(text.front()));
    } else if (IsShowable(c.value)) {
      out.append(text.substr(0, c.bytes));
    } else if (c.value < 0x80) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned>(c.value));
    } else {
      absl::StrAppendFormat(&out, "\\u{%x}", static_cast<unsigned>(c.value));
    }
    text.remove_prefix(std::max<size_t>(c.bytes, 1));
  }
  return out;
}

int DisplayWidth(std::string_view visible) {
  if (IsPlain(visible)) return static_cast<int>(visible.size());
  const Utf8Locale locale;
  int width = 0;
  while (!visible.empty()) {
    const CodePoint c = Decode(visible);
    width += c.bytes == 0 ? 1 : std::max(wcwidth(c.value), 0);
    visible.remove_prefix(std::max<size_t>(c.bytes, 1));
  }
  return width;
}

std::string Fit(std::string_view visible, int columns) {
  constexpr int kCombiningPerColumn = 4;
  const bool cut = DisplayWidth(visible) > columns;
  // Nothing to cut off, and nothing that combines.
  if (!cut && IsPlain(visible)) return std::string(visible);
  const int room = cut ? columns - 3 : columns;
  const Utf8Locale locale;
  std::string out;
  int width = 0;
  int combining = 0;
  while (!visible.empty()) {
    const CodePoint c = Decode(visible);
    const size_t bytes = std::max<size_t>(c.bytes, 1);
    const int more = c.bytes == 0 ? 1 : std::max(wcwidth(c.value), 0);
    if (width + more > room) break;
    combining = more == 0 ? combining + 1 : 0;
    if (combining <= kCombiningPerColumn) out.append(visible.substr(0, bytes));
    width += more;
    visible.remove_prefix(bytes);
  }
  if (cut) out += "...";
  return out;
}

std::string HumanDuration(absl::Duration duration) {
  constexpr int64_t kMinute = 60;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  if (duration == absl::InfiniteDuration()) return "-";
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(duration));
  if (seconds < kMinute) return base::StrCat(seconds, "s");
  if (seconds < kHour) return TwoUnits(seconds, kMinute, 'm', 's', 1, true);
  if (seconds < kDay) return TwoUnits(seconds, kHour, 'h', 'm', kMinute, true);
  if (seconds < 10 * kDay) {
    return TwoUnits(seconds, kDay, 'd', 'h', kHour, false);
  }
  return base::StrCat(seconds / kDay, "d");
}

std::string HumanNumber(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : "inf";
  constexpr std::string_view kSuffixes = "kMGTPE";
  const double size = std::abs(value);
  if (size < 1000) {
    if (size != 0 && size < 1) return absl::StrFormat("%.2g", value);
    // 999.96 would be rounded to 1000 here and to 1k below.
    if (size < 999.95) return Digits(value);
  }
  double scaled = value / 1000;
  size_t suffix = 0;
  while (std::abs(scaled) >= 999.95 && suffix + 1 < kSuffixes.size()) {
    scaled /= 1000;
    ++suffix;
  }
  if (std::abs(scaled) >= 999.95) return absl::StrFormat("%.1e", value);
  return Digits(scaled) + kSuffixes[suffix];
}

std::string HumanAmount(double value, std::string_view unit) {
  std::string number = HumanNumber(value);
  if (!IsBytes(unit)) return number;
  return number + "B";
}

std::string HumanRate(double per_second, std::string_view unit) {
  return HumanAmount(per_second, unit) + "/s";
}

std::string HumanGauge(std::string_view name, double value) {
  if (name.ends_with("_ratio") && std::isfinite(value)) {
    return absl::StrFormat("%.0f%%", value * 100);
  }
  if (name.ends_with("_bytes")) return HumanAmount(value, "bytes");
  if (name.ends_with("_seconds") && value >= 60) {
    return HumanDuration(absl::Seconds(value));
  }
  std::string number = HumanNumber(value);
  return name.ends_with("_seconds") ? number + "s" : number;
}

std::string Percent(double ratio) {
  if (std::isnan(ratio)) return "-";
  const double bounded = std::clamp(ratio, 0.0, 1.0);
  // The small term undoes what binary fractions lose: 0.29 is 29%, not 28%.
  return absl::StrFormat("%.0f%%", std::floor(bounded * 100 + 1e-9));
}

std::string Bar(std::optional<double> ratio, int width) {
  if (!ratio.has_value() || std::isnan(*ratio)) {
    std::string unknown(width, ' ');
    unknown[width / 2] = '?';
    return base::StrCat("[", unknown, "]");
  }
  const double bounded = std::clamp(*ratio, 0.0, 1.0);
  const int full = static_cast<int>(std::floor(bounded * width + 1e-9));
  return base::StrCat("[", std::string(full, '#'),
                      std::string(width - full, '.'), "]");
}

std::string WrappedWords(const std::vector<std::string>& words) {
  std::string out;
  size_t column = 80;
  for (const std::string& word : words) {
    if (column + word.size() + 1 > 80) {
      out += "\n ";
      column = 1;
    }
    out += " " + word;
    column += word.size() + 1;
  }
  return out;
}

absl::StatusOr<absl::Duration> ParseDuration(std::string_view text) {
  const absl::Status wrong = absl::InvalidArgumentError(base::StrCat(
      "'", Visible(text),
      "' is not a duration; write it like 500ms, 90s, 1h30m or 2d"));
  absl::Duration days;
  std::string_view rest = text;
  if (const size_t d = text.find('d'); d != std::string_view::npos) {
    int64_t count = 0;
    if (!absl::SimpleAtoi(base::ToAbsl(text.substr(0, d)), &count))
      return wrong;
    days = absl::Hours(24) * count;
    rest = text.substr(d + 1);
    if (rest.empty()) rest = "0";
  }
  absl::Duration duration;
  if (!absl::ParseDuration(base::ToAbsl(rest), &duration)) return wrong;
  duration += days;
  if (duration < absl::ZeroDuration()) return wrong;
  return duration;
}

}  // namespace roster::cli
