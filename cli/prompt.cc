#include "cli/prompt.h"

#include <stdio.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

// What is typed up to the end of the line, without blanks around it.
std::string Ask(std::string_view prompt) {
  fwrite(prompt.data(), 1, prompt.size(), stderr);
  std::string line;
  int c = 0;
  while ((c = getchar()) != EOF && c != '\n') line += static_cast<char>(c);
  // The cursor stands behind the prompt still.
  if (c == EOF) fputc('\n', stderr);
  return std::string(absl::StripAsciiWhitespace(line));
}

}  // namespace

bool CanAsk() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

absl::StatusOr<std::string> ReasonOrAsk(const std::string& reason,
                                        std::string_view good_for) {
  if (!reason.empty()) return reason;
  const absl::Status missing = absl::InvalidArgumentError(
      base::StrCat("say why, with --reason: ", good_for));
  if (!CanAsk()) return missing;
  const std::string typed = Ask("Reason (for everybody to read): ");
  if (typed.empty()) return missing;
  if (!base::IsValidUtf8(typed))
    return absl::InvalidArgumentError("the reason is not UTF-8");
  return typed;
}

absl::Status Confirm(std::string_view question, bool yes) {
  if (yes) return absl::OkStatus();
  if (!CanAsk()) {
    return absl::InvalidArgumentError(
        base::StrCat("this would ", Visible(question),
                     "; say --yes if that is what you mean"));
  }
  std::string prompt = Visible(question);
  if (!prompt.empty()) prompt[0] = absl::ascii_toupper(prompt[0]);
  const std::string answer =
      absl::AsciiStrToLower(Ask(base::StrCat(prompt, "? [y/N] ")));
  if (answer == "y" || answer == "yes") return absl::OkStatus();
  return absl::FailedPreconditionError("nothing was changed");
}

}  // namespace roster::cli
