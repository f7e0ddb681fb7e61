#include "cli/nearest.h"

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/text.h"

namespace roster::cli {

std::string DidYouMean(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  const auto quote = [](std::string* out, const std::string& name) {
    *out += base::StrCat("'", Visible(name), "'");
  };
  return base::StrCat("; did you mean ", absl::StrJoin(names, " or ", quote),
                      "?");
}

}  // namespace roster::cli
