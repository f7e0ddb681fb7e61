#include "model/sequential_name.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace roster::model {
namespace {

constexpr size_t kDigits = 10;

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

std::vector<size_t> OrderOfSequences(const std::vector<int64_t>& sequences) {
  const auto at = [&](size_t i) { return static_cast<uint32_t>(sequences[i]); };
  std::vector<size_t> order(sequences.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return at(a) < at(b); });
  size_t earliest = 0;
  uint32_t widest = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t before = (i + order.size() - 1) % order.size();
    const uint32_t gap = at(order[i]) - at(order[before]);  // on the circle
    if (gap <= widest) continue;
    widest = gap;
    earliest = i;
  }
  std::rotate(order.begin(), order.begin() + earliest, order.end());
  return order;
}

std::vector<std::string> SortBySequence(std::vector<std::string> names,
                                        std::string_view marker) {
  return SortBySequence(std::move(names),
                        std::vector<std::string>{std::string(marker)});
}

std::vector<std::string> SortBySequence(
    std::vector<std::string> names, const std::vector<std::string>& markers) {
  // So that what has equal numbers comes out the same everywhere.
  std::sort(names.begin(), names.end());
  std::vector<std::string> numbered;
  std::vector<int64_t> sequences;
  for (std::string& name : names) {
    for (const std::string& marker : markers) {
      const auto sequence = SequenceOf(name, marker);
      if (!sequence) continue;
      sequences.push_back(*sequence);
      numbered.push_back(std::move(name));
      break;
    }
  }
  std::vector<std::string> sorted;
  sorted.reserve(numbered.size());
  for (const size_t i : OrderOfSequences(sequences))
    sorted.push_back(std::move(numbered[i]));
  return sorted;
}

}  // namespace roster::model
