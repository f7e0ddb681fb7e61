#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roster::base {

// The up to `limit` of `candidates` that somebody who typed `typed` may have
// meant, nearest first: within a third of its length in typing errors, or
// beginning with it. Letters compare without regard to ASCII case.
//
// Typing errors are counted as insertions, deletions, substitutions and swaps
// of neighbours ("optimal string alignment").
// Source: F. J. Damerau, "A technique for computer detection and correction of
// spelling errors", Communications of the ACM 7 (3), 1964.
//
// Thread-safety: thread-safe.
std::vector<std::string> Nearest(std::string_view typed,
                                 const std::vector<std::string>& candidates,
                                 size_t limit);

}  // namespace roster::base
