#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "model/member_record.h"
#include "zk/session.h"

namespace roster::registrar {

// What a Registrar knows of itself at one moment. A plain value.
struct RegistrarStatus {
  std::string path;  // of the member's node

  // True while, as far as the registrar knows, the node exists and belongs to
  // its session. Stays true while the connection is suspended: the node
  // outlives short cuts.
  bool registered = false;
  absl::Time since = absl::InfinitePast();  // of `registered`
  // Why not registered; OK when it is. AlreadyExists: somebody else owns the
  // name. FailedPrecondition: a persistent node is in the way.
  // PermissionDenied: an ACL forbids it. Unavailable: ZooKeeper is out of
  // reach. Cancelled: left.
  absl::Status reason;

  zk::ConnectionState connection = zk::ConnectionState::kConnecting;
  int64_t session_id = 0;  // 0 before the first connect
  int64_t czxid = 0;       // identity of the node; 0 when not registered

  // What is, or will be, in the record.
  model::ReportedState reported_state = model::ReportedState::kUp;
  // The same as the node has it, as far as writes were acknowledged; nothing
  // when not registered.
  std::optional<model::ReportedState> written_state;
  // Epoch of the order obeyed; absent until orders could be read.
  std::optional<int64_t> applied_epoch;
  // Whether that order takes the member offline, and until when work should be
  // finished; InfiniteFuture: no deadline, or not held.
  bool held = false;
  absl::Time drain_deadline = absl::InfiniteFuture();

  // Time between two writes, state changes aside: the longer one of the
  // options' and the policy's.
  absl::Duration update_interval;

  // Why the newest record is not in the node; OK normally.
  absl::Status write_error;
  // Which parts were left out of the record, and why; empty normally.
  std::string record_warning;
  // Why the order in ZooKeeper is not obeyed; OK normally.
  absl::Status order_error;
  // Why the cluster's policy in ZooKeeper is not followed; OK normally.
  absl::Status policy_error;

  // Counters, since creation.
  uint64_t registrations = 0;  // times the node was created
  uint64_t writes = 0;         // records written, those at creation included
  uint64_t coalesced = 0;      // changes merged into a later write
};

}  // namespace roster::registrar
