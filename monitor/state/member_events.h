#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "monitor/state/event_log.h"
#include "monitor/state/member.h"

namespace roster::monitor {

// What there is to tell of one step of a member, oldest first: a pure
// difference of two states. `before` is null for a member that was not known,
// `after` for one that is forgotten.
//
// At most one of the events changes the status, and at most one the identity
// of the registration (czxid): JOINED, REPLACED, LEFT, LOST and FORGOTTEN
// carry both; otherwise STATUS_CHANGED carries the former. So the events of
// one member form a chain: each `previous_status` is the `status` of the one
// before it, from the first to FORGOTTEN. Task events follow. What became of
// the order stands before them, with the status before: holds placed (or placed
// anew when their terms changed), holds released.
//
// Of a name that was never seen, only its order is told.
//
// The caller fills in `at` and `while_blind`.
std::vector<Event> DescribeChange(const Member* before, const Member* after);

// The longest detail of an event. What is over it is cut off, so that the
// history stays bounded in bytes.
inline constexpr size_t kMaxDetailBytes = 256;
// The start of `text` that fits, without half a character.
std::string ShortenDetail(std::string_view text);

}  // namespace roster::monitor
