#include "monitor/rpc/event_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "monitor/rpc/event_codec.h"
#include "monitor/rpc/paging.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {
namespace {

constexpr PageSizes kPageSizes = {.standard = 100, .most = 10'000};
constexpr size_t kChunk = 512;

absl::StatusOr<EventFilter> FilterOf(
    const roster::v1::ListEventsRequest& request) {
  EventFilter filter{.cluster = request.cluster(), .member = request.member()};
  if (request.types().empty()) return filter;
  filter.types = 0;
  for (const int asked : request.types()) {
    bool known = false;
    for (int type = 0; type <= static_cast<int>(kLastEventType); ++type) {
      if (EncodeEventType(static_cast<EventType>(type)) != asked) continue;
      filter.types |= 1u << type;
      known = true;
    }
    if (!known) {
      return base::WithBadField(absl::InvalidArgumentError(absl::StrCat(
                                    "types: there is no event type ", asked)),
                                "types");
    }
  }
  return filter;
}

// What a page token is good for.
std::string FilterDigest(const roster::v1::ListEventsRequest& request,
                         const EventFilter& filter) {
  return absl::StrCat(Fingerprint(PackToken(
      {request.cluster(), request.member(), absl::StrCat(filter.types),
       request.newest_first() ? "newest" : "oldest"})));
}

// Gathers one page of matching events.
class Page {
 public:
  Page(const EventLog& log, const EventFilter& filter, size_t size,
       roster::v1::ListEventsResponse* response)
      : log_(log), filter_(filter), size_(size), response_(response) {}

  // False when the page is full: `event` belongs to the next.
  bool Add(const Event& event) {
    if (!filter_.Matches(event)) return true;
    if (static_cast<size_t>(response_->events_size()) == size_ ||
        bytes_ > kMaxPageBytes)
      return false;
    EncodeEvent(event, log_.id(), response_->add_events());
    bytes_ += response_->events().rbegin()->ByteSizeLong();
    return true;
  }

 private:
  const EventLog& log_;
  const EventFilter& filter_;
  const size_t size_;
  roster::v1::ListEventsResponse* const response_;
  size_t bytes_ = 0;
};

// Fills the page with events after `sequence`. Returns where the next page
// starts, 0 if there is none.
absl::StatusOr<uint64_t> FillForwards(const EventLog& log, uint64_t sequence,
                                      Page& page) {
  while (true) {
    ROSTER_ASSIGN_OR_RETURN(const auto events,
                            ReadEventsAfter(log, sequence, kChunk));
    if (events.empty()) return 0;
    for (const EventPtr& event : events) {
      if (!page.Add(*event)) return sequence;
      sequence = event->sequence;
    }
  }
}

// The same with the events up to `sequence`, the newest first.
uint64_t FillBackwards(const EventLog& log, uint64_t sequence, Page& page) {
  while (sequence > 0) {
    const uint64_t floor = std::max<uint64_t>(log.oldest(), 1) - 1;
    if (sequence <= floor) return 0;
    const uint64_t after =
        sequence - std::min<uint64_t>(kChunk, sequence - floor);
    auto events = ReadEventsAfter(log, after, sequence - after);
    // Dropped between the two looks: try again with what is left.
    if (!events.ok()) continue;
    std::reverse(events->begin(), events->end());
    for (const EventPtr& event : *events) {
      if (!page.Add(*event)) return event->sequence;
      sequence = event->sequence - 1;
    }
  }
  return 0;
}

}  // namespace

absl::Status HistoryTruncated(const EventLog& log, uint64_t sequence) {
  return base::WithReason(
      absl::OutOfRangeError(absl::StrCat("events after ", sequence,
                                         " are no longer kept: the oldest is ",
                                         log.oldest())),
      "HISTORY_TRUNCATED", {{"oldest_sequence", absl::StrCat(log.oldest())}});
}

absl::Status HistoryOfAnotherRun(const EventLog& log) {
  return base::WithReason(
      absl::OutOfRangeError("the token is of another run of rosterd, whose "
                            "events this one does not have"),
      "HISTORY_OF_ANOTHER_RUN", {{"log_id", log.id()}});
}

absl::StatusOr<std::vector<EventPtr>> ReadEventsAfter(const EventLog& log,
                                                      uint64_t sequence,
                                                      size_t limit) {
  auto events = log.ReadAfter(sequence, limit);
  // For 0 the log gives the oldest it has, without an error.
  if (!events.ok() ||
      (!events->empty() && events->front()->sequence != sequence + 1))
    return HistoryTruncated(log, sequence);
  return events;
}

absl::StatusOr<uint64_t> SequenceOfToken(const EventLog& log,
                                         const std::string& token) {
  ROSTER_ASSIGN_OR_RETURN(const ResumeToken parsed, ParseResumeToken(token));
  if (parsed.stream != log.id()) return HistoryOfAnotherRun(log);
  if (parsed.number > log.newest())
    return absl::InvalidArgumentError("this is no resume token");
  return parsed.number;
}

absl::Status ListEvents(const EventLog& log,
                        const roster::v1::ListEventsRequest& request,
                        roster::v1::ListEventsResponse* response) {
  ROSTER_ASSIGN_OR_RETURN(const size_t size,
                          PageSize(request.page_size(), kPageSizes));
  ROSTER_ASSIGN_OR_RETURN(const EventFilter filter, FilterOf(request));
  const std::string digest = FilterDigest(request, filter);
  uint64_t sequence = request.newest_first()
                          ? log.newest()
                          : std::max<uint64_t>(log.oldest(), 1) - 1;
  if (!request.page_token().empty()) {
    ROSTER_ASSIGN_OR_RETURN(const auto fields,
                            UnpackPageToken(request.page_token(), 3));
    if (fields[0] != log.id()) return HistoryOfAnotherRun(log);
    if (fields[1] != digest || !absl::SimpleAtoi(fields[2], &sequence))
      return PageTokenMismatch();
  }
  Page page(log, filter, size, response);
  uint64_t next = 0;
  if (request.newest_first()) {
    next = FillBackwards(log, sequence, page);
  } else {
    ROSTER_ASSIGN_OR_RETURN(next, FillForwards(log, sequence, page));
  }
  if (next != 0)
    response->set_next_page_token(
        PackToken({log.id(), digest, absl::StrCat(next)}));
  return absl::OkStatus();
}

}  // namespace roster::monitor
