#pragma once

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "monitor/control/coordination_values.h"

namespace roster::monitor {

// What CoordinationService asks of whoever looks at what programs coordinate
// by: an Inspector, or a test in its place. All of it goes to ZooKeeper.
//
// Thread-safety: implementations are thread-safe, and call `done` on any
// thread, exactly once.
class CoordinationBackend {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  virtual ~CoordinationBackend() = default;

  virtual void ListElections(FolderQuery query,
                             Done<FolderPage<ElectionInfo>> done) = 0;
  virtual void GetElection(LookQuery query, Done<Look<ElectionInfo>> done) = 0;
  virtual void ListLocks(FolderQuery query,
                         Done<FolderPage<LockInfo>> done) = 0;
  virtual void GetLock(LookQuery query, Done<Look<LockInfo>> done) = 0;
  virtual void ListQueues(FolderQuery query,
                          Done<FolderPage<QueueInfo>> done) = 0;
  virtual void GetQueue(LookQuery query, Done<Look<QueueInfo>> done) = 0;
  virtual void ListBarriers(FolderQuery query,
                            Done<FolderPage<BarrierInfo>> done) = 0;
  virtual void GetBarrier(LookQuery query, Done<Look<BarrierInfo>> done) = 0;

  virtual void ForceReleaseLock(ForceReleaseRequest request,
                                Done<ForceReleaseResult> done) = 0;
  virtual void OpenBarrier(OpenBarrierRequest request,
                           Done<OpenBarrierResult> done) = 0;
};

}  // namespace roster::monitor
