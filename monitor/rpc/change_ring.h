#pragma once

#include <grpcpp/support/slice.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "monitor/state/cluster_view.h"
#include "monitor/state/member.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {

// Change is one step of a cluster on its way to the streams: a change of a
// member, or of how much the view can be trusted.
//
// Thread-safety: immutable once it is in the ring.
class Change {
 public:
  Change(MemberChange change, absl::Time published);
  Change(uint64_t revision, const roster::v1::ViewInfo& view,
         absl::Time published);

  // What later changes of the same thing supersede; "" for the view: no
  // member has an empty name.
  const std::string& key() const;
  bool about_view() const { return view_message_ != nullptr; }
  uint64_t revision() const { return revision_; }
  absl::Time published() const { return absl::FromUnixNanos(published_); }
  // For selectors. `before` may be a newer state than the true one if no
  // selector can tell them apart.
  const MemberPtr& before() const { return before_; }
  const MemberPtr& after() const { return after_; }
  // The view, as a WatchMembersResponse without a token. REQUIRES:
  // about_view().
  const grpc::Slice& view_message() const { return *view_message_; }

 private:
  friend class ChangeRing;

  // One of these is kept for every member: it is to be small.
  const uint64_t revision_;
  const int64_t published_;  // nanoseconds: half the size of an absl::Time
  MemberPtr before_;
  MemberPtr after_;
  // The revision of the member's former state, 0: none. The ring sets it to 0,
  // before others see this, if the change to that state is not there any more.
  uint64_t supersedes_ = 0;
  std::unique_ptr<const grpc::Slice> view_message_;  // null: of a member
};

using ChangePtr = std::shared_ptr<const Change>;

// A member, or its removal, as a WatchMembersResponse without a token.
grpc::Slice EncodeMemberMessage(const Member& member);
grpc::Slice EncodeRemovalMessage(const std::string& name);
// Serialises any message without a token.
grpc::Slice EncodeMessage(const roster::v1::WatchMembersResponse& message);

// ChangeRing keeps the newest changes of one cluster. A change empties the
// entry of the one that made the state before it, so that at most one per
// member present is kept, and a reader that is slow finds only the newest: it
// skips what it missed instead of queueing it. A reader is only a cursor.
//
// Thread-safety: thread-safe.
class ChangeRing {
 public:
  struct Cursor {
    uint64_t position = 0;  // of the next entry to read
    uint64_t revision = 0;  // everything up to here was read or skipped
    // Entries before this position may have superseded one that was skipped,
    // of this revision or later.
    uint64_t unsure_until = 0;
    uint64_t unsure_from = 0;

    friend bool operator==(const Cursor&, const Cursor&) = default;
  };

  struct Entry {
    ChangePtr change;
    // The reader has the state before this change: nothing of the same member
    // was skipped. May be false without need for a reader that is behind.
    bool knows_before = true;
    uint64_t skipped = 0;  // emptied entries on the way
  };

  enum class Outcome { kEntry, kEnd, kOverrun };

  struct Snapshot {
    ClusterViewPtr view;
    Cursor end;  // the view has every change before it, and none after
  };

  // Keeps the last `capacity` entries, empty ones too.
  ChangeRing(size_t capacity, ClusterViewPtr view);

  // `change` must be newer than all before it, and `view` have it.
  void Append(std::shared_ptr<Change> change, ClusterViewPtr view);

  Snapshot GetSnapshot() const;
  // Where to go on after `revision`; nothing if that is no longer kept or has
  // not happened yet.
  std::optional<Cursor> Find(uint64_t revision) const;
  // Reads the next entry and moves on. kOverrun: entries that this reader did
  // not read are gone.
  Outcome Read(Cursor& cursor, Entry* entry) const;
  // Whether the next Read() of a reader at `cursor` will not tell kEnd. That
  // stays so: what supersedes an entry comes after it.
  bool HasMore(const Cursor& cursor) const;

 private:
  struct Slot {
    uint64_t revision = 0;
    std::shared_ptr<Change> change;  // null: superseded
  };

  // The slot of what `change` supersedes; null: none, or it is gone.
  Slot* Superseded(const Change& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t capacity_;
  mutable base::Mutex mu_;
  std::deque<Slot> slots_ ABSL_GUARDED_BY(mu_);
  uint64_t first_ ABSL_GUARDED_BY(mu_) = 0;  // position of slots_.front()
  // Changes up to here are gone.
  uint64_t dropped_ ABSL_GUARDED_BY(mu_);
  uint64_t newest_ ABSL_GUARDED_BY(mu_);
  ClusterViewPtr view_ ABSL_GUARDED_BY(mu_);
  // Of the newest change about the view; may be before `first_`.
  std::optional<uint64_t> view_position_ ABSL_GUARDED_BY(mu_);
};

}  // namespace roster::monitor
