#include "coordination/sequential_name.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace roster::coordination {
namespace {

constexpr size_t kDigits = 10;

}  // namespace

std::optional<int64_t> SequenceOf(std::string_view name,
                                  std::string_view marker) {
  const size_t at = name.rfind(marker);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view number = name.substr(at + marker.size());
  std::string_view digits = number;
  if (!digits.empty() && digits.front() == '-') digits.remove_prefix(1);
  if (digits.size() != kDigits ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit))
    return std::nullopt;
  int64_t sequence = 0;
  if (!absl::SimpleAtoi(base::ToAbsl(number), &sequence)) return std::nullopt;
  return sequence;
}

std::vector<std::string> SortBySequence(std::vector<std::string> names,
                                        std::string_view marker) {
  std::vector<std::pair<int64_t, std::string>> numbered;
  numbered.reserve(names.size());
  for (std::string& name : names)
    if (const auto sequence = SequenceOf(name, marker))
      numbered.emplace_back(*sequence, std::move(name));
  std::sort(numbered.begin(), numbered.end());
  names.clear();
  for (auto& [sequence, name] : numbered) names.push_back(std::move(name));
  return names;
}

}  // namespace roster::coordination
