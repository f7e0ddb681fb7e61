#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "monitor/state/event_log.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {

// Which events somebody asks for.
struct EventFilter {
  std::string cluster;   // empty: all
  std::string member;    // empty: all
  uint32_t types = ~0u;  // bit per EventType

  bool Matches(const Event& event) const {
    return (cluster.empty() || event.cluster == cluster) &&
           (member.empty() || event.member == member) &&
           (types >> static_cast<int>(event.type) & 1) != 0;
  }
};

// OUT_OF_RANGE with reason HISTORY_TRUNCATED: events after `sequence` are no
// longer kept.
absl::Status HistoryTruncated(const EventLog& log, uint64_t sequence);
// OUT_OF_RANGE with reason HISTORY_OF_ANOTHER_RUN.
absl::Status HistoryOfAnotherRun(const EventLog& log);

// The events right after `sequence`, at most `limit`. HistoryTruncated() rather
// than a gap.
absl::StatusOr<std::vector<EventPtr>> ReadEventsAfter(const EventLog& log,
                                                      uint64_t sequence,
                                                      size_t limit);

// Where a reader stands who hands back `token`.
// InvalidArgument if it is none or from the future.
absl::StatusOr<uint64_t> SequenceOfToken(const EventLog& log,
                                         const std::string& token);

// ListEvents. Pure but for reading the log.
absl::Status ListEvents(const EventLog& log,
                        const roster::v1::ListEventsRequest& request,
                        roster::v1::ListEventsResponse* response);

}  // namespace roster::monitor
