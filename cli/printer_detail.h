#pragma once

#include <string>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/control.pb.h"
#include "roster/v1/membership.pb.h"

// What rosterctl says of one thing at length. Pure: `now` is passed in. All
// server text is made visible.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// Everything about a member: observed, desired, tasks, gauges, znode.
std::string MemberDetail(const roster::v1::Member& member, absl::Time now,
                         const RenderOptions& options);

// The holds of a member under a heading; nothing if there are none.
std::string HoldSection(const roster::v1::Desired& desired, absl::Time now,
                        const RenderOptions& options);

// Who is missing, why, and until when the guard is on.
std::string GuardText(const roster::v1::GuardAlarm& guard, absl::Time now);

// The rosterd that answers, and its ZooKeeper.
std::string ServerReport(const roster::v1::GetSummaryResponse& response,
                         const std::string& endpoint);

// A cluster in a few lines: how fresh its view is, members by status, tasks.
// `elected` is the rosterd that is, as far as more than its id is known.
std::string ClusterReport(const roster::v1::ClusterSummary& summary,
                          absl::Time now, const RenderOptions& options,
                          const roster::v1::Monitor& elected = {});

}  // namespace roster::cli
