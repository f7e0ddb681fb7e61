#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "model/audit_entry.h"
#include "model/operation.h"
#include "model/order.h"
#include "model/paths.h"
#include "monitor/control/changeset.h"
#include "monitor/control/requests.h"
#include "monitor/state/fenced_view.h"
#include "zk/blocking_session.h"

namespace roster::monitor {

struct ControlStoreOptions {
  std::string cluster;
  std::string members_path;
  model::ClusterPaths paths;
  std::vector<std::string> own_places;  // of all clusters: see own_places.h
  std::string monitor_id;               // of this run, for the audit
  // Who may change anything: names of authenticated actors. Empty: everybody.
  std::vector<std::string> controllers;
  base::LogSink log;
};

// ControlStore writes what is desired of one cluster into ZooKeeper, each
// change in one transaction together with
//
//   - a new version of the admission node. A change is worked out from a
//     fenced view (ClusterWatcher::Fence) and committed only if no other
//     change was since: so several rosterds decide one after the other, and
//     budgets hold however many ask at once;
//   - its audit entry: what cannot be audited is not done;
//   - its answer, under the request's id: asked again, it is answered again
//     and not done again. So a commit whose outcome is unknown is simply tried
//     again.
//
// Refusals are audited too, as far as ZooKeeper is in reach.
//
// Thread-safety: for one thread, which it blocks.
// Lifetime: `session`, and what `fence` uses, outlive this.
class ControlStore {
 public:
  using Fence = std::function<absl::StatusOr<FencedView>(absl::Time deadline)>;
  // Works out a change. May be called several times; must not keep anything of
  // a former call. May read from the store.
  using Build =
      absl::FunctionRef<absl::StatusOr<Changeset>(const FencedView& fenced)>;

  ControlStore(zk::BlockingSession& session, Fence fence,
               ControlStoreOptions options);

  const ControlStoreOptions& options() const { return options_; }
  const model::ClusterPaths& paths() const { return options_.paths; }
  zk::BlockingSession& session() { return session_; }
  absl::StatusOr<FencedView> FenceNow(absl::Time deadline) {
    return fence_(deadline);
  }

  // What somebody asked for.
  absl::StatusOr<Committed> Commit(const RequestMeta& meta,
                                   const AuditSubject& subject, Build build);
  // What this rosterd does by itself: nothing is kept under a request id, and
  // it fails once `leader_node`, this rosterd's node in the election, is gone.
  // A change without ops is none.
  absl::Status CommitDuty(const AuditSubject& subject,
                          const std::string& leader_node, absl::Time deadline,
                          Build build);

  // Orders as they stand in ZooKeeper now.
  struct OrderNode {
    std::string name;
    bool exists = false;
    int32_t version = 0;
    // Its epoch is the newest that is known: a node that was deleted by hand
    // must not let epochs start over, below what its member obeys.
    model::Order order;
    int64_t stored_epoch = 0;
    absl::Status problem;  // why it cannot be changed
    bool readable = true;  // or missing
    absl::Time changed_at = absl::InfinitePast();
  };
  absl::StatusOr<std::vector<OrderNode>> ReadOrders(
      const std::vector<std::string>& names, const ClusterView& view,
      absl::Time deadline);
  // The op that puts `order` in the place of what `node` was read from.
  zk::Op WriteOrder(const OrderNode& node, const model::Order& order) const;

  // An operation as it stands in ZooKeeper now. NotFound with a reason;
  // FailedPrecondition, with reason OPERATION_UNREADABLE, if it cannot be read.
  absl::StatusOr<StoredOperation> ReadOperation(const std::string& id,
                                                absl::Time deadline);
  std::string OperationPath(std::string_view id) const;

  // Creates the parents of what it writes. OK if they exist.
  absl::Status Prepare(absl::Time deadline);

 private:
  class Submission;

  absl::Status CheckAllowed(const RequestMeta& meta) const;
  // `op`: beside the change, what makes it be done once.
  absl::Status Write(const FencedView& fenced, zk::Op op, Changeset change,
                     model::AuditEntry audit, absl::Time deadline);
  void AuditRefusal(model::AuditEntry audit, const absl::Status& refusal);
  model::AuditEntry MakeAudit(const AuditSubject& subject, model::Actor actor,
                              std::string request_id) const;

  zk::BlockingSession& session_;
  const Fence fence_;
  const ControlStoreOptions options_;
};

// "h-7f3a91c2", "op-…": `prefix` and eight random hexadecimal digits.
std::string MakeId(std::string_view prefix);

}  // namespace roster::monitor
