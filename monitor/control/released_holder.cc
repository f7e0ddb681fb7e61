#include "monitor/control/released_holder.h"

#include <array>
#include <string>
#include <utility>

namespace roster::monitor {
namespace {

constexpr std::array<std::pair<ContenderRole, std::string_view>, 5> kRoles = {{
    {ContenderRole::kNone, ""},
    {ContenderRole::kExclusive, "EXCLUSIVE"},
    {ContenderRole::kRead, "READ"},
    {ContenderRole::kWrite, "WRITE"},
    {ContenderRole::kLease, "LEASE"},
}};

constexpr std::array<std::pair<NodeFormat, std::string_view>, 4> kFormats = {{
    {NodeFormat::kUnknown, ""},
    {NodeFormat::kCurator, "CURATOR"},
    {NodeFormat::kKazoo, "KAZOO"},
    {NodeFormat::kRoster, "ROSTER"},
}};

template <typename Table, typename Value>
std::string NameOf(const Table& table, Value value) {
  for (const auto& [one, name] : table)
    if (one == value) return std::string(name);
  return "";
}

// What is not known, written by a newer rosterd, is the first.
template <typename Table>
auto ValueOf(const Table& table, std::string_view name) {
  for (const auto& [value, one] : table)
    if (one == name) return value;
  return table.front().first;
}

}  // namespace

model::ReleasedHolder ToReleased(const Contender& holder) {
  return {.path = holder.path,
          .sequence = holder.sequence,
          .session_id = holder.session_id,
          .created = holder.created,
          .data = holder.data.bytes,
          .data_size = holder.data.size,
          .member = holder.member,
          .member_claimed = holder.member_claimed,
          .role = NameOf(kRoles, holder.role),
          .format = NameOf(kFormats, holder.format)};
}

Contender FromReleased(const model::ReleasedHolder& released,
                       std::string_view node, int64_t czxid) {
  return {.node = std::string(node),
          .path = released.path,
          .sequence = released.sequence,
          .session_id = released.session_id,
          .created = released.created,
          .czxid = czxid,
          .data = {.bytes = released.data, .size = released.data_size},
          .member = released.member,
          .member_claimed = released.member_claimed,
          .role = ValueOf(kRoles, released.role),
          .format = ValueOf(kFormats, released.format)};
}

}  // namespace roster::monitor
