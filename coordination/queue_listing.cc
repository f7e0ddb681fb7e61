#include "coordination/queue_listing.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"
#include "model/sequential_name.h"

namespace roster::coordination {
namespace {

constexpr std::string_view kCuratorPrefix = "queue-";
// Milliseconds of the years 2001 to 2527, as hexadecimal digits.
constexpr size_t kFewestTimeDigits = 10;
constexpr size_t kMostTimeDigits = 11;
constexpr size_t kPriorityChars = 9;

bool ReadHex(std::string_view text, uint64_t& value) {
  // SimpleHexAtoi also takes "0x", blanks and a sign.
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_isxdigit) &&
         absl::SimpleHexAtoi(base::ToAbsl(text), &value);
}

// "|18C9F2B3D4A|0000000001", behind the prefix.
std::optional<QueueItemName> ParseWithId(std::string_view rest) {
  const size_t end = rest.rfind('|');
  if (end == 0) return std::nullopt;
  QueueItemName item;
  const std::string_view id = rest.substr(1, end - 1);
  uint64_t milliseconds = 0;
  if (id.size() >= kFewestTimeDigits && id.size() <= kMostTimeDigits &&
      ReadHex(id, milliseconds))
    item.due = absl::FromUnixMillis(static_cast<int64_t>(milliseconds));
  const auto sequence = model::SequenceOf(rest, "|");
  if (!sequence) return std::nullopt;
  item.sequence = *sequence;
  return item;
}

// "1000000640000000001", behind the prefix.
std::optional<QueueItemName> ParseWithPriority(std::string_view rest) {
  if (rest.size() <= kPriorityChars) return std::nullopt;
  const std::string_view priority = rest.substr(0, kPriorityChars);
  uint64_t value = 0;
  if ((priority[0] != '0' && priority[0] != '1') ||
      !ReadHex(priority.substr(1), value))
    return std::nullopt;
  const auto sequence =
      model::SequenceOf(base::StrCat("#", rest.substr(kPriorityChars)), "#");
  if (!sequence) return std::nullopt;
  return QueueItemName{.priority = static_cast<int32_t>(value),
                       .sequence = *sequence};
}

std::optional<QueueItemName> ParseCurator(std::string_view name) {
  if (!name.starts_with(kCuratorPrefix)) return std::nullopt;
  const std::string_view rest = name.substr(kCuratorPrefix.size());
  std::optional<QueueItemName> item;
  if (rest.starts_with("|")) {
    item = ParseWithId(rest);
  } else if (const auto sequence = model::SequenceOf(name, kCuratorPrefix)) {
    item = QueueItemName{.sequence = *sequence};
  } else {
    item = ParseWithPriority(rest);
  }
  if (item) item->name = name;
  return item;
}

}  // namespace

std::optional<ListedItem> ParseListedItem(std::string_view name) {
  if (auto item = ParseQueueItemName(name)) {
    const QueueWriter writer = name.starts_with("qn-") ? QueueWriter::kAnybody
                               : name.starts_with("due-") ? QueueWriter::kRoster
                                                          : QueueWriter::kKazoo;
    return ListedItem{*std::move(item), writer};
  }
  if (auto item = ParseCurator(name))
    return ListedItem{*std::move(item), QueueWriter::kCurator};
  return std::nullopt;
}

QueueListing ListQueue(const std::vector<std::string>& names) {
  QueueListing listing;
  std::vector<ListedItem> items;
  std::vector<int64_t> sequences;
  for (const std::string& name : names) {
    if (auto item = ParseListedItem(name)) {
      sequences.push_back(item->item.sequence);
      items.push_back(*std::move(item));
    } else {
      listing.foreign.push_back(name);
    }
  }
  std::sort(listing.foreign.begin(), listing.foreign.end());
  listing.items.reserve(items.size());
  for (const size_t i : model::OrderOfSequences(sequences))
    listing.items.push_back(std::move(items[i]));
  // Curator takes what is due first first; ours goes by the priority, and
  // leaves out what is not due.
  const auto key = [](const ListedItem& listed) {
    return std::pair(listed.item.priority,
                     listed.writer == QueueWriter::kCurator
                         ? listed.item.due
                         : absl::InfinitePast());
  };
  std::stable_sort(listing.items.begin(), listing.items.end(),
                   [&](const ListedItem& a, const ListedItem& b) {
                     return key(a) < key(b);
                   });
  return listing;
}

const ListedItem& OldestItem(const QueueListing& listing) {
  std::vector<int64_t> sequences;
  sequences.reserve(listing.items.size());
  for (const ListedItem& listed : listing.items)
    sequences.push_back(listed.item.sequence);
  return listing.items[model::OrderOfSequences(sequences).front()];
}

}  // namespace roster::coordination
