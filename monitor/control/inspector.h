#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/loop.h"
#include "model/paths.h"
#include "monitor/control/controller.h"
#include "monitor/control/coordination_backend.h"
#include "monitor/control/folder_reader.h"
#include "monitor/state/cluster_view.h"

namespace roster::monitor {

struct InspectorOptions {
  model::ClusterPaths paths;
  // Tells which members the sessions are of.
  std::function<ClusterViewPtr()> view;
};

// Inspector looks at what programs of one cluster coordinate by, and takes it
// from them when an operator says so. It reads with the controller's session,
// on a thread of its own, one look after the other: large folders do not hold
// up orders. Changes are the controller's.
//
// Each call is answered exactly once. A look ends with its caller's deadline,
// or after 20 s. Errors carry a reason; docs/errors.md lists them.
//
// Thread-safety: thread-safe.
// Lifetime: `controller` outlives this. Close() comes after the controller's,
// which ends what waits for ZooKeeper.
class Inspector final : public CoordinationBackend {
 public:
  Inspector(Controller& controller, InspectorOptions options);
  ~Inspector() override;

  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // Answers what still waits, and everything from now on, as Unavailable.
  // Blocks; idempotent.
  void Close();

  void ListElections(FolderQuery query,
                     Done<FolderPage<ElectionInfo>> done) override;
  void GetElection(LookQuery query, Done<Look<ElectionInfo>> done) override;
  void ListLocks(FolderQuery query, Done<FolderPage<LockInfo>> done) override;
  void GetLock(LookQuery query, Done<Look<LockInfo>> done) override;
  void ListQueues(FolderQuery query, Done<FolderPage<QueueInfo>> done) override;
  void GetQueue(LookQuery query, Done<Look<QueueInfo>> done) override;
  void ListBarriers(FolderQuery query,
                    Done<FolderPage<BarrierInfo>> done) override;
  void GetBarrier(LookQuery query, Done<Look<BarrierInfo>> done) override;

  void ForceReleaseLock(ForceReleaseRequest request,
                        Done<ForceReleaseResult> done) override;
  void OpenBarrier(OpenBarrierRequest request,
                   Done<OpenBarrierResult> done) override;

 private:
  // How things of one kind are read, and what is said if one is missing.
  template <typename Info>
  struct Kind {
    const std::string& root;
    const char* what;
    const char* missing_reason;
    absl::StatusOr<Look<Info>> (*read)(FolderReader&, const std::string& path,
                                       size_t limit, const std::string& after);
    absl::StatusOr<FolderPage<Info>> (*list)(FolderReader&,
                                             const std::string& folder,
                                             size_t limit,
                                             const std::string& after);
  };
  template <typename Info>
  void Get(LookQuery query, Kind<Info> kind, Done<Look<Info>> done);
  template <typename Info>
  void List(FolderQuery query, Kind<Info> kind, Done<FolderPage<Info>> done);
  // Runs `read` on the loop and answers with its result.
  template <typename T, typename Read>
  void Answer(absl::Time deadline, Done<T> done, Read read);

  Kind<ElectionInfo> Elections() const;
  Kind<LockInfo> Locks() const;
  Kind<QueueInfo> Queues() const;
  Kind<BarrierInfo> Barriers() const;

  Controller& controller_;
  const InspectorOptions options_;
  std::atomic<bool> closed_{false};
  base::Loop loop_;
};

}  // namespace roster::monitor
