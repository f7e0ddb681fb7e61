#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::model {

// The member record: what a member writes into its znode. The wire format is
// docs/schema/member-record.schema.json; any language may write it.

inline constexpr int kMemberRecordVersion = 1;
inline constexpr size_t kDefaultMaxRecordBytes = 4 * 1024;
inline constexpr size_t kHardMaxRecordBytes = 64 * 1024;

// What a member says of itself. kUp is also assumed of a member that says
// nothing.
enum class ReportedState {
  kStarting,
  kUp,
  kDegraded,
  kDraining,
  kDrained,
  kLeaving,  // written just before a clean leave
};

enum class TaskState { kRunning, kSucceeded, kFailed, kCancelled };

// Wire names: "UP", "RUNNING", ... The parse functions are strict.
std::string_view ReportedStateName(ReportedState state);
std::optional<ReportedState> ParseReportedState(std::string_view name);
std::string_view TaskStateName(TaskState state);
std::optional<TaskState> ParseTaskState(std::string_view name);

inline constexpr absl::Duration kDefaultStallAfter = absl::Minutes(5);

// One piece of work that a member reports progress on.
struct Task {
  std::string id;    // unique within the member
  std::string name;  // what kind of work, for people and labels
  TaskState state = TaskState::kRunning;
  double done = 0;              // in `unit`, >= 0
  std::optional<double> total;  // in `unit`, >= 0; absent when unknown
  std::string unit;             // "documents", "bytes", ...
  std::string message;
  // A running task that has not advanced for so long is shown as stalled.
  absl::Duration stall_after = kDefaultStallAfter;
  absl::Time started_at = absl::InfinitePast();  // InfinitePast: not given
  absl::Time updated_at = absl::InfinitePast();

  friend bool operator==(const Task&, const Task&) = default;
};

// Which process wrote a record, so that a restart on the same host can tell
// its dead predecessor from a live namesake elsewhere.
struct Writer {
  std::string host_id;  // hash of machine id, boot id, pid namespace
  int64_t pid = 0;
  std::string pid_started;  // opaque; distinguishes reused pids

  friend bool operator==(const Writer&, const Writer&) = default;
};

struct MemberRecord {
  std::string incarnation;  // unique per process start
  Writer writer;
  std::string service;
  std::string version;
  ReportedState state = ReportedState::kUp;
  std::string state_reason;
  absl::btree_map<std::string, std::string> endpoints;  // name -> host:port
  absl::btree_map<std::string, std::string> labels;
  absl::Time started_at = absl::InfinitePast();
  absl::Time updated_at = absl::InfinitePast();
  // Epoch of the newest order that the member obeys; absent: it speaks no
  // control.
  std::optional<int64_t> applied_epoch;
  absl::btree_map<std::string, double> gauges;
  std::vector<Task> tasks;

  friend bool operator==(const MemberRecord&, const MemberRecord&) = default;
};

// The outcome of reading a znode's data. A member whose data cannot be
// understood is still a member: `opaque_reason` says why, and `record` has the
// defaults. Single fields that make no sense (a negative `done`, a label that
// is no string) are left out and the first of them is named in `warning`; the
// rest of the record counts.
struct ParsedRecord {
  MemberRecord record;
  std::string opaque_reason;  // empty: the record was understood
  std::string warning;        // empty: every known field made sense

  bool opaque() const { return !opaque_reason.empty(); }
};

// Never fails and never throws, whatever the bytes. Unknown fields are
// ignored, null counts as not given, and of duplicate keys the last counts. The
// record is within the limits of model/record_limits.h, its strings are valid
// UTF-8 without control characters, and its numbers are finite.
ParsedRecord ParseMemberRecord(std::string_view bytes);

// The record as JSON, cut down to the limits of model/record_limits.h as any
// reader would: what it returns reads back without a warning, and equal to a
// `record` within the limits. InvalidArgument when the JSON is over `max_bytes`
// or kHardMaxRecordBytes, a string is not UTF-8, or a number is not finite.
absl::StatusOr<std::string> SerializeMemberRecord(
    const MemberRecord& record, size_t max_bytes = kDefaultMaxRecordBytes);

}  // namespace roster::model
