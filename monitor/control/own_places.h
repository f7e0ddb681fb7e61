#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace roster::monitor {

// OK if somebody may take `path`, or a node in it, away as a lock or barrier.
// `own` are Roster's own places: the state path, and where the members of each
// cluster of this rosterd register. To a recipe's reader a member, a budget or
// an audit entry that somebody mistypes looks like a bar or a line.
//
// What lies in an own place, and what one lies in, is refused as
// InvalidArgument with reason INVALID_COORDINATION_PATH. Excepted is what lies
// below `folder`, where such recipes of the cluster belong, unless a place lies
// in there too. All paths are valid (model::ValidatePath). Pure.
absl::Status CheckNotOwn(std::string_view path, std::string_view folder,
                         const std::vector<std::string>& own);

}  // namespace roster::monitor
