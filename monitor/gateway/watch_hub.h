#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/loop.h"
#include "monitor/gateway/text_cache.h"
#include "monitor/http/http_message.h"
#include "monitor/rpc/stream_hub.h"
#include "monitor/state/cluster_view.h"
#include "monitor/state/event_log.h"

namespace roster::monitor {

class WatchStream;

// A cluster whose changes are streamed.
struct WatchedCluster {
  std::string name;
  std::function<ClusterViewPtr()> view;  // the newest; thread-safe, never null
  StreamHub* hub = nullptr;
};

struct WatchHubOptions {
  std::string view_id;  // changes with every start of rosterd
  // Of a stream that is silent.
  absl::Duration heartbeat = absl::Seconds(10);
  // Streams at a time; more are refused.
  size_t max_streams = 2'000;
  // What the texts that all streams share may take.
  size_t max_text_bytes = 64 * 1024 * 1024;
};

// WatchHub serves /api/v1/watch: server-sent events of members, history and
// operations; docs/http.md has the events.
//
// A stream is a MemberCursor, a position in the event log and the operations it
// has shown: it has no queue, and is asked for more when its socket has taken
// the last. So a slow reader skips what was superseded and costs nothing.
//
// Streams are woken in beats, of 2 ms for a few and up to 100 ms for very many,
// and those that ask the same and are at the same place share what the first of
// them made: so that a thousand streams take little of the loop on which all of
// HTTP is served, and that little in small pieces.
//
// Thread-safety: Notify() is thread-safe; the rest is for the HTTP loop.
// Lifetime: outlives the HTTP server's streams, so Stop() it before; the hubs
// and the log outlive this.
class WatchHub {
 public:
  WatchHub(WatchHubOptions options, std::vector<WatchedCluster> clusters,
           const EventLog& events);

  // The HTTP server's loop; before it starts.
  void SetLoop(base::Loop& loop) { loop_.store(&loop); }

  // Something changed: members, the view, an operation, or an event came.
  void Notify();

  // Answers with a stream, or with an error.
  void Open(const HttpRequest& request, const HttpRespond& respond);

  size_t streams() const { return streams_.size(); }

 private:
  friend class WatchStream;

  // What streams at one place are sent in one beat, and where it takes them.
  struct Batch {
    ChangeRing::Cursor begin;
    ChangeRing::Cursor end;
    uint64_t end_sequence = 0;
    std::shared_ptr<const std::string> text;
  };

  absl::StatusOr<std::shared_ptr<WatchStream>> NewStream(
      const HttpRequest& request);
  uint64_t Enter(WatchStream* stream);
  void Leave(uint64_t id);

  base::Loop& loop() { return *loop_.load(); }
  void ScheduleBeat();
  // Wakes some of the streams after the one of that id, and posts the rest.
  void WakeFrom(uint64_t id);
  void ScheduleHeartbeats();

  const WatchHubOptions options_;
  const std::vector<WatchedCluster> clusters_;
  const EventLog& events_;
  std::atomic<base::Loop*> loop_ = nullptr;
  std::atomic<bool> notified_ = false;

  // Confined to the loop.
  bool beat_due_ = false;
  bool heartbeats_due_ = false;
  uint64_t last_id_ = 0;
  std::map<uint64_t, WatchStream*> streams_;  // in the order they came
  TextCache texts_;
  // By what the streams ask and where they are. Void when something changes.
  absl::flat_hash_map<std::string, Batch> batches_;
};

}  // namespace roster::monitor
