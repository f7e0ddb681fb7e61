#include "coordination/line_name.h"

#include <algorithm>
#include <utility>

#include "coordination/lock_names.h"
#include "model/sequential_name.h"

namespace roster::coordination {
namespace {

struct Marker {
  std::string_view text;
  LineRole role;
  bool kazoo;
};

constexpr Marker kMarkers[] = {
    {kLockMarker, LineRole::kExclusive, false},
    {kReadMarker, LineRole::kRead, false},
    {kWriteMarker, LineRole::kWrite, false},
    {"-lease-", LineRole::kLease, false},
    {"-latch-", LineRole::kCandidate, false},
    {kKazooLockMarker, LineRole::kExclusive, true},
    {kKazooReadMarker, LineRole::kRead, true},
};

// `nodes` in the order of their numbers.
std::vector<LineName> InOrder(std::vector<LineName> nodes) {
  std::vector<int64_t> sequences;
  sequences.reserve(nodes.size());
  for (const LineName& node : nodes) sequences.push_back(node.sequence);
  std::vector<LineName> ordered;
  ordered.reserve(nodes.size());
  for (const size_t i : model::OrderOfSequences(sequences))
    ordered.push_back(std::move(nodes[i]));
  return ordered;
}

bool IsWriter(const LineName& node) { return node.role != LineRole::kRead; }

}  // namespace

std::optional<LineName> ParseLineName(std::string_view name) {
  for (const Marker& marker : kMarkers) {
    const auto sequence = model::SequenceOf(name, marker.text);
    if (!sequence) continue;
    return LineName{.name = std::string(name),
                    .sequence = *sequence,
                    .role = marker.role,
                    .kazoo = marker.kazoo};
  }
  return std::nullopt;
}

bool Line::Has(LineRole role) const {
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](const LineName& node) { return node.role == role; });
}

Line ReadLine(const std::vector<std::string>& names,
              const std::vector<LineRole>& roles) {
  Line line;
  for (const std::string& name : names) {
    auto node = ParseLineName(name);
    if (node &&
        std::find(roles.begin(), roles.end(), node->role) != roles.end())
      line.nodes.push_back(*std::move(node));
    else
      line.foreign.push_back(name);
  }
  std::sort(line.foreign.begin(), line.foreign.end());
  // So that what has equal numbers comes out the same everywhere.
  std::sort(
      line.nodes.begin(), line.nodes.end(),
      [](const LineName& a, const LineName& b) { return a.name < b.name; });
  line.nodes = InOrder(std::move(line.nodes));
  if (line.Has(LineRole::kRead) || line.Has(LineRole::kWrite))
    for (LineName& node : line.nodes)
      if (node.role == LineRole::kExclusive) node.role = LineRole::kWrite;
  return line;
}

Line ReadElectionLine(const std::vector<std::string>& names) {
  return ReadLine(names, {LineRole::kCandidate, LineRole::kExclusive});
}

size_t CountHolders(const Line& line) {
  if (line.empty()) return 0;
  const auto writer =
      std::find_if(line.nodes.begin(), line.nodes.end(), IsWriter);
  return std::max<size_t>(1, writer - line.nodes.begin());
}

std::vector<std::string_view> AwaitedNames(const Line& line) {
  std::vector<std::string_view> awaited;
  awaited.reserve(line.nodes.size());
  std::string_view last;
  std::string_view last_writer;
  for (const LineName& node : line.nodes) {
    awaited.push_back(IsWriter(node) ? last : last_writer);
    last = node.name;
    if (IsWriter(node)) last_writer = node.name;
  }
  return awaited;
}

std::optional<size_t> CountUpTo(const Line& line, std::string_view name) {
  for (size_t i = 0; i < line.nodes.size(); ++i)
    if (line.nodes[i].name == name) return i + 1;
  const auto gone = ParseLineName(name);
  if (!gone) return std::nullopt;
  std::vector<int64_t> sequences;
  for (const LineName& node : line.nodes) sequences.push_back(node.sequence);
  sequences.push_back(gone->sequence);
  const std::vector<size_t> order = model::OrderOfSequences(sequences);
  return std::find(order.begin(), order.end(), line.nodes.size()) -
         order.begin();
}

}  // namespace roster::coordination
