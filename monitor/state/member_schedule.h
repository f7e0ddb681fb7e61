#pragma once

#include <cstddef>

#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "base/compact_time.h"
#include "monitor/state/member.h"

namespace roster::monitor {

// MemberSchedule knows which members time alone will change next, so that
// nobody has to look at all of them: a present one when its next task will
// have stalled or its drain be overdue, a departed one when its retention ends.
// Departed members that are held offline are kept for as long as the hold.
//
// Thread-safety: thread-compatible.
// Lifetime: a member that was added must live until it is removed.
class MemberSchedule {
 public:
  MemberSchedule(absl::Duration left_retention, absl::Duration lost_retention)
      : left_retention_(left_retention), lost_retention_(lost_retention) {}

  void Add(const Member& member);
  // REQUIRES: `member` was added and is unchanged since.
  void Remove(const Member& member);

  // The member present that is to be changed first, if its time has come; else
  // null.
  const Member* Due(absl::Time now) const;
  // The same of those departed: the one to be forgotten first.
  const Member* Expired(absl::Time now) const;

  // When the drain of `member` will be overdue; InfiniteFuture: never, or it is
  // already.
  static absl::Time OverdueAt(const Member& member);

  // Departed members that are not held.
  size_t departed() const { return departed_.size(); }
  // Of those the longest gone; null if there is none.
  const Member* LongestGone() const;

 private:
  struct Entry {
    base::CompactTime at;
    const Member* member;

    // By name after time, so that what falls due together has an order.
    friend bool operator<(const Entry& a, const Entry& b) {
      if (a.at != b.at) return a.at < b.at;
      return a.member->name < b.member->name;
    }
  };

  // REQUIRES: DepartedFreely(member).
  absl::Time ExpiresAt(const Member& member) const;

  const absl::Duration left_retention_;
  const absl::Duration lost_retention_;
  absl::btree_set<Entry> due_;
  // Of those departed: by the end of their retention, and by their departure.
  absl::btree_set<Entry> expiring_;
  absl::btree_set<Entry> departed_;
};

}  // namespace roster::monitor
