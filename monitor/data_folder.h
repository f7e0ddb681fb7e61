#pragma once

#include <string>

#include "absl/status/status.h"

namespace roster::monitor {

// Sees to it that files can be made in `folder`, the value of --data. Makes it,
// for its owner alone, if only its last part is missing. Does I/O. The errors
// name the flag.
absl::Status PrepareDataFolder(const std::string& folder);

}  // namespace roster::monitor
