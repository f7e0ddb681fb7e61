#include "monitor/control/cleanup.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "model/sequential_name.h"
#include "zk/op_batch.h"

namespace roster::monitor {
namespace {

constexpr size_t kBatch = 500;
constexpr size_t kBatchBytes = 256 * 1024;

// Deletes `paths` as long as this rosterd is elected. Another that was quicker
// does no harm: the batch is looked at again next time.
absl::Status Delete(ControlStore& store, const std::string& leader_node,
                    std::vector<zk::Op> deletions, absl::Time deadline) {
  while (!deletions.empty()) {
    zk::OpBatch batch(zk::Op::Check(leader_node, zk::kAnyVersion), kBatch,
                      kBatchBytes);
    while (!deletions.empty()) {
      // Whose path leaves no room for the check is not to stop the others.
      if (batch.CanHold(deletions.back()) && !batch.Add(deletions.back()))
        break;
      deletions.pop_back();
    }
    if (batch.empty()) break;
    ROSTER_RETURN_IF_ERROR(
        store.session().Multi(std::move(batch).Take(), deadline));
  }
  return absl::OkStatus();
}

absl::Status TrimAudit(ControlStore& store, const std::string& leader_node,
                       absl::Time deadline) {
  const std::string& parent = store.paths().audit;
  ROSTER_ASSIGN_OR_RETURN(zk::Children children,
                          store.session().GetChildren(parent, deadline));
  const std::vector<std::string> names =
      model::SortBySequence(std::move(children.names), "e-");
  std::vector<zk::Op> deletions;
  for (size_t i = 0; i + kMaxAuditEntries < names.size(); ++i)
    deletions.push_back(
        zk::Op::Delete(model::JoinPath(parent, names[i]), zk::kAnyVersion));
  return Delete(store, leader_node, std::move(deletions), deadline);
}

// Deletes children of `parent` that were not changed since `before` and that
// `may_go` agrees to.
absl::Status DeleteOld(
    ControlStore& store, const std::string& leader_node,
    const std::string& parent, absl::Time before,
    absl::FunctionRef<bool(const std::string& name, const zk::OwnedNode& node)>
        may_go,
    absl::Time deadline) {
  ROSTER_ASSIGN_OR_RETURN(const zk::Children children,
                          store.session().GetChildren(parent, deadline));
  std::vector<std::string> paths;
  for (const std::string& name : children.names)
    paths.push_back(model::JoinPath(parent, name));
  const auto nodes = store.session().GetAll(paths, deadline);
  std::vector<zk::Op> deletions;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].ok() && nodes[i]->stat.mtime < before &&
        may_go(children.names[i], *nodes[i]))
      deletions.push_back(zk::Op::Delete(paths[i], nodes[i]->stat.version));
  return Delete(store, leader_node, std::move(deletions), deadline);
}

absl::Status DeleteOperations(ControlStore& store,
                              const std::string& leader_node,
                              const ClusterView& view, absl::Time deadline) {
  std::vector<std::pair<absl::Time, std::string>> ended;
  for (const auto& [id, stored] : *view.operations)
    if (stored->problem.empty() && stored->operation.ended())
      ended.emplace_back(stored->operation.ended_at, id);
  std::sort(ended.begin(), ended.end());
  const absl::Time before = absl::Now() - kEndedOperationAge;
  std::vector<zk::Op> deletions;
  for (size_t i = 0; i < ended.size(); ++i)
    if (ended[i].first < before || ended.size() - i > kMaxEndedOperations)
      deletions.push_back(zk::Op::Delete(store.OperationPath(ended[i].second),
                                         zk::kAnyVersion));
  return Delete(store, leader_node, std::move(deletions), deadline);
}

}  // namespace

absl::Status CleanUp(ControlStore& store, const std::string& leader_node,
                     const ClusterView& view, absl::Time deadline) {
  const absl::Time now = absl::Now();
  ROSTER_RETURN_IF_ERROR(TrimAudit(store, leader_node, deadline));
  ROSTER_RETURN_IF_ERROR(DeleteOperations(store, leader_node, view, deadline));
  ROSTER_RETURN_IF_ERROR(DeleteOld(
      store, leader_node, store.paths().requests, now - kRequestAge,
      [](const std::string&, const zk::OwnedNode&) { return true; }, deadline));
  return DeleteOld(
      store, leader_node, store.paths().control, now - kIdleOrderAge,
      [&](const std::string& name, const zk::OwnedNode& node) {
        const auto order = model::ParseOrder(node.data);
        return order.ok() && !order->held() &&
               view.members.Find(name) == nullptr;
      },
      deadline);
}

}  // namespace roster::monitor
