#include "monitor/rpc/event_stream.h"

#include <algorithm>
#include <utility>

#include "monitor/rpc/event_codec.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {
namespace {

constexpr size_t kFetchEvents = 16;

}  // namespace

EventStream::EventStream(const EventLog& log, EventFilter filter,
                         uint64_t sequence, ParkingLot& lot,
                         RpcCounters& counters,
                         absl::Duration bookmark_interval)
    : StreamReactor(lot, counters, counters.event_streams, bookmark_interval),
      log_(log),
      filter_(std::move(filter)),
      sequence_(sequence) {}

std::optional<absl::Status> EventStream::Next(bool bookmark_due,
                                              grpc::WriteOptions&) {
  message().Clear();
  while (true) {
    if (fetched_.empty()) {
      auto events = ReadEventsAfter(log_, sequence_, kFetchEvents);
      if (!events.ok()) return events.status();
      if (events->empty()) break;
      fetched_ = *std::move(events);
      std::reverse(fetched_.begin(), fetched_.end());
    }
    const EventPtr event = std::move(fetched_.back());
    fetched_.pop_back();
    sequence_ = event->sequence;
    if (!filter_.Matches(*event)) continue;
    EncodeEvent(*event, log_.id(), message().mutable_event());
    message().set_resume_token(MakeResumeToken(log_.id(), sequence_));
    return absl::OkStatus();
  }
  if (!bookmark_due) return std::nullopt;
  message().set_resume_token(MakeResumeToken(log_.id(), sequence_));
  return absl::OkStatus();
}

}  // namespace roster::monitor
