#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "cli/table.h"

namespace roster::cli {

// Writes to standard output and flushes it. DataLoss if that fails, as on a
// full disk: the caller must not end with 0 then.
absl::Status Print(std::string_view text);

// Writes "rosterctl: <sentence>" to standard error, with everything visible.
void Complain(std::string_view sentence);

// Standard output is a terminal that can move its cursor.
bool IsLive();

// Colours are for terminals, and not if --no-color or NO_COLOR says so
// (https://no-color.org: any value that is not empty).
bool UseColor(bool no_color);

struct ScreenSize {
  int columns = 80;
  int rows = 24;
};
ScreenSize GetScreenSize();

// Screen redraws a block of lines in place, at the bottom of the terminal. It
// changes no mode of the terminal (cursor, screen, echo), so there is nothing
// to restore however the program ends.
//
// Thread-safety: thread-compatible.
class Screen {
 public:
  // Replaces what was drawn before. No line may be wider than the screen.
  absl::Status Draw(const std::vector<std::string>& lines);
  // Forgets what was drawn: it scrolls away, and the next Draw() goes below.
  void Release() { drawn_ = 0; }

 private:
  size_t drawn_ = 0;  // lines
};

}  // namespace roster::cli
