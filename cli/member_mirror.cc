#include "cli/member_mirror.h"

#include <utility>

namespace roster::cli {

using roster::v1::Member;
using roster::v1::WatchMembersResponse;

MemberMirror::Changes MemberMirror::Apply(const WatchMembersResponse& message) {
  Changes changes;
  switch (message.event_case()) {
    case WatchMembersResponse::kReset:
      snapshot_.clear();
      in_snapshot_ = true;
      break;
    case WatchMembersResponse::kMember:
      TakeMember(message.member(), changes);
      break;
    case WatchMembersResponse::kRemoved:
      TakeRemoval(message.removed().name(), changes);
      break;
    case WatchMembersResponse::kSynced:
      if (in_snapshot_) TakeSnapshot(changes);
      break;
    case WatchMembersResponse::kView:
      view_ = message.view();
      changes.view = true;
      if (!in_snapshot_) RemoveUnconfirmed(changes);
      break;
    case WatchMembersResponse::kBookmark:
    case WatchMembersResponse::EVENT_NOT_SET:
      break;
  }
  return changes;
}

void MemberMirror::TakeMember(const Member& member, Changes& changes) {
  if (in_snapshot_) {
    snapshot_[member.name()] = member;
    return;
  }
  unconfirmed_.erase(member.name());
  members_[member.name()] = member;
  changes.changed.push_back(member.name());
}

void MemberMirror::TakeRemoval(const std::string& name, Changes& changes) {
  if (in_snapshot_) {
    snapshot_.erase(name);
    return;
  }
  unconfirmed_.erase(name);
  if (members_.erase(name) > 0) changes.removed.push_back(name);
}

void MemberMirror::TakeSnapshot(Changes& changes) {
  for (const auto& [name, member] : snapshot_) changes.changed.push_back(name);
  unconfirmed_.clear();
  for (auto& [name, member] : members_) {
    // Inserted only where the snapshot has none.
    if (snapshot_.try_emplace(name, std::move(member)).second) {
      unconfirmed_.insert(name);
    }
  }
  members_ = std::exchange(snapshot_, {});
  in_snapshot_ = false;
  complete_ = true;
  RemoveUnconfirmed(changes);
}

void MemberMirror::RemoveUnconfirmed(Changes& changes) {
  if (!view_.synced()) return;
  for (const std::string& name : unconfirmed_) {
    members_.erase(name);
    changes.removed.push_back(name);
  }
  unconfirmed_.clear();
}

}  // namespace roster::cli
