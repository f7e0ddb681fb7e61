#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

// How text from a server and numbers are put on a terminal. Everything here is
// pure and does not depend on the locale of the process: text is UTF-8.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// `text` with everything made visible that a terminal would obey or hide:
// control characters, ill-formed UTF-8, characters that turn the direction of
// writing, zero-width and unassigned ones become \x1b or \u{202e}. What comes
// from a server is printed in this form only, so that a member's name cannot
// move the cursor, retitle the window or forge a line.
std::string Visible(std::string_view text);

// Columns that `visible`, a result of Visible(), takes on a terminal: two for
// an East Asian wide character, none for a combining one.
int DisplayWidth(std::string_view visible);

// `visible`, cut to at most `columns` (at least 3) and then ending in "...".
// At most four combining characters are kept on each column.
std::string Fit(std::string_view visible, int columns);

// Two units at most: "0s", "42s", "4m10s", "3h05m", "2d4h", "41d". Negative
// durations, as from clocks that differ, are "0s"; infinite ones "-".
std::string HumanDuration(absl::Duration duration);

// A number with at most three or four digits: "42", "3.5", "12.3k", "1.2M".
std::string HumanNumber(double value);

// A number of `unit`, which only changes how bytes look: "12.3k", "1.2GB".
std::string HumanAmount(double value, std::string_view unit);

// "12.3k/s", "1.2MB/s", "0.25/s".
std::string HumanRate(double per_second, std::string_view unit);

// A gauge by the suffix of its name: *_ratio as "31%", *_bytes as "1.2GB",
// *_seconds as a duration, others as a plain number.
std::string HumanGauge(std::string_view name, double value);

// "12%", rounded down: only what is finished shows 100%.
std::string Percent(double ratio);

// "[####......]" with `width` characters inside; "[ ? ]" of the same width for
// a ratio that is not known.
std::string Bar(std::optional<double> ratio, int width);

// Words for a help text: lines of at most 80 columns, each after a line break.
std::string WrappedWords(const std::vector<std::string>& words);

// A duration flag: "500ms", "90s", "1h30m", "2d", "2d12h". InvalidArgument for
// anything else, and for a negative one.
absl::StatusOr<absl::Duration> ParseDuration(std::string_view text);

}  // namespace roster::cli
