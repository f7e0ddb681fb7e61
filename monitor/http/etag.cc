#include "monitor/http/etag.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/strings.h"

namespace roster::monitor {

bool NamesETag(std::string_view if_none_match, std::string_view etag) {
  const absl::string_view wanted = absl::StripPrefix(base::ToAbsl(etag), "W/");
  for (absl::string_view tag :
       absl::StrSplit(base::ToAbsl(if_none_match), ',')) {
    tag = absl::StripAsciiWhitespace(tag);
    if (tag == "*" || absl::StripPrefix(tag, "W/") == wanted) return true;
  }
  return false;
}

}  // namespace roster::monitor
