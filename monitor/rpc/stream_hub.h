#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/loop.h"
#include "monitor/rpc/member_stream.h"
#include "monitor/state/cluster_view.h"

namespace roster::monitor {

struct StreamHubOptions {
  std::string cluster;
  std::string view_id;
  // Changes that a reader may be behind before it gets a new snapshot.
  size_t ring_capacity = 32 * 1024;
  absl::Duration bookmark_interval = absl::Seconds(10);
};

// StreamHub takes the changes of one cluster to its WatchMembers streams.
//
// Publish...() run on the watch loop and are cheap: they append to a ring and
// post one wake-up to `loop`, on which the waiting streams start their writes.
// Streams that are busy writing go on by themselves on gRPC's threads.
//
// Thread-safety: Publish...() from one thread at a time; the rest is
// thread-safe.
// Lifetime: outlives the gRPC server; `loop` and `counters` outlive this, and
// `loop` is stopped before this goes.
class StreamHub {
 public:
  // `view` returns the newest view; it is called here and in Publish().
  StreamHub(StreamHubOptions options, std::function<ClusterViewPtr()> view,
            base::Loop& loop, RpcCounters& counters);

  // For ClusterTable::SetChangeListener() and SetViewListener().
  void Publish(const MemberChange& change);
  void PublishView(const ClusterViewPtr& view);
  // Tells of the mass-loss guard, if it differs from what was told before.
  void PublishGuard(const ClusterViewPtr& view);

  // A new stream, which belongs to gRPC. InvalidArgument for a token that is
  // none; a token that is not good here only leads to a reset.
  absl::StatusOr<grpc::ServerWriteReactor<grpc::ByteBuffer>*> Watch(
      Selector selector, const std::string& resume_token);

  // The same for readers that are not gRPC's. The cursor must go before this.
  absl::StatusOr<MemberCursor> OpenCursor(Selector selector,
                                          const std::string& resume_token);
  // What the reader of such a cursor hands back is
  // MakeResumeToken(TokenPrefixFor(selector), cursor.revision()).
  std::string TokenPrefixFor(const Selector& selector) const;

  // Sends signs of life where they are due. On the loop, regularly.
  void Tick(absl::Time now) { lot_.WakeDue(now); }
  // Ends all streams, and new ones at once.
  void Stop() { lot_.Stop(); }

 private:
  // Where to go on; nothing: with a snapshot.
  absl::StatusOr<std::optional<ChangeRing::Cursor>> Resume(
      const Selector& selector, const std::string& resume_token) const;

  const StreamHubOptions options_;
  const std::function<ClusterViewPtr()> view_;
  std::optional<GuardAlarm> guard_;  // as told last
  ChangeRing ring_;
  EncodedChanges encoded_;
  ParkingLot lot_;
  const MemberFeed feed_;
};

}  // namespace roster::monitor
