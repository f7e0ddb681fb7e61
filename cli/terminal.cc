#include "cli/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/strings.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

bool Dumb() {
  const char* term = getenv("TERM");
  return term == nullptr || std::string_view(term) == "dumb" || *term == '\0';
}

}  // namespace

absl::Status Print(std::string_view text) {
  const bool written =
      fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
      fflush(stdout) == 0;
  if (written) return absl::OkStatus();
  return absl::DataLossError(
      base::StrCat("cannot write the output: ", strerror(errno)));
}

void Complain(std::string_view sentence) {
  const std::string line = base::StrCat("rosterctl: ", Visible(sentence), "\n");
  fwrite(line.data(), 1, line.size(), stderr);
}

bool IsLive() { return isatty(STDOUT_FILENO) == 1 && !Dumb(); }

bool UseColor(bool no_color) {
  const char* variable = getenv("NO_COLOR");
  const bool unwanted = no_color || (variable != nullptr && *variable != '\0');
  return !unwanted && IsLive();
}

ScreenSize GetScreenSize() {
  ScreenSize size;
  struct winsize window = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
    if (window.ws_col > 0) size.columns = window.ws_col;
    if (window.ws_row > 0) size.rows = window.ws_row;
  }
  return size;
}

absl::Status Screen::Draw(const std::vector<std::string>& lines) {
  std::string out;
  // One write for the whole picture, so that it does not flicker. ECMA-48:
  // CUU moves up, EL clears the rest of the line, ED the rest of the screen.
  if (drawn_ > 0) out += base::StrCat("\x1b[", drawn_, "A");
  for (const std::string& line : lines) {
    out += base::StrCat(line, "\x1b[K\n");
  }
  out += "\x1b[J";
  drawn_ = lines.size();
  return Print(out);
}

}  // namespace roster::cli
