#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/state/cluster_view.h"

namespace roster::monitor {

// Members and views for tests of what is rendered from them.

inline std::shared_ptr<Member> MakeMember(std::string_view name) {
  auto member = std::make_shared<Member>();
  member->cluster = "default";
  member->name = name;
  member->czxid = 1;
  member->present = true;
  member->joined_at = absl::FromUnixSeconds(1'000);
  return member;
}

inline std::shared_ptr<Member> MakeLostMember(std::string_view name) {
  auto member = MakeMember(name);
  member->present = false;
  member->status = model::MemberStatus::kLost;
  member->departed_at = absl::FromUnixSeconds(2'000);
  return member;
}

inline void AddTask(Member& member, model::Task task,
                    TaskProgress progress = {}) {
  member.record.tasks.push_back(std::move(task));
  member.progress.push_back(std::move(progress));
}

inline ClusterViewPtr MakeView(std::vector<MemberPtr> members,
                               std::string cluster = "default") {
  auto view = std::make_shared<ClusterView>();
  view->cluster = std::move(cluster);
  view->synced = true;
  view->connected = true;
  view->as_of = absl::FromUnixSeconds(3'000);
  for (MemberPtr& member : members) {
    ++view->count_by_status[static_cast<size_t>(member->status)];
    view->members = view->members.With(std::move(member));
  }
  return view;
}

}  // namespace roster::monitor
