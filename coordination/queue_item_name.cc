#include "coordination/queue_item_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "model/sequential_name.h"

namespace roster::coordination {
namespace {

constexpr size_t kPriorityDigits = 3;
constexpr size_t kDueDigits = 15;

bool Skip(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Reads that many digits and the dash behind them.
template <typename Number>
bool Read(std::string_view& text, size_t digits, Number& number) {
  const std::string_view part = text.substr(0, digits);
  if (part.size() != digits ||
      !std::all_of(part.begin(), part.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(base::ToAbsl(part), &number))
    return false;
  text.remove_prefix(digits);
  return Skip(text, "-");
}

}  // namespace

std::string QueueItemPrefix(int priority, absl::Time due) {
  if (due != absl::InfinitePast())
    return absl::StrFormat("due-%015d-%03d-",
                           std::max<int64_t>(0, absl::ToUnixMillis(due)),
                           priority);
  if (priority == kDefaultPriority) return "qn-";
  return absl::StrFormat("entry-%03d-", priority);
}

std::optional<QueueItemName> ParseQueueItemName(std::string_view name) {
  QueueItemName item{std::string(name), kDefaultPriority};
  std::string_view rest = name;
  if (Skip(rest, "due-")) {
    int64_t milliseconds = 0;
    if (!Read(rest, kDueDigits, milliseconds) ||
        !Read(rest, kPriorityDigits, item.priority))
      return std::nullopt;
    item.due = absl::FromUnixMillis(milliseconds);
  } else if (Skip(rest, "entry-")) {
    if (!Read(rest, kPriorityDigits, item.priority)) return std::nullopt;
  } else if (!Skip(rest, "qn-")) {
    return std::nullopt;
  }
  const auto sequence = model::SequenceOf(base::StrCat("#", rest), "#");
  if (!sequence) return std::nullopt;
  item.sequence = *sequence;
  return item;
}

std::vector<QueueItemName> SortQueueItems(
    const std::vector<std::string>& names) {
  std::vector<QueueItemName> items;
  std::vector<int64_t> sequences;
  for (const std::string& name : names) {
    if (auto item = ParseQueueItemName(name)) {
      sequences.push_back(item->sequence);
      items.push_back(*std::move(item));
    }
  }
  std::vector<QueueItemName> sorted;
  sorted.reserve(items.size());
  for (const size_t i : model::OrderOfSequences(sequences))
    sorted.push_back(std::move(items[i]));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const QueueItemName& a, const QueueItemName& b) {
                     return a.priority < b.priority;
                   });
  return sorted;
}

}  // namespace roster::coordination
