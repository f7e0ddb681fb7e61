#include "monitor/control/line_page.h"

#include <algorithm>
#include <utility>

#include "base/error_details.h"
#include "base/status_macros.h"
#include "model/paths.h"

namespace roster::monitor {
namespace {

using coordination::LineName;
using coordination::LineRole;

ContenderRole RoleOf(LineRole role) {
  switch (role) {
    case LineRole::kExclusive:
      return ContenderRole::kExclusive;
    case LineRole::kRead:
      return ContenderRole::kRead;
    case LineRole::kWrite:
      return ContenderRole::kWrite;
    case LineRole::kLease:
      return ContenderRole::kLease;
    case LineRole::kCandidate:
      return ContenderRole::kNone;
  }
  return ContenderRole::kNone;
}

bool IsLease(const Contender& node) {
  return node.role == ContenderRole::kLease;
}

}  // namespace

std::vector<Contender> ContendersOf(const std::string& folder,
                                    const coordination::Line& line) {
  std::vector<Contender> contenders;
  contenders.reserve(line.nodes.size());
  const std::vector<std::string_view> awaited =
      coordination::AwaitedNames(line);
  for (size_t i = 0; i < line.nodes.size(); ++i) {
    const LineName& node = line.nodes[i];
    // A lease is had, whatever came before it.
    const bool waits = node.role != LineRole::kLease;
    contenders.push_back(
        {.node = node.name,
         .path = model::JoinPath(folder, node.name),
         .sequence = node.sequence,
         .role = RoleOf(node.role),
         .waits_for = std::string(waits ? awaited[i] : ""),
         .format = node.kazoo ? NodeFormat::kKazoo : NodeFormat::kCurator});
  }
  return contenders;
}

absl::StatusOr<size_t> PageBegin(const std::vector<Contender>& nodes,
                                 const std::string& after) {
  if (after.empty()) return size_t{0};
  for (size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].node == after) return i + 1;
  const auto gone = coordination::ParseLineName(after);
  // kazoo's leases have no numbers; they are shown by name.
  const bool was_lease = !gone || gone->role == LineRole::kLease;
  const size_t leases =
      std::find_if_not(nodes.begin(), nodes.end(), IsLease) - nodes.begin();
  const size_t begin = was_lease ? 0 : leases;
  const size_t end = was_lease ? leases : nodes.size();
  if (!gone)
    return static_cast<size_t>(std::count_if(
        nodes.begin(), nodes.begin() + end,
        [&](const Contender& node) { return node.node <= after; }));
  coordination::Line part;
  for (size_t i = begin; i < end; ++i)
    part.nodes.push_back(
        {.name = nodes[i].node, .sequence = nodes[i].sequence});
  return begin + coordination::CountUpTo(part, after).value_or(0);
}

absl::StatusOr<LinePage> PageOf(const std::vector<Contender>& nodes,
                                size_t limit, const std::string& after) {
  LinePage page;
  ROSTER_ASSIGN_OR_RETURN(page.begin, PageBegin(nodes, after));
  const size_t end = std::min(nodes.size(), page.begin + limit);
  page.nodes.assign(nodes.begin() + page.begin, nodes.begin() + end);
  if (end < nodes.size() && end > page.begin)
    page.next_after = nodes[end - 1].node;
  return page;
}

}  // namespace roster::monitor
