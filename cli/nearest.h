#pragma once

#include <string>
#include <vector>

#include "base/nearest.h"

namespace roster::cli {

using base::Nearest;

// "; did you mean 'a' or 'b'?" for Nearest()'s answer, "" if it is empty.
//
// Thread-safety: thread-safe.
std::string DidYouMean(const std::vector<std::string>& names);

}  // namespace roster::cli
