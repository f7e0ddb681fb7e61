#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "model/member_record.h"

namespace roster::model {

// What a member record may hold. The limits keep one careless or hostile
// member from costing every monitor, terminal and metrics store dearly; honest
// members are far below them. Lengths are bytes of UTF-8.

inline constexpr size_t kMaxTasks = 64;
inline constexpr size_t kMaxLabels = 64;
inline constexpr size_t kMaxGauges = 64;
inline constexpr size_t kMaxEndpoints = 32;
inline constexpr size_t kMaxKeyBytes = 128;   // of labels, gauges, endpoints
inline constexpr size_t kMaxTextBytes = 256;  // any other string but:
inline constexpr size_t kMaxMessageBytes = 1024;  // Task::message, state_reason
inline constexpr absl::Duration kMinStallAfter = absl::Seconds(1);
inline constexpr absl::Duration kMaxStallAfter = absl::Hours(24 * 365);

// Brings `record` within the limits and returns the first thing that was
// changed ("tasks[2].message: shortened to 1024 bytes"), or "" for none. The
// rules:
//   - Of tasks the first count, of maps the entries with the smallest keys.
//   - Texts are shortened; control characters in them become blanks, so that
//     they are safe on a terminal and take one line.
//   - Keys are not repaired, two could become one: an entry with a key that is
//     empty, too long, or has a control character is left out.
//   - A task without an id, or with that of a task before it, is left out.
//   - Numbers below zero and times that no timestamp can name count as not
//     given. stall_after is cut to whole milliseconds.
// REQUIRES: all strings are valid UTF-8, all numbers are finite.
std::string ApplyRecordLimits(MemberRecord& record);

// Shortens `text` and blanks its control characters, as above. Returns what
// was done, or "" for nothing. REQUIRES: `text` is valid UTF-8.
std::string CleanText(std::string& text, size_t max_bytes);

}  // namespace roster::model
