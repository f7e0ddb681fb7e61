#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "monitor/control/requests.h"
#include "monitor/state/cluster_view.h"

namespace roster::monitor {

// More than these at once are taken in batches, by an operation.
inline constexpr size_t kMaxTargets = 500;

// What becomes of names that were never seen.
enum class AbsentNames {
  kRefused,     // nothing could be done with them
  kNotAllowed,  // they could be ordered for when they come, if that was said
  kAllowed,
};

// Names that are meant by `targets` in `view`: as given, or ordered by name for
// a selector. NotFound, with reason MEMBER_NOT_FOUND, for names that were never
// seen, unless they are allowed, and for a selector that matches nobody.
// InvalidArgument for a selector that is empty or does not parse, for over
// `most`, and for a name of nobody that has an odd character.
absl::StatusOr<std::vector<std::string>> ResolveTargets(const Targets& targets,
                                                        const ClusterView& view,
                                                        AbsentNames absent,
                                                        size_t most);

// For the audit: the names, or the selector.
std::vector<std::string> DescribeTargets(const Targets& targets);

// "web-01, web-02 and 7 others".
std::string Enumerate(const std::vector<std::string>& names);

}  // namespace roster::monitor
