#include "cli/follow_members.h"

#include "base/status_macros.h"
#include "cli/follow.h"
#include "cli/terminal.h"
#include "roster/v1/membership.grpc.pb.h"

namespace roster::cli {

absl::Status FollowMembers(
    Client& client, const std::string& cluster, const std::string& selector,
    LiveTable& table,
    const std::function<absl::Status(const v1::WatchMembersResponse&)>&
        on_message,
    const std::function<absl::Status()>& on_tick) {
  v1::WatchMembersRequest request;
  request.set_cluster(cluster);
  request.set_selector(selector);
  Follower<v1::WatchMembersRequest, v1::WatchMembersResponse> follower(
      client, &Client::Stub::PrepareAsyncWatchMembers,
      {.on_message = on_message,
       .on_tick =
           [&table, &on_tick] {
             const absl::Status status = on_tick();
             return status.ok() ? table.Tick() : status;
           },
       .on_notice =
           [&table](const std::string& notice) {
             table.MakeWay();
             Complain(notice);
           }});
  const absl::Status status = follower.Run(request);
  ROSTER_RETURN_IF_ERROR(table.Finish());
  return status;
}

}  // namespace roster::cli
