#include "monitor/rpc/change_ring.h"

#include <algorithm>
#include <utility>

#include "monitor/rpc/member_codec.h"
#include "monitor/state/selector.h"

namespace roster::monitor {

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

grpc::Slice EncodeRemovalMessage(const std::string& name) {
  roster::v1::WatchMembersResponse message;
  message.mutable_removed()->set_name(name);
  return EncodeMessage(message);
}

Change::Change(MemberChange change, absl::Time published)
    : revision_(change.revision),
      published_(absl::ToUnixNanos(published)),
      before_(std::move(change.before)),
      after_(std::move(change.after)),
      supersedes_(before_ ? before_->revision : 0) {
  // The ring would otherwise keep two states of every member alive.
  if (before_ && after_ && SameForSelectors(*before_, *after_))
    before_ = after_;
}

Change::Change(uint64_t revision, const roster::v1::ViewInfo& view,
               absl::Time published)
    : revision_(revision), published_(absl::ToUnixNanos(published)) {
  roster::v1::WatchMembersResponse message;
  *message.mutable_view() = view;
  view_message_ = std::make_unique<grpc::Slice>(EncodeMessage(message));
}

const std::string& Change::key() const {
  static const std::string kView;
  if (after_) return after_->name;
  return before_ ? before_->name : kView;
}

ChangeRing::ChangeRing(size_t capacity, ClusterViewPtr view)
    : capacity_(std::max<size_t>(capacity, 1)),
      dropped_(view->revision),
      newest_(view->revision),
      view_(std::move(view)) {}

ChangeRing::Slot* ChangeRing::Superseded(const Change& change) {
  if (change.about_view()) {
    if (!view_position_ || *view_position_ < first_) return nullptr;
    return &slots_[*view_position_ - first_];
  }
  if (change.supersedes_ == 0) return nullptr;
  const auto slot = std::lower_bound(
      slots_.begin(), slots_.end(), change.supersedes_,
      [](const Slot& s, uint64_t revision) { return s.revision < revision; });
  // A change of the view has the revision of the change before it.
  const bool found = slot != slots_.end() &&
                     slot->revision == change.supersedes_ && slot->change &&
                     !slot->change->about_view();
  return found ? &*slot : nullptr;
}

void ChangeRing::Append(std::shared_ptr<Change> change, ClusterViewPtr view) {
  // Freed outside the lock.
  std::shared_ptr<Change> superseded;
  std::shared_ptr<Change> dropped;
  base::MutexLock lock(&mu_);
  view_.swap(view);
  Slot* const older = Superseded(*change);
  change->supersedes_ = older == nullptr ? 0 : older->revision;
  if (older != nullptr) superseded = std::move(older->change);
  if (change->about_view()) view_position_ = first_ + slots_.size();
  newest_ = change->revision();
  slots_.push_back({change->revision(), std::move(change)});
  if (slots_.size() > capacity_) {
    dropped = std::move(slots_.front().change);
    dropped_ = slots_.front().revision;
    slots_.pop_front();
    ++first_;
  }
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
                          slot.change->supersedes_ == 0 ||
                          slot.change->supersedes_ < cursor.unsure_from;
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
