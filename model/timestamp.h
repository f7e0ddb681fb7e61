#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace roster::model {

// Points in time as the wire formats have them: RFC 3339, as in
// "2026-11-22T08:00:05.123Z". Years 0001 to 9999.

// Whether FormatTimestamp can write `time` as it is.
bool IsTimestamp(absl::Time time);

// In UTC, with as many digits of the second as the time has. A time outside
// those years comes out as the nearest one inside.
std::string FormatTimestamp(absl::Time time);

// The same for people, who read no more than whole seconds: "...T08:00:05Z".
std::string FormatSeconds(absl::Time time);

// Any offset from UTC is understood ("Z", "+01:00"). Fractions beyond a
// quarter of a nanosecond are cut off. Absent unless `text` is a timestamp.
std::optional<absl::Time> ParseTimestamp(std::string_view text);

}  // namespace roster::model
