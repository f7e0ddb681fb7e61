#include "tests/support/eventually.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"

namespace roster::testing {

absl::Duration Scaled(absl::Duration duration) {
  static const double factor = [] {
    double value = 1;
    const char* text = std::getenv("ROSTER_TEST_TIMEOUT_FACTOR");
    if (text != nullptr && !absl::SimpleAtod(text, &value)) value = 1;
    return std::max(value, 1.0);
  }();
  return duration * factor;
}

::testing::AssertionResult WaitUntil(const std::function<bool()>& condition,
                                     std::string_view what,
                                     absl::Duration timeout) {
  const absl::Duration limit = Scaled(timeout);
  const absl::Time deadline = absl::Now() + limit;
  // Short pauses at first: most conditions hold within a millisecond or two.
  absl::Duration pause = absl::Milliseconds(1);
  while (!condition()) {
    if (absl::Now() >= deadline)
      return ::testing::AssertionFailure()
             << "still not so after " << absl::FormatDuration(limit) << ": "
             << what;
    absl::SleepFor(pause);
    pause = std::min(pause * 2, absl::Milliseconds(20));
  }
  return ::testing::AssertionSuccess();
}

}  // namespace roster::testing
