#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/queue_item_name.h"

namespace roster::coordination {

// A queue's items as a looker-on reads them: ours and kazoo's as in
// queue_item_name.h, and Curator's DistributedQueue and its kin, which Queue
// itself does not take from:
//
//   queue-<n>                     DistributedQueue
//   queue-|<id>|<n>               DistributedIdQueue
//   queue-|<milliseconds>|<n>     DistributedDelayQueue: 10 or 11 hexadecimal
//                                 digits, so until the year 2527; an id that
//                                 looks so is taken for a time
//   queue-<sign><priority><n>     DistributedPriorityQueue: 1 or 0 for negative
//                                 ones, and eight hexadecimal digits
// Pure.
enum class QueueWriter { kAnybody, kRoster, kCurator, kKazoo };

struct ListedItem {
  QueueItemName item;
  QueueWriter writer = QueueWriter::kAnybody;
};

// Nothing if `name` is no item's. kAnybody: names of the form qn-<n>, which
// ours and Curator's SimpleDistributedQueue have alike.
std::optional<ListedItem> ParseListedItem(std::string_view name);

struct QueueListing {
  // In the order in which consumers take them.
  std::vector<ListedItem> items;
  std::vector<std::string> foreign;  // the others, sorted
};

QueueListing ListQueue(const std::vector<std::string>& names);

// The item that was put first. REQUIRES: there is one.
const ListedItem& OldestItem(const QueueListing& listing);

}  // namespace roster::coordination
