#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "monitor/http/http_message.h"
#include "monitor/state/selector.h"

namespace roster::monitor {

// What a request to /api/v1/watch asks for.
struct WatchQuery {
  std::string cluster;  // empty: the only one
  Selector selector;    // of members
  std::string member;   // events of this member only; empty: all
  bool members = true;
  bool events = false;
  bool operations = false;
  bool from_oldest = false;  // first all events that are kept
  // The id of the last event that the reader got; empty: it is new.
  std::string last_id;

  // "what" for ids: those of one kind of stream are no good for another.
  std::string Kind() const;
};

// Reads cluster, selector, what=members,events,operations, member, from_oldest
// and last_event_id (the header Last-Event-ID counts before it).
// InvalidArgument for anything else: a filter with a typing error would show
// too much. Pure.
absl::StatusOr<WatchQuery> ParseWatchQuery(const HttpRequest& request);

}  // namespace roster::monitor
