#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/rpc/change_ring.h"
#include "monitor/rpc/rpc_stats.h"
#include "monitor/state/selector.h"

namespace roster::monitor {

// What a reader of one cluster is told next.
struct MemberStep {
  enum class Kind {
    kReset,     // forget everything; a snapshot follows
    kView,      // how much the view can be trusted
    kMember,    // a member as it is now
    kRemoved,   // a member that is gone from what was asked for
    kSynced,    // the snapshot is complete
    kBookmark,  // nothing: a sign of life
  };

  Kind kind = Kind::kBookmark;
  // A reader that has this can go on from here.
  bool resumable = false;
  MemberPtr member;     // kMember
  ChangePtr change;     // what it comes from; null in a snapshot
  ClusterViewPtr view;  // kView without `change`
};

// MemberCursor is a reader's place among the changes of one cluster: reset,
// view, snapshot, catching up with what changed meanwhile, synced, changes. It
// knows nothing of how they travel: MemberStream takes them over gRPC, and
// monitor/gateway over HTTP.
//
// It keeps no queue and no view: between two steps it is a cursor into the ring
// and, during the snapshot, the last name sent and a few members. So a reader
// that stops reading costs the same however long it does. The snapshot is read
// piece by piece from whichever view is newest; catching up with the ring makes
// it whole before SYNCED.
//
// Thread-safety: thread-compatible.
// Lifetime: `ring` and `counters` must outlive it.
class MemberCursor {
 public:
  // Begins with a snapshot unless `resume` is given.
  MemberCursor(const ChangeRing& ring, RpcCounters& counters, Selector selector,
               std::optional<ChangeRing::Cursor> resume);

  // The next step; nothing if there is none now. `bookmark_due`: rather than
  // nothing, a sign of life.
  std::optional<MemberStep> Next(bool bookmark_due);

  // Everything up to here was given out; the number of a resume token.
  uint64_t revision() const { return cursor_.revision; }
  // Past the snapshot.
  bool live() const { return phase_ == Phase::kLive; }
  // Where it is among the changes. Two readers with the same selector that are
  // past their snapshots, at equal places, are told the same from there on; so
  // one of them may be moved to where the other one got.
  const ChangeRing::Cursor& place() const { return cursor_; }
  void MoveTo(const ChangeRing::Cursor& place) { cursor_ = place; }
  // Another step follows at once, whatever happens: the one given out last may
  // wait for it, so that one system call sends both. False if not certain.
  bool more_follows() const;

 private:
  enum class Phase {
    kReset,
    kSnapshotView,
    kSnapshot,
    kCatchUp,
    kResumed,
    kResumedView,
    kLive
  };

  // Of the phases that only begin others.
  MemberStep NextOfBeginning();
  // Nothing: the snapshot is over.
  std::optional<MemberStep> NextOfSnapshot();
  // Fetches the next members of the snapshot; false if there are no more.
  bool FetchMembers();
  // kEntry: `step` is set. kEnd: there is none.
  ChangeRing::Outcome NextOfRing(MemberStep* step);
  // What this reader must be told of a change, if anything.
  std::optional<MemberStep> StepOf(const ChangeRing::Entry& entry) const;
  MemberStep Now(MemberStep::Kind kind) const;

  const ChangeRing& ring_;
  RpcCounters& counters_;
  const Selector selector_;
  Phase phase_;
  ChangeRing::Cursor cursor_;
  // Of the snapshot.
  std::string last_name_;
  std::vector<MemberPtr> fetched_;  // backwards
  uint64_t synced_position_ = 0;    // catching up ends here
};

}  // namespace roster::monitor
