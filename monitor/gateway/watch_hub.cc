#include "monitor/gateway/watch_hub.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "monitor/gateway/rest_error.h"
#include "monitor/gateway/watch_query.h"
#include "monitor/gateway/watch_stream.h"
#include "monitor/http/sse.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/stream_reactor.h"

namespace roster::monitor {
namespace {

constexpr absl::Duration kShortestBeat = absl::Milliseconds(2);
constexpr absl::Duration kLongestBeat = absl::Milliseconds(100);
constexpr absl::Duration kBeatPerStream = absl::Microseconds(200);
// Streams that are woken before others have their turn on the loop.
constexpr int kStreamsAtOnce = 8;
constexpr absl::Duration kHeartbeatCheck = absl::Seconds(1);

}  // namespace

WatchHub::WatchHub(WatchHubOptions options,
                   std::vector<WatchedCluster> clusters, const EventLog& events)
    : options_(std::move(options)),
      clusters_(std::move(clusters)),
      events_(events),
      texts_(options_.max_text_bytes) {}

void WatchHub::Notify() {
  base::Loop* const loop = loop_.load();
  if (loop == nullptr || notified_.exchange(true)) return;
  loop->Post([this] {
    notified_.store(false);
    ScheduleBeat();
  });
}

void WatchHub::Open(const HttpRequest& request, const HttpRespond& respond) {
  auto stream = NewStream(request);
  if (!stream.ok()) {
    respond(RestError(stream.status()));
    return;
  }
  respond({.content_type = std::string(kSseContentType),
           // A proxy must not collect the events.
           .headers = {{"X-Accel-Buffering", "no"}},
           .stream = *std::move(stream)});
}

absl::StatusOr<std::shared_ptr<WatchStream>> WatchHub::NewStream(
    const HttpRequest& request) {
  ROSTER_ASSIGN_OR_RETURN(WatchQuery query, ParseWatchQuery(request));
  std::vector<std::string> names;
  for (const WatchedCluster& cluster : clusters_) names.push_back(cluster.name);
  ROSTER_ASSIGN_OR_RETURN(const size_t index,
                          FindCluster(names, query.cluster));
  ROSTER_RETURN_IF_ERROR(
      CheckStreamLimit(streams_.size(), options_.max_streams));
  return std::make_shared<WatchStream>(*this, clusters_[index],
                                       std::move(query));
}

uint64_t WatchHub::Enter(WatchStream* stream) {
  streams_.emplace(++last_id_, stream);
  if (!heartbeats_due_) ScheduleHeartbeats();
  return last_id_;
}

void WatchHub::Leave(uint64_t id) {
  streams_.erase(id);
  if (!streams_.empty()) return;
  texts_.Clear();
  batches_.clear();
}

void WatchHub::ScheduleBeat() {
  if (beat_due_ || streams_.empty()) return;
  beat_due_ = true;
  loop().RunAfter(
      std::clamp(kBeatPerStream * static_cast<int64_t>(streams_.size()),
                 kShortestBeat, kLongestBeat),
      [this] {
        beat_due_ = false;
        batches_.clear();
        WakeFrom(0);
      });
}

void WatchHub::WakeFrom(uint64_t id) {
  int woken = 0;
  for (auto next = streams_.upper_bound(id); next != streams_.end();
       next = streams_.upper_bound(id)) {
    if (woken++ == kStreamsAtOnce) {
      loop().Post([this, id] { WakeFrom(id); });
      return;
    }
    id = next->first;
    next->second->Wake();
  }
}

void WatchHub::ScheduleHeartbeats() {
  heartbeats_due_ = true;
  loop().RunAfter(std::min(kHeartbeatCheck, options_.heartbeat / 4), [this] {
    heartbeats_due_ = false;
    if (streams_.empty()) return;
    WakeFrom(0);
    ScheduleHeartbeats();
  });
}

}  // namespace roster::monitor
