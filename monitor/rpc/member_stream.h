#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <string>

#include "monitor/rpc/change_ring.h"
#include "monitor/rpc/encoded_changes.h"
#include "monitor/rpc/member_cursor.h"
#include "monitor/rpc/stream_reactor.h"
#include "monitor/state/selector.h"

namespace roster::monitor {

// What the streams of one cluster have in common.
struct MemberFeed {
  ChangeRing& ring;
  EncodedChanges& encoded;
  ParkingLot& lot;
  RpcCounters& counters;
  std::string view_id;
  std::string stream_id;  // the first part of resume tokens
  absl::Duration bookmark_interval;
};

// MemberStream serves one WatchMembers call: what a MemberCursor says, as
// messages. A member or a change is encoded once for all streams.
//
// Thread-safety: see ParkedStream.
class MemberStream final : public StreamReactor<grpc::ByteBuffer> {
 public:
  // Begins with a snapshot unless `resume` is given. Everything in `feed` must
  // outlive the server.
  MemberStream(const MemberFeed& feed, Selector selector,
               std::optional<ChangeRing::Cursor> resume);

 private:
  std::optional<absl::Status> Next(bool bookmark_due,
                                   grpc::WriteOptions& options) override;
  grpc::Slice Encode(const MemberStep& step) const;
  void Compose(const grpc::Slice& message, bool with_token);

  const MemberFeed& feed_;
  const std::string token_prefix_;
  MemberCursor cursor_;
};

// The first part of resume tokens of a stream with this selector: a token is
// good for the same selector only.
std::string TokenPrefix(const MemberFeed& feed, const Selector& selector);

}  // namespace roster::monitor
