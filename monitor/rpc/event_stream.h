#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "monitor/rpc/event_query.h"
#include "monitor/rpc/stream_reactor.h"
#include "monitor/state/event_log.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {

// EventStream serves one WatchEvents call: each event after `sequence` that the
// filter lets through, once and in order. It is a cursor into the log; a reader
// so slow that the log drops what it has not read gets HISTORY_TRUNCATED.
//
// Thread-safety: see ParkedStream.
// Lifetime: `log` must outlive the server.
class EventStream final
    : public StreamReactor<roster::v1::WatchEventsResponse> {
 public:
  EventStream(const EventLog& log, EventFilter filter, uint64_t sequence,
              ParkingLot& lot, RpcCounters& counters,
              absl::Duration bookmark_interval);

 private:
  std::optional<absl::Status> Next(bool bookmark_due,
                                   grpc::WriteOptions& options) override;

  const EventLog& log_;
  const EventFilter filter_;
  uint64_t sequence_;              // of the last event that was looked at
  std::vector<EventPtr> fetched_;  // backwards
};

}  // namespace roster::monitor
