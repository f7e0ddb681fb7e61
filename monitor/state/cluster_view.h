#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "monitor/state/member.h"

namespace roster::monitor {

// MemberMap is an immutable sorted map of members by name whose copies share
// almost everything: a change copies one leaf of at most 128 pointers and the
// list of leaves. That is what lets the monitor publish a whole view after
// each single change.
//
// Thread-safety: immutable.
class MemberMap {
 public:
  MemberMap() = default;

  MemberPtr Find(std::string_view name) const;  // null if it is missing
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The map with `member` in place of the one of its name, if any.
  MemberMap With(MemberPtr member) const;
  MemberMap Without(std::string_view name) const;

  // Calls `visit(const MemberPtr&)` in the order of names, for names > `after`
  // ("" for all; no member has an empty name), until it returns false.
  template <typename Visit>
  void ForEachAfter(std::string_view after, Visit visit) const {
    for (size_t i = LeafFor(after); i < leaves_.size(); ++i)
      for (const MemberPtr& member : *leaves_[i])
        if (member->name > after && !visit(member)) return;
  }
  template <typename Visit>
  void ForEach(Visit visit) const {
    ForEachAfter("", [&](const MemberPtr& member) {
      visit(member);
      return true;
    });
  }

 private:
  // Sorted by name, never empty.
  using Leaf = std::vector<MemberPtr>;

  size_t LeafFor(std::string_view name) const;

  std::vector<std::shared_ptr<const Leaf>> leaves_;
  size_t size_ = 0;
};

// Totals since the monitor started, for metrics.
struct ClusterCounters {
  uint64_t joins = 0;
  uint64_t leaves = 0;
  uint64_t losses = 0;
  uint64_t replacements = 0;
  uint64_t updates = 0;
  // Writes that were never seen because a later one of the same member came
  // first: gaps in the znode's version.
  uint64_t merged_updates = 0;
  uint64_t unreadable_records = 0;
};

// ClusterView is one cluster as of one revision.
//
// Thread-safety: immutable.
struct ClusterView {
  std::string cluster;
  std::string members_path;
  uint64_t revision = 0;
  // The first complete listing was read; before that the view is partial.
  bool synced = false;
  // ZooKeeper is in reach and the view is up to date.
  bool connected = false;
  // Up to when the view is known to be true: the publishing time while
  // connected, the moment of the cut while not. InfinitePast before the first
  // sync.
  absl::Time as_of = absl::InfinitePast();
  std::string disconnect_reason;  // empty while connected
  MemberMap members;
  // Members by status, indexed by model::MemberStatus.
  std::array<int64_t, 7> count_by_status{};
  int64_t opaque_count = 0;
  int64_t stalled_task_count = 0;
  int64_t running_task_count = 0;
  // As they stood when this view was published.
  ClusterCounters counters;
};

using ClusterViewPtr = std::shared_ptr<const ClusterView>;

}  // namespace roster::monitor
