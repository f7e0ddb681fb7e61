#pragma once

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "monitor/control/leader_values.h"

namespace roster::monitor {

// What CoordinationService asks of whoever knows the leaders of a cluster: a
// Leadership, or a test in its place.
//
// Thread-safety: implementations are thread-safe, and call `done` on any
// thread, exactly once.
class LeaderBackend {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  virtual ~LeaderBackend() = default;

  virtual void GetLeader(LeaderQuery query, Done<LeaderAnswer> done) = 0;
  virtual void Designate(DesignateRequest request,
                         Done<DesignateResult> done) = 0;
};

}  // namespace roster::monitor
