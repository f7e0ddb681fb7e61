#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace roster::monitor {

// `text` of a request, short enough for the metadata that errors travel in.
std::string Shown(const std::string& text);

// Which of `names` a request means by `asked`; empty means the only one.
// INVALID_ARGUMENT with reason CLUSTER_REQUIRED, NOT_FOUND with
// CLUSTER_NOT_FOUND. Pure.
absl::StatusOr<size_t> FindCluster(const std::vector<std::string>& names,
                                   const std::string& asked);

}  // namespace roster::monitor
