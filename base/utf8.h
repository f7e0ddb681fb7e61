#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace roster::base {

// True if `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool IsValidUtf8(std::string_view text);

// `text` with each maximal ill-formed part replaced by U+FFFD.
// Source: The Unicode Standard 15.0, section 3.9, "U+FFFD Substitution of
// Maximal Subparts".
std::string ToValidUtf8(std::string_view text);

// The longest start of `text` that is at most `max_bytes` long and does not cut
// a character in two. A view into `text`. REQUIRES: IsValidUtf8(text).
std::string_view TruncateUtf8(std::string_view text, size_t max_bytes);

}  // namespace roster::base
