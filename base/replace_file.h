#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace roster::base {

// Replaces a file as a whole: whoever reads it finds the former content or
// `bytes`. It is written beside, readable by its owner alone, synced to disk,
// and renamed. Does I/O. The errors are the system's.
absl::Status ReplaceFile(const std::string& file, std::string_view bytes);

}  // namespace roster::base
