#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace roster::coordination {

// Names of a queue's items. Pure.
//
//   qn-<number>                       plain: Curator's SimpleDistributedQueue,
//                                     ZooKeeper's own recipes
//   entry-<priority>-<number>         with a priority of three digits: kazoo
//   due-<ms>-<priority>-<number>      not before that time, in milliseconds of
//                                     the Unix epoch, 15 digits: ours alone
struct QueueItemName {
  std::string name;
  int priority = 0;
  absl::Time due = absl::InfinitePast();
  int64_t sequence = 0;
};

inline constexpr int kDefaultPriority = 100;  // kazoo's; lower goes first

// What a new item's name begins with; ZooKeeper adds the number. `priority` is
// 0 to 999.
std::string QueueItemPrefix(int priority, absl::Time due);

// Nothing if `name` is none of the above.
std::optional<QueueItemName> ParseQueueItemName(std::string_view name);

// The items among `names`: lowest priority number first, then the earliest
// created.
std::vector<QueueItemName> SortQueueItems(
    const std::vector<std::string>& names);

}  // namespace roster::coordination
