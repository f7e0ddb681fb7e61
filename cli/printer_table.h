#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/membership.pb.h"

// The columns and rows of every table that rosterctl prints. Pure: `now` is
// passed in. Cells hold server text as it came; Table makes it visible.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// "UP", "LOST", ... and the names of the other enums, without their prefix;
// the number, for a value that this rosterctl does not know.
std::string StatusName(roster::v1::MemberStatus status);
std::string StateName(roster::v1::ReportedState state);
std::string TaskStateName(roster::v1::TaskState state);
std::string EventTypeName(roster::v1::EventType type);
std::string HoldModeName(roster::v1::HoldMode mode);
Color StatusColor(roster::v1::MemberStatus status);

// A timestamp, and absl::InfinitePast() for one that is absent.
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);
// "4m10s" since `timestamp`; "-" if it is absent.
std::string Age(const google::protobuf::Timestamp& timestamp, absl::Time now);
// "2026-11-22 08:00:05" in the local time zone; "-" if it is absent.
std::string LocalTime(const google::protobuf::Timestamp& timestamp);

// "a=1,b=2", sorted by key.
std::string JoinMap(const google::protobuf::Map<std::string, std::string>& map);

// What a member is working on, in a few words: "reindex 12%",
// "2 tasks 40%", "reindex 12% STALLED".
std::string Doing(const roster::v1::Member& member);
// What somebody should know about a member besides its status.
std::string Note(const roster::v1::Member& member);

std::vector<Column> MemberColumns(bool wide);
std::vector<Cell> MemberRow(const roster::v1::Member& member, bool wide,
                            absl::Time now);
// The row for a member that is gone from what was asked for.
std::vector<Cell> RemovedMemberRow(std::string_view name, bool wide);

// What a task is called: its name, or else its id.
std::string TaskName(const roster::v1::Task& task);

std::vector<Column> ProgressColumns(bool wide);
std::vector<Cell> ProgressRow(const roster::v1::Member& member,
                              const roster::v1::Task& task, bool wide,
                              absl::Time now);

// `cluster`: with a column that says in which cluster it happened; `wide` has
// it anyway.
std::vector<Column> EventColumns(bool wide, bool cluster = false);
std::vector<Cell> EventRow(const roster::v1::Event& event, bool wide,
                           bool cluster = false);

std::vector<Column> ClusterColumns(bool wide);
std::vector<Cell> ClusterRow(const roster::v1::ClusterSummary& summary,
                             bool wide, absl::Time now);

}  // namespace roster::cli
