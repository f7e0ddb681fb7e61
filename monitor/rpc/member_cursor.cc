#include "monitor/rpc/member_cursor.h"

#include <algorithm>
#include <utility>

namespace roster::monitor {
namespace {

using Kind = MemberStep::Kind;

// Members of a snapshot that a stream holds at a time: few, since a reader
// that stops may hold them for ever; not one by one, since each fetch searches.
constexpr size_t kFetchMembers = 16;

}  // namespace

MemberCursor::MemberCursor(const ChangeRing& ring, RpcCounters& counters,
                           Selector selector,
                           std::optional<ChangeRing::Cursor> resume)
    : ring_(ring),
      counters_(counters),
      selector_(std::move(selector)),
      phase_(resume ? Phase::kResumed : Phase::kReset) {
  if (resume) {
    cursor_ = *resume;
    counters_.resumes.fetch_add(1, std::memory_order_relaxed);
  }
}

std::optional<MemberStep> MemberCursor::Next(bool bookmark_due) {
  while (true) {
    switch (phase_) {
      case Phase::kReset:
      case Phase::kSnapshotView:
      case Phase::kResumed:
      case Phase::kResumedView:
        return NextOfBeginning();
      case Phase::kSnapshot:
        if (auto step = NextOfSnapshot()) return step;
        break;
      case Phase::kCatchUp:
        if (cursor_.position >= synced_position_) {
          phase_ = Phase::kLive;
          return Now(Kind::kSynced);
        }
        [[fallthrough]];
      case Phase::kLive: {
        MemberStep step;
        switch (NextOfRing(&step)) {
          case ChangeRing::Outcome::kEntry:
            return step;
          case ChangeRing::Outcome::kOverrun:
            counters_.overruns.fetch_add(1, std::memory_order_relaxed);
            phase_ = Phase::kReset;
            break;
          case ChangeRing::Outcome::kEnd:
            if (phase_ == Phase::kCatchUp) break;
            if (!bookmark_due) return std::nullopt;
            return Now(Kind::kBookmark);
        }
        break;
      }
    }
  }
}

bool MemberCursor::more_follows() const {
  if (phase_ != Phase::kLive) return true;  // SYNCED or the view
  // What a selector will leave of the rest is not known yet.
  return selector_.MatchesAll() && ring_.HasMore(cursor_);
}

MemberStep MemberCursor::NextOfBeginning() {
  switch (phase_) {
    case Phase::kReset:
      counters_.snapshots.fetch_add(1, std::memory_order_relaxed);
      cursor_ = ring_.GetSnapshot().end;
      last_name_.clear();
      fetched_.clear();
      phase_ = Phase::kSnapshotView;
      return Now(Kind::kReset);
    case Phase::kSnapshotView:
      phase_ = Phase::kSnapshot;
      return Now(Kind::kView);
    case Phase::kResumed: {
      phase_ = Phase::kResumedView;
      MemberStep step = Now(Kind::kBookmark);
      step.resumable = true;
      return step;
    }
    default:  // kResumedView
      phase_ = Phase::kLive;
      return Now(Kind::kView);
  }
}

std::optional<MemberStep> MemberCursor::NextOfSnapshot() {
  if (fetched_.empty() && !FetchMembers()) {
    phase_ = Phase::kCatchUp;
    return std::nullopt;
  }
  MemberStep step = Now(Kind::kMember);
  step.member = std::move(fetched_.back());
  fetched_.pop_back();
  return step;
}

bool MemberCursor::FetchMembers() {
  const ChangeRing::Snapshot snapshot = ring_.GetSnapshot();
  synced_position_ = snapshot.end.position;
  snapshot.view->members.ForEachAfter(last_name_, [&](const MemberPtr& member) {
    if (selector_.Matches(*member)) fetched_.push_back(member);
    return fetched_.size() < kFetchMembers;
  });
  if (fetched_.empty()) return false;
  last_name_ = fetched_.back()->name;
  std::reverse(fetched_.begin(), fetched_.end());
  return true;
}

ChangeRing::Outcome MemberCursor::NextOfRing(MemberStep* step) {
  while (true) {
    ChangeRing::Entry entry;
    const ChangeRing::Outcome outcome = ring_.Read(cursor_, &entry);
    if (entry.skipped > 0)
      counters_.merged_changes.fetch_add(entry.skipped,
                                         std::memory_order_relaxed);
    if (outcome != ChangeRing::Outcome::kEntry) return outcome;
    if (auto found = StepOf(entry)) {
      *step = *std::move(found);
      return ChangeRing::Outcome::kEntry;
    }
    if (phase_ == Phase::kCatchUp && cursor_.position >= synced_position_)
      return ChangeRing::Outcome::kEnd;
  }
}

std::optional<MemberStep> MemberCursor::StepOf(
    const ChangeRing::Entry& entry) const {
  const Change& change = *entry.change;
  MemberStep step = Now(Kind::kRemoved);
  step.change = entry.change;
  if (change.about_view()) {
    step.kind = Kind::kView;
    return step;
  }
  if (change.after() && selector_.Matches(*change.after())) {
    step.kind = Kind::kMember;
    step.member = change.after();
    return step;
  }
  // A reader that skipped a state may have been told of the member even if the
  // last state does not match; telling it once too often does no harm.
  if (!entry.knows_before ||
      (change.before() && selector_.Matches(*change.before())))
    return step;
  return std::nullopt;
}

MemberStep MemberCursor::Now(MemberStep::Kind kind) const {
  MemberStep step{.kind = kind, .resumable = phase_ == Phase::kLive};
  if (kind == Kind::kView) step.view = ring_.GetSnapshot().view;
  return step;
}

}  // namespace roster::monitor
