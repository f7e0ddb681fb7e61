#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/coordination.pb.h"

// The tables and pages of locks, queues and barriers. Pure: `now` is passed in.
// All server text is made visible, by Table and Fields; what ContenderName()
// returns is as it came.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// Who a node stands for: its member, else what the node says, else the node.
std::string ContenderName(const roster::v1::Contender& contender);

// The name below the cluster's folder, or the path of what lies elsewhere.
template <typename Thing>
std::string NameOrPath(const Thing& thing) {
  return thing.name().empty() ? thing.path() : thing.name();
}

std::vector<Column> LockColumns(bool wide);
std::vector<Cell> LockRow(const roster::v1::Lock& lock, bool wide,
                          absl::Time now);
// Holders and waiters, with the nodes by which one is released.
std::string LockDetail(const roster::v1::Lock& lock, bool wide, absl::Time now,
                       const RenderOptions& options);

std::vector<Column> QueueColumns(bool wide);
std::vector<Cell> QueueRow(const roster::v1::Queue& queue, bool wide,
                           absl::Time now);
// The items that `queue` has, which may be fewer than its length.
std::string QueueDetail(const roster::v1::Queue& queue, bool wide,
                        absl::Time now, const RenderOptions& options);

std::vector<Column> BarrierColumns(bool wide);
std::vector<Cell> BarrierRow(const roster::v1::Barrier& barrier, bool wide,
                             absl::Time now);
std::string BarrierDetail(const roster::v1::Barrier& barrier, bool wide,
                          absl::Time now, const RenderOptions& options);

}  // namespace roster::cli
