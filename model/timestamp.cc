#include "model/timestamp.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"

namespace roster::model {
namespace {

// What comes before the fraction and the offset. Checked apart because
// absl::ParseTime also takes years of any length, blanks around the time and
// the word "infinite-future".
constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";

bool HasShape(std::string_view text) {
  if (text.size() <= kShape.size()) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const char c = absl::ascii_toupper(text[i]);
    if (kShape[i] == 'd' ? !absl::ascii_isdigit(c) : c != kShape[i]) {
      return false;
    }
  }
  return !absl::ascii_isspace(text.back());
}

absl::Time Earliest() {
  static const absl::Time time =
      absl::FromCivil(absl::CivilYear(1), absl::UTCTimeZone());
  return time;
}

absl::Time Latest() {
  static const absl::Time time =
      absl::FromCivil(absl::CivilYear(10000), absl::UTCTimeZone()) -
      absl::Nanoseconds(1);
  return time;
}

}  // namespace

bool IsTimestamp(absl::Time time) {
  return time >= Earliest() && time <= Latest();
}

std::string FormatTimestamp(absl::Time time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ",
                          std::clamp(time, Earliest(), Latest()),
                          absl::UTCTimeZone());
}

std::string FormatSeconds(absl::Time time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ",
                          std::clamp(time, Earliest(), Latest()),
                          absl::UTCTimeZone());
}

std::optional<absl::Time> ParseTimestamp(std::string_view text) {
  if (!HasShape(text)) return std::nullopt;
  std::string upper(text);
  absl::AsciiStrToUpper(&upper);
  absl::Time time;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*S%Ez", upper, &time, nullptr)) {
    return std::nullopt;
  }
  // The offset may lead out of the years that can be written again.
  if (!IsTimestamp(time)) return std::nullopt;
  return time;
}

}  // namespace roster::model
