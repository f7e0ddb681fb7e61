#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordination/line_name.h"
#include "monitor/control/coordination_values.h"

namespace roster::monitor {

// A line in a folder as contenders, and pages of it. Pure.

// The line's nodes with what their names and places tell; not read yet.
std::vector<Contender> ContendersOf(const std::string& folder,
                                    const coordination::Line& line);

// Where in a line of holders and waiters the page after `after` begins. A node
// that has gone meanwhile is looked for by where it would be. InvalidArgument
// if it cannot have been in such a line.
absl::StatusOr<size_t> PageBegin(const std::vector<Contender>& nodes,
                                 const std::string& after);

// A part of `nodes`, and the name that the page after it begins behind: empty
// on the last one.
struct LinePage {
  std::vector<Contender> nodes;
  size_t begin = 0;
  std::string next_after;
};
absl::StatusOr<LinePage> PageOf(const std::vector<Contender>& nodes,
                                size_t limit, const std::string& after);

}  // namespace roster::monitor
