#include "monitor/rpc/change_ring.h"

#include <algorithm>
#include <utility>

#include "monitor/rpc/member_codec.h"
#include "monitor/state/selector.h"

namespace roster::monitor {
namespace {

// Encoded changes are kept for so many entries: more than any reader that
// keeps up is behind, and a bound on the memory that they take.
constexpr uint64_t kEncodedEntries = 1024;

}  // namespace

grpc::Slice EncodeMessage(const roster::v1::WatchMembersResponse& message) {
  const size_t size = message.ByteSizeLong();
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return slice;
}

grpc::Slice EncodeMemberMessage(const Member& member) {
  roster::v1::WatchMembersResponse message;
  EncodeMember(member, message.mutable_member());
  return EncodeMessage(message);
}

Change::Change(MemberChange change, absl::Time published)
    : revision_(change.revision),
      published_(published),
      about_view_(false),
      before_(std::move(change.before)),
      after_(std::move(change.after)) {
  // The ring would otherwise keep two states of every member alive.
  if (before_ && after_ && SameForSelectors(*before_, *after_))
    before_ = after_;
}

Change::Change(uint64_t revision, const roster::v1::ViewInfo& view,
               absl::Time published)
    : revision_(revision), published_(published), about_view_(true) {
  roster::v1::WatchMembersResponse message;
  *message.mutable_view() = view;
  encoded_ = std::make_unique<grpc::Slice>(EncodeMessage(message));
}

const std::string& Change::key() const {
  static const std::string kView;
  if (after_) return after_->name;
  return before_ ? before_->name : kView;
}

grpc::Slice Change::Encoded() const {
  if (!about_view_ && !after_) return EncodedRemoval();
  base::MutexLock lock(&mu_);
  if (encoded_) return *encoded_;
  grpc::Slice encoded = EncodeMemberMessage(*after_);
  if (keep_) encoded_ = std::make_unique<grpc::Slice>(encoded);
  return encoded;
}

grpc::Slice Change::EncodedRemoval() const {
  // Small and rare: not worth keeping.
  roster::v1::WatchMembersResponse message;
  message.mutable_removed()->set_name(key());
  return EncodeMessage(message);
}

void Change::StopKeeping() const {
  if (about_view_) return;
  std::unique_ptr<const grpc::Slice> dropped;  // freed outside the lock
  base::MutexLock lock(&mu_);
  keep_ = false;
  dropped.swap(encoded_);
}

ChangeRing::ChangeRing(size_t capacity, ClusterViewPtr view)
    : capacity_(std::max<size_t>(capacity, 1)),
      dropped_(view->revision),
      newest_(view->revision),
      view_(std::move(view)) {}

void ChangeRing::Append(std::shared_ptr<Change> change, ClusterViewPtr view) {
  // Freed outside the lock.
  std::shared_ptr<Change> superseded;
  std::shared_ptr<Change> dropped;
  std::shared_ptr<Change> cooled;
  {
    base::MutexLock lock(&mu_);
    view_.swap(view);
    const auto older = live_.find(change->key());
    if (older != live_.end()) {
      Slot& slot = At(older->second);
      change->superseded_ = slot.revision;
      superseded = std::move(slot.change);
      live_.erase(older);
    }
    const uint64_t position = first_ + slots_.size();
    live_.emplace(change->key(), position);
    newest_ = change->revision();
    slots_.push_back({change->revision(), std::move(change)});
    if (position >= first_ + kEncodedEntries)
      cooled = At(position - kEncodedEntries).change;
    if (slots_.size() > capacity_) {
      dropped = std::move(slots_.front().change);
      if (dropped) live_.erase(dropped->key());
      dropped_ = slots_.front().revision;
      slots_.pop_front();
      ++first_;
    }
  }
  if (cooled) cooled->StopKeeping();
}

ChangeRing::Snapshot ChangeRing::GetSnapshot() const {
  base::MutexLock lock(&mu_);
  return {view_, {.position = first_ + slots_.size(), .revision = newest_}};
}

std::optional<ChangeRing::Cursor> ChangeRing::Find(uint64_t revision) const {
  base::MutexLock lock(&mu_);
  if (revision < dropped_ || revision > newest_) return std::nullopt;
  const auto next = std::upper_bound(
      slots_.begin(), slots_.end(), revision,
      [](uint64_t value, const Slot& slot) { return value < slot.revision; });
  // What the reader skipped before is not known.
  return Cursor{.position = first_ + (next - slots_.begin()),
                .revision = revision,
                .unsure_until = first_ + slots_.size(),
                .unsure_from = 1};
}

ChangeRing::Outcome ChangeRing::Read(Cursor& cursor, Entry* entry) const {
  base::MutexLock lock(&mu_);
  entry->skipped = 0;
  if (cursor.position < first_) return Outcome::kOverrun;
  const uint64_t end = first_ + slots_.size();
  for (; cursor.position < end; ++cursor.position) {
    const Slot& slot = slots_[cursor.position - first_];
    if (!slot.change) {
      // What superseded it is in the ring already.
      if (cursor.position >= cursor.unsure_until)
        cursor.unsure_from = slot.revision;
      cursor.unsure_until = end;
      ++entry->skipped;
      continue;
    }
    entry->change = slot.change;
    entry->knows_before = cursor.position >= cursor.unsure_until ||
                          slot.change->superseded_ == 0 ||
                          slot.change->superseded_ < cursor.unsure_from;
    cursor.revision = slot.revision;
    ++cursor.position;
    return Outcome::kEntry;
  }
  cursor.revision = newest_;
  return Outcome::kEnd;
}

bool ChangeRing::HasMore(const Cursor& cursor) const {
  base::MutexLock lock(&mu_);
  return cursor.position < first_ + slots_.size();
}

}  // namespace roster::monitor
