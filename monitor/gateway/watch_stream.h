#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "monitor/gateway/watch_hub.h"
#include "monitor/gateway/watch_query.h"
#include "monitor/http/http_message.h"
#include "monitor/rpc/event_query.h"
#include "monitor/rpc/member_cursor.h"

namespace roster::monitor {

// WatchStream is one reader of /api/v1/watch. An id says where the reader is
// among members and events: "<kind>/<run>/<cluster>/<selector>:<revision>.
// <sequence>".
//
// Thread-safety: confined to the HTTP loop.
class WatchStream final : public HttpBodyStream {
 public:
  WatchStream(WatchHub& hub, const WatchedCluster& cluster, WatchQuery query);
  ~WatchStream() override;

  void Begin(std::function<void()> wake) override;
  std::optional<std::string> Next() override;

  void Wake() { wake_(); }

 private:
  struct Position {
    uint64_t revision = 0;
    uint64_t sequence = 0;
  };

  // Where the reader was, if this run of rosterd can tell.
  std::optional<Position> ReadId(const std::string& id) const;
  std::string Id() const;
  void OpenCursor(const std::optional<Position>& resume);

  // What is new, as the other streams at the same place are told it.
  std::string NextShared();
  // Nothing but what others are told as well is to be told.
  bool CanShare() const;
  // What is new.
  std::string NextOwn();

  void AppendMembers(std::string* out);
  void AppendStep(const MemberStep& step, std::string* out);
  void AppendEvents(std::string* out);
  void AppendOperations(std::string* out);
  void AppendBookmark(std::string* out);
  void AppendReset(std::string_view what, std::string_view reason,
                   std::string* out);
  std::string ViewJson(const ClusterView& view) const;

  WatchHub& hub_;
  const WatchedCluster& cluster_;
  const WatchQuery query_;
  const EventFilter filter_;
  const std::string id_prefix_;
  uint64_t number_ = 0;  // among the hub's
  std::function<void()> wake_;

  std::optional<MemberCursor> members_;
  // Everything of the snapshot was given out: ids make sense.
  bool resumable_ = true;
  uint64_t sequence_ = 0;     // of the last event that was looked at
  std::string reset_reason_;  // why events do not go on; empty: they do
  // As shown last.
  std::shared_ptr<const OperationMap> seen_operations_;
  std::map<std::string, std::shared_ptr<const StoredOperation>> operations_;
  bool begun_ = false;
  absl::Time sent_at_;  // by the monotonic clock
};

}  // namespace roster::monitor
