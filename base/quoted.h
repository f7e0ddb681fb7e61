#pragma once

#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace roster::base {

// `text` in double quotes, with what would end them, or the line, escaped as C
// does: so a value in a log line is one value, whatever it holds. Ill-formed
// UTF-8 becomes U+FFFD.
inline std::string Quoted(std::string_view text) {
  return StrCat("\"", absl::Utf8SafeCEscape(ToAbsl(ToValidUtf8(text))), "\"");
}

}  // namespace roster::base
