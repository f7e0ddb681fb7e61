#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/actor.h"
#include "model/order.h"

namespace roster::model {

// Work over several members that goes on by itself. Wire format:
// /roster/<cluster>/operations/<id> in docs/znodes.md.

inline constexpr int kOperationVersion = 1;
// So that an operation fits into a znode.
inline constexpr size_t kMaxOperationMembers = 2000;

enum class OperationKind { kTakeOffline, kRollingRestart };

enum class OperationState {
  kScheduled,  // waits for start_at
  kRunning,
  kPaused,     // begins no further members
  kSucceeded,  // all members done, or failed within the limit
  kFailed,     // too many failed
  kCancelled,
};

//   PENDING -> DRAINING -> DONE                              (take offline)
//   PENDING -> DRAINING -> RESTARTING -> VERIFYING -> DONE   (rolling restart)
// and from any of them to FAILED or SKIPPED.
enum class OperationStep {
  kPending,
  kDraining,    // held; its work is ending
  kRestarting,  // drained; its new incarnation has not registered yet
  kVerifying,   // released; not healthy for long enough yet
  kDone,
  kFailed,   // given up; its hold stays
  kSkipped,  // nothing to do
};

enum class OperationOrder { kName, kGiven, kOldest };

// Wire names: "TAKE_OFFLINE", "RUNNING", "DRAINING", ...
std::string_view OperationKindName(OperationKind kind);
std::string_view OperationStateName(OperationState state);
std::string_view OperationStepName(OperationStep step);
std::string_view OperationOrderName(OperationOrder order);

struct Pacing {
  int64_t batch_size = 1;     // used unless batch_percent is set
  int64_t batch_percent = 0;  // 1..100; 0: batch_size counts
  OperationOrder order = OperationOrder::kName;
  absl::Duration min_healthy = absl::Seconds(10);
  int64_t failure_limit = 0;  // fails when more than this have failed
  absl::Duration step_timeout = absl::Minutes(5);

  // How many members of `total` at a time; at least 1.
  int64_t BatchOf(int64_t total) const;

  friend bool operator==(const Pacing&, const Pacing&) = default;
};

struct OperationMember {
  std::string name;
  OperationStep step = OperationStep::kPending;
  absl::Time since = absl::InfinitePast();  // of `step`
  // The registration that is to be restarted; 0 before it is begun.
  int64_t czxid = 0;
  std::string incarnation;
  std::string problem;

  friend bool operator==(const OperationMember&,
                         const OperationMember&) = default;
};

struct Operation {
  std::string id;
  OperationKind kind = OperationKind::kTakeOffline;
  OperationState state = OperationState::kRunning;
  Actor actor;
  std::string owner;  // of its holds
  std::string reason;
  std::string ticket;
  std::string selector;
  Pacing pacing;
  HoldMode mode = HoldMode::kDrain;
  absl::Duration drain_timeout = absl::InfiniteDuration();  // of one member
  absl::Time deadline = absl::InfiniteFuture();  // for all; the earlier counts
  absl::Duration expire_after = absl::InfiniteDuration();  // of one hold
  absl::Time expires_at = absl::InfiniteFuture();
  bool force = false;
  absl::Time created_at = absl::InfinitePast();
  absl::Time start_at = absl::InfinitePast();
  absl::Time started_at = absl::InfinitePast();
  absl::Time ended_at = absl::InfinitePast();
  std::string waiting;  // why nothing moves; empty while something does
  std::string problem;  // why FAILED or PAUSED
  std::vector<OperationMember> members;  // in their order

  bool ended() const {
    return state == OperationState::kSucceeded ||
           state == OperationState::kFailed ||
           state == OperationState::kCancelled;
  }

  friend bool operator==(const Operation&, const Operation&) = default;
};

// How many members stand where.
struct OperationCounts {
  int64_t pending = 0;
  int64_t in_flight = 0;  // draining, restarting, verifying
  int64_t done = 0;
  int64_t skipped = 0;
  int64_t failed = 0;
};
OperationCounts CountMembers(const Operation& operation);

// When it will have ended if it goes on as so far; InfiniteFuture until a
// member is done, and unless it runs.
absl::Time ExpectedEnd(const Operation& operation, absl::Time now);

// InvalidArgument, saying what and where, for anything not well-formed.
absl::StatusOr<Operation> ParseOperation(std::string_view bytes);
// What can be told of one that ParseOperation() refuses: whom it may be working
// on, and if possible the rest, so that nobody else takes these members.
// Nothing unless all names can be read. One whose state is not legible counts
// as RUNNING, and one without a legible owner as that of its holds.
std::optional<Operation> SalvageOperation(std::string_view id,
                                          std::string_view bytes);
// Compact: members at rest cost little more than their names.
std::string SerializeOperation(const Operation& operation);

}  // namespace roster::model
