#include "base/nearest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/strings.h"

namespace roster::base {
namespace {

// Member names have 255 characters at most; longer text is not a typing error.
constexpr size_t kMaxLength = 256;

size_t TypingErrors(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);  // two rows up
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped =
          i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::vector<std::string> Nearest(std::string_view typed,
                                 const std::vector<std::string>& candidates,
                                 size_t limit) {
  if (typed.empty() || typed.size() > kMaxLength) return {};
  const std::string wanted = absl::AsciiStrToLower(ToAbsl(typed));
  const size_t bound = std::max<size_t>(1, wanted.size() / 3);
  std::vector<std::pair<size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kMaxLength) continue;
    const std::string lower = absl::AsciiStrToLower(candidate);
    const size_t errors = TypingErrors(wanted, lower);
    if (errors <= bound) {
      near.emplace_back(errors, candidate);
    } else if (lower.starts_with(wanted)) {
      near.emplace_back(bound + 1, candidate);
    }
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (auto& [errors, name] : near) {
    if (names.size() == limit) break;
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace roster::base
