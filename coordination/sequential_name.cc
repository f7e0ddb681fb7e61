#include "coordination/sequential_name.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace roster::coordination {
namespace {

constexpr size_t kDigits = 10;

struct Numbered {
  uint32_t at;  // place on the circle
  std::string name;

  auto operator<=>(const Numbered&) const = default;
};

// Index of the node after the widest gap: the earliest.
size_t Earliest(const std::vector<Numbered>& sorted) {
  size_t earliest = 0;
  uint32_t widest = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const size_t before = (i + sorted.size() - 1) % sorted.size();
    const uint32_t gap = sorted[i].at - sorted[before].at;  // wraps
    if (gap > widest) {
      widest = gap;
      earliest = i;
    }
  }
  return earliest;
}

}  // namespace

std::optional<int64_t> SequenceOf(std::string_view name,
                                  std::string_view marker) {
  const size_t at = name.rfind(marker);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view number = name.substr(at + marker.size());
  std::string_view digits = number;
  const bool negative = !digits.empty() && digits.front() == '-';
  if (negative) digits.remove_prefix(1);
  const bool fits =
      digits.size() == kDigits || (negative && digits.size() == kDigits - 1);
  if (!fits || !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit))
    return std::nullopt;
  int64_t sequence = 0;
  if (!absl::SimpleAtoi(base::ToAbsl(number), &sequence)) return std::nullopt;
  return sequence;
}

std::vector<std::string> SortBySequence(std::vector<std::string> names,
                                        std::string_view marker) {
  return SortBySequence(std::move(names),
                        std::vector<std::string>{std::string(marker)});
}

std::vector<std::string> SortBySequence(
    std::vector<std::string> names, const std::vector<std::string>& markers) {
  std::vector<Numbered> numbered;
  numbered.reserve(names.size());
  for (std::string& name : names) {
    for (const std::string& marker : markers) {
      const auto sequence = SequenceOf(name, marker);
      if (!sequence) continue;
      numbered.push_back({static_cast<uint32_t>(*sequence), std::move(name)});
      break;
    }
  }
  std::sort(numbered.begin(), numbered.end());
  if (!numbered.empty())
    std::rotate(numbered.begin(), numbered.begin() + Earliest(numbered),
                numbered.end());
  names.clear();
  for (Numbered& node : numbered) names.push_back(std::move(node.name));
  return names;
}

}  // namespace roster::coordination
