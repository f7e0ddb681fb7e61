#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/rpc/change_ring.h"
#include "monitor/rpc/stream_reactor.h"
#include "monitor/state/selector.h"

namespace roster::monitor {

// What the streams of one cluster have in common.
struct MemberFeed {
  ChangeRing& ring;
  ParkingLot& lot;
  RpcCounters& counters;
  std::string view_id;
  std::string stream_id;  // the first part of resume tokens
  absl::Duration bookmark_interval;
};

// MemberStream serves one WatchMembers call: reset, view, snapshot, catching
// up with what changed meanwhile, synced, changes.
//
// It keeps no queue and no view: between two messages it is a cursor into the
// ring and, during the snapshot, the last name sent and a few members. So a
// reader that stops reading costs the same however long it does. The snapshot
// is read piece by piece from whichever view is newest; catching up with the
// ring makes it whole before SYNCED.
//
// Thread-safety: see ParkedStream.
class MemberStream final : public StreamReactor<grpc::ByteBuffer> {
 public:
  // Begins with a snapshot unless `resume` is given. Everything in `feed` must
  // outlive the server.
  MemberStream(const MemberFeed& feed, Selector selector,
               std::optional<ChangeRing::Cursor> resume);

 private:
  enum class Phase {
    kReset,
    kSnapshotView,
    kSnapshot,
    kCatchUp,
    kResumed,
    kResumedView,
    kLive
  };

  std::optional<absl::Status> Next(bool bookmark_due,
                                   grpc::WriteOptions& options) override;
  // One of these per group of phases; false: try again, the phase changed.
  bool NextOfBeginning();
  bool NextOfSnapshot(grpc::WriteOptions& options);
  // kEntry: a message is ready. kEnd: there is none.
  ChangeRing::Outcome NextOfRing();

  // Fetches the next members of the snapshot; false if there are no more.
  bool FetchMembers();
  // What this reader must be told of a change, if anything.
  std::optional<grpc::Slice> Encode(const ChangeRing::Entry& entry) const;
  void Compose(const grpc::Slice& message, bool with_token);
  void ComposeView();

  const MemberFeed& feed_;
  const Selector selector_;
  const std::string token_prefix_;
  Phase phase_;
  ChangeRing::Cursor cursor_;
  // Of the snapshot.
  std::string last_name_;
  std::vector<MemberPtr> fetched_;  // backwards
  uint64_t synced_position_ = 0;    // catching up ends here
};

// The first part of resume tokens of a stream with this selector: a token is
// good for the same selector only.
std::string TokenPrefix(const MemberFeed& feed, const Selector& selector);

}  // namespace roster::monitor
