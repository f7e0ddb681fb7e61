#pragma once

#include <string>
#include <string_view>

namespace roster::base {

// What has no place in a line that people read, since it does something to the
// line rather than to be read: control characters (line feeds too), line and
// paragraph separators, what turns the direction of writing (marks, embeddings,
// overrides and isolates: with U+202E the rest of a line reads backwards), and
// characters that are not seen at all, by which two names can look the same.
// The zero-width joiners are not among them: languages are written with them.
//
// Pure, thread-safe.
//
// Source: The Unicode Standard 15.0, general categories Cc, Zl and Zp; Unicode
// Technical Report 36, section 2.10, for the rest.

// What the first one is and where, "U+202E at byte 3"; "" if there is none.
// REQUIRES: IsValidUtf8(text).
std::string FindOddCharacter(std::string_view text);

// `text` with each of them spelt out, "\n", "\x1b", "\u{202e}", so that it
// neither ends a line, nor turns it, nor drives a terminal. Ill-formed UTF-8
// becomes U+FFFD.
std::string EscapeOddCharacters(std::string_view text);

}  // namespace roster::base
