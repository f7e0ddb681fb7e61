#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "cli/client.h"
#include "cli/live_table.h"
#include "roster/v1/membership.pb.h"

namespace roster::cli {

// Follows the members of a cluster until it is interrupted or an error ends it,
// over restarts of rosterd: hands each message to `on_message` and keeps
// `table` drawn. What is said of the connection goes to standard error. An
// error of `on_tick`, which is called several times a second, ends it too.
absl::Status FollowMembers(
    Client& client, const std::string& cluster, const std::string& selector,
    LiveTable& table,
    const std::function<absl::Status(const v1::WatchMembersResponse&)>&
        on_message,
    const std::function<absl::Status()>& on_tick = [] {
      return absl::OkStatus();
    });

}  // namespace roster::cli
