#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "roster/v1/membership.pb.h"

namespace roster::cli {

// MemberMirror is what a WatchMembers stream has told so far. A snapshot that
// comes in the middle, after a break, replaces what was known only when it is
// complete, and then counts as the changes that it makes. A rosterd that has
// just started may not have read the members yet: those that its snapshot lacks
// stay until its view is synced, because it is blind and they are not gone.
//
// Thread-safety: thread-compatible.
class MemberMirror {
 public:
  // What one message changed.
  struct Changes {
    std::vector<std::string> changed;  // new or changed: in members()
    std::vector<std::string> removed;  // no longer in members()
    bool view = false;                 // view() is news
  };

  Changes Apply(const roster::v1::WatchMembersResponse& message);

  // By name, as the server orders them.
  const std::map<std::string, roster::v1::Member>& members() const {
    return members_;
  }
  // Default until the stream has told.
  const roster::v1::ViewInfo& view() const { return view_; }
  // A first snapshot was complete.
  bool complete() const { return complete_; }

 private:
  void TakeMember(const roster::v1::Member& member, Changes& changes);
  void TakeRemoval(const std::string& name, Changes& changes);
  void TakeSnapshot(Changes& changes);
  void RemoveUnconfirmed(Changes& changes);

  std::map<std::string, roster::v1::Member> members_;
  std::map<std::string, roster::v1::Member> snapshot_;  // being received
  // Of members_: what a snapshot lacked while the view was not synced.
  std::set<std::string> unconfirmed_;
  bool in_snapshot_ = false;
  bool complete_ = false;
  roster::v1::ViewInfo view_;
};

}  // namespace roster::cli
