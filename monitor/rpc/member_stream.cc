#include "monitor/rpc/member_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {
namespace {

using roster::v1::WatchMembersResponse;

// Members of a snapshot that a stream holds at a time: few, since a reader
// that stops may hold them for ever; not one by one, since each fetch searches.
constexpr size_t kFetchMembers = 16;

const grpc::Slice& ResetMessage() {
  static const auto* message = [] {
    WatchMembersResponse reset;
    reset.mutable_reset();
    return new grpc::Slice(EncodeMessage(reset));
  }();
  return *message;
}

const grpc::Slice& SyncedMessage() {
  static const auto* message = [] {
    WatchMembersResponse synced;
    synced.mutable_synced();
    return new grpc::Slice(EncodeMessage(synced));
  }();
  return *message;
}

const grpc::Slice& BookmarkMessage() {
  static const auto* message = [] {
    WatchMembersResponse bookmark;
    bookmark.mutable_bookmark();
    return new grpc::Slice(EncodeMessage(bookmark));
  }();
  return *message;
}

}  // namespace

std::string TokenPrefix(const MemberFeed& feed, const Selector& selector) {
  return absl::StrCat(feed.stream_id, "/",
                      absl::Hex(Fingerprint(selector.text())));
}

MemberStream::MemberStream(const MemberFeed& feed, Selector selector,
                           std::optional<ChangeRing::Cursor> resume)
    : StreamReactor(feed.lot, feed.counters, feed.counters.member_streams,
                    feed.bookmark_interval),
      feed_(feed),
      selector_(std::move(selector)),
      token_prefix_(TokenPrefix(feed, selector_)),
      phase_(resume ? Phase::kResumed : Phase::kReset) {
  if (resume) {
    cursor_ = *resume;
    counters().resumes.fetch_add(1, std::memory_order_relaxed);
  }
}

std::optional<absl::Status> MemberStream::Next(bool bookmark_due,
                                               grpc::WriteOptions& options) {
  while (true) {
    switch (phase_) {
      case Phase::kReset:
      case Phase::kSnapshotView:
      case Phase::kResumed:
      case Phase::kResumedView:
        if (NextOfBeginning()) return absl::OkStatus();
        break;
      case Phase::kSnapshot:
        if (NextOfSnapshot(options)) return absl::OkStatus();
        break;
      case Phase::kCatchUp:
        if (cursor_.position >= synced_position_) {
          phase_ = Phase::kLive;
          Compose(SyncedMessage(), /*with_token=*/true);
          return absl::OkStatus();
        }
        [[fallthrough]];
      case Phase::kLive:
        switch (NextOfRing()) {
          case ChangeRing::Outcome::kEntry:
            return absl::OkStatus();
          case ChangeRing::Outcome::kOverrun:
            counters().overruns.fetch_add(1, std::memory_order_relaxed);
            phase_ = Phase::kReset;
            break;
          case ChangeRing::Outcome::kEnd:
            if (phase_ == Phase::kCatchUp) break;
            if (!bookmark_due) return std::nullopt;
            Compose(BookmarkMessage(), /*with_token=*/true);
            return absl::OkStatus();
        }
        break;
    }
  }
}

bool MemberStream::NextOfBeginning() {
  switch (phase_) {
    case Phase::kReset:
      counters().snapshots.fetch_add(1, std::memory_order_relaxed);
      cursor_ = feed_.ring.GetSnapshot().end;
      last_name_.clear();
      fetched_.clear();
      phase_ = Phase::kSnapshotView;
      Compose(ResetMessage(), /*with_token=*/false);
      return true;
    case Phase::kSnapshotView:
      phase_ = Phase::kSnapshot;
      ComposeView();
      return true;
    case Phase::kResumed:
      phase_ = Phase::kResumedView;
      Compose(BookmarkMessage(), /*with_token=*/true);
      return true;
    case Phase::kResumedView:
      phase_ = Phase::kLive;
      ComposeView();
      return true;
    default:
      return false;
  }
}

bool MemberStream::NextOfSnapshot(grpc::WriteOptions& options) {
  if (fetched_.empty() && !FetchMembers()) {
    phase_ = Phase::kCatchUp;
    return false;
  }
  // SYNCED follows in any case, and flushes.
  options.set_buffer_hint();
  Compose(EncodeMemberMessage(*fetched_.back()), /*with_token=*/false);
  fetched_.pop_back();
  return true;
}

bool MemberStream::FetchMembers() {
  const ChangeRing::Snapshot snapshot = feed_.ring.GetSnapshot();
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

ChangeRing::Outcome MemberStream::NextOfRing() {
  while (true) {
    ChangeRing::Entry entry;
    const ChangeRing::Outcome outcome = feed_.ring.Read(cursor_, &entry);
    if (entry.skipped > 0)
      counters().merged_changes.fetch_add(entry.skipped,
                                          std::memory_order_relaxed);
    if (outcome != ChangeRing::Outcome::kEntry) return outcome;
    if (const auto message = Encode(entry)) {
      Compose(*message, /*with_token=*/phase_ == Phase::kLive);
      if (waiting())
        counters().ObserveWriteLatency(MonotonicNow() -
                                       entry.change->published());
      return ChangeRing::Outcome::kEntry;
    }
    if (phase_ == Phase::kCatchUp && cursor_.position >= synced_position_)
      return ChangeRing::Outcome::kEnd;
  }
}

std::optional<grpc::Slice> MemberStream::Encode(
    const ChangeRing::Entry& entry) const {
  const Change& change = *entry.change;
  if (change.about_view() || selector_.MatchesAll()) return change.Encoded();
  if (change.after() && selector_.Matches(*change.after()))
    return change.Encoded();
  // A reader that skipped a state may have been told of the member even if the
  // last state does not match; telling it once too often does no harm.
  if (!entry.knows_before ||
      (change.before() && selector_.Matches(*change.before())))
    return change.EncodedRemoval();
  return std::nullopt;
}

void MemberStream::Compose(const grpc::Slice& encoded, bool with_token) {
  if (!with_token) {
    message() = grpc::ByteBuffer(&encoded, 1);
    return;
  }
  // Parts of a message may be concatenated: the shared part of the message is
  // not copied to append the token.
  WatchMembersResponse token;
  token.set_resume_token(MakeResumeToken(token_prefix_, cursor_.revision));
  const grpc::Slice slices[] = {encoded, EncodeMessage(token)};
  message() = grpc::ByteBuffer(slices, 2);
}

void MemberStream::ComposeView() {
  WatchMembersResponse response;
  EncodeViewInfo(*feed_.ring.GetSnapshot().view, feed_.view_id,
                 response.mutable_view());
  Compose(EncodeMessage(response),
          /*with_token=*/phase_ == Phase::kLive);
}

}  // namespace roster::monitor
