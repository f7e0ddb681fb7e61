#include "monitor/control/control_store.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "zk/op_batch.h"
#include "zk/status.h"

namespace roster::monitor {
namespace {

// Of what is audited of a change that was refused.
constexpr size_t kMaxRefusalBytes = 2048;
constexpr size_t kMaxRefusalTargets = 100;

size_t BytesOf(const std::vector<zk::Op>& ops) {
  size_t bytes = 0;
  for (const zk::Op& op : ops) bytes += zk::PacketBytes(op);
  return bytes;
}

}  // namespace

std::string MakeId(std::string_view prefix) {
  static thread_local absl::BitGen random;
  return base::StrCat(prefix, absl::StrFormat("%08x", random() & 0xffffffff));
}

ControlStore::ControlStore(zk::BlockingSession& session, Fence fence,
                           ControlStoreOptions options)
    : session_(session),
      fence_(std::move(fence)),
      options_(std::move(options)) {}

absl::Status ControlStore::Prepare(absl::Time deadline) {
  const model::ClusterPaths& all = paths();
  for (const std::string* path :
       {&all.control, &all.ledger, &all.audit, &all.operations, &all.requests,
        &all.monitors, &all.admission, &all.config, &all.designations}) {
    ROSTER_RETURN_IF_ERROR(session_.CreateWithParents(*path, deadline));
  }
  return absl::OkStatus();
}

absl::Status ControlStore::CheckAllowed(const RequestMeta& meta) const {
  const auto& allowed = options_.controllers;
  if (allowed.empty()) return absl::OkStatus();
  if (meta.actor.authenticated && std::find(allowed.begin(), allowed.end(),
                                            meta.actor.name) != allowed.end())
    return absl::OkStatus();
  return base::WithReason(
      absl::PermissionDeniedError(base::StrCat(
          meta.actor.authenticated ? "" : "unauthenticated ", "actor \"",
          meta.actor.name,
          "\" may look but not change anything; rosterd was started with "
          "--controller for others")),
      "CONTROL_FORBIDDEN");
}

absl::Status ControlStore::CommitDuty(const AuditSubject& subject,
                                      const std::string& leader_node,
                                      absl::Time deadline, Build build) {
  ROSTER_ASSIGN_OR_RETURN(const FencedView fenced, fence_(deadline));
  ROSTER_ASSIGN_OR_RETURN(Changeset change, build(fenced));
  if (change.ops.empty()) return absl::OkStatus();
  return Write(fenced, zk::Op::Check(leader_node, zk::kAnyVersion),
               std::move(change),
               MakeAudit(subject, {.name = "rosterd", .authenticated = true},
                         /*request_id=*/""),
               deadline);
}

absl::Status ControlStore::Write(const FencedView& fenced, zk::Op op,
                                 Changeset change, model::AuditEntry audit,
                                 absl::Time deadline) {
  audit.targets = std::move(change.targets);
  audit.forced = change.forced;
  std::vector<zk::Op> ops;
  ops.push_back(std::move(op));
  if (fenced.admission_version < 0)
    ops.push_back(zk::Op::Create(paths().admission, options_.monitor_id,
                                 zk::CreateMode::kPersistent));
  else
    ops.push_back(zk::Op::Set(paths().admission, options_.monitor_id,
                              fenced.admission_version));
  if (!audit.targets.empty())
    ops.push_back(zk::Op::Create(model::JoinPath(paths().audit, "e-"),
                                 model::SerializeAuditEntry(audit),
                                 zk::CreateMode::kPersistentSequential));
  for (zk::Op& one : change.ops) ops.push_back(std::move(one));
  if (BytesOf(ops) > zk::kMaxTransaction)
    return base::WithReason(
        absl::InvalidArgumentError(
            base::StrCat("too much for one transaction: ", audit.targets.size(),
                         " targets; take them in batches (pacing)")),
        "TOO_MANY_MEMBERS");
  return session_.Multi(std::move(ops), deadline);
}

model::AuditEntry ControlStore::MakeAudit(const AuditSubject& subject,
                                          model::Actor actor,
                                          std::string request_id) const {
  model::AuditEntry audit{.at = absl::Now(),
                          .actor = std::move(actor),
                          .action = subject.action,
                          .reason = subject.reason,
                          .ticket = subject.ticket,
                          .request_id = std::move(request_id),
                          .monitor = options_.monitor_id};
  for (const std::string& target : subject.targets)
    audit.targets.push_back({.name = target});
  return audit;
}

void ControlStore::AuditRefusal(model::AuditEntry audit,
                                const absl::Status& refusal) {
  audit.result = absl::StatusCodeToString(refusal.code());
  // Anybody can be refused as often as they like: it is not to fill ZooKeeper.
  audit.message = base::TruncateUtf8(base::Message(refusal), kMaxRefusalBytes);
  if (audit.targets.size() > kMaxRefusalTargets)
    audit.targets.resize(kMaxRefusalTargets);
  const absl::Time deadline = absl::Now() + absl::Seconds(2);
  const auto write = [&] {
    return session_.Create(model::JoinPath(paths().audit, "e-"),
                           model::SerializeAuditEntry(audit),
                           zk::CreateMode::kPersistentSequential, deadline);
  };
  auto created = write();
  // The first request of a new cluster may come before its folders are there.
  if (absl::IsNotFound(created.status()) && Prepare(deadline).ok())
    created = write();
  base::Log(options_.log, base::LogLevel::kWarning,
            "refused action=", audit.action,
            " actor=", base::Quoted(audit.actor.name),
            " why=", base::Quoted(base::Message(refusal)),
            created.ok() ? "" : "; this could not be audited");
}

absl::StatusOr<std::vector<ControlStore::OrderNode>> ControlStore::ReadOrders(
    const std::vector<std::string>& names, const ClusterView& view,
    absl::Time deadline) {
  std::vector<std::string> order_paths;
  order_paths.reserve(names.size());
  for (const std::string& name : names)
    order_paths.push_back(model::JoinPath(paths().control, name));
  auto nodes = session_.GetAll(order_paths, deadline);
  std::vector<OrderNode> orders;
  orders.reserve(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    OrderNode order{.name = names[i]};
    if (nodes[i].ok()) {
      order.exists = true;
      order.version = nodes[i]->stat.version;
      order.changed_at = nodes[i]->stat.mtime;
      auto parsed = model::ParseOrder(nodes[i]->data);
      order.readable = parsed.ok();
      if (parsed.ok())
        order.order = *std::move(parsed);
      else
        order.problem = parsed.status();
    } else if (!absl::IsNotFound(nodes[i].status())) {
      return nodes[i].status();
    }
    order.stored_epoch = order.order.epoch;
    const MemberPtr member = view.members.Find(names[i]);
    if (member != nullptr && member->record.applied_epoch &&
        *member->record.applied_epoch <= model::kMaxClaimedEpoch)
      order.order.epoch =
          std::max(order.order.epoch, *member->record.applied_epoch);
    if (order.order.epoch >= model::kMaxEpoch)
      order.problem = absl::FailedPreconditionError(base::StrCat(
          "its epoch, ", order.order.epoch, ", is the last there is"));
    orders.push_back(std::move(order));
  }
  return orders;
}

zk::Op ControlStore::WriteOrder(const OrderNode& node,
                                const model::Order& order) const {
  std::string path = model::JoinPath(paths().control, node.name);
  std::string data = model::SerializeOrder(order);
  if (node.exists)
    return zk::Op::Set(std::move(path), std::move(data), node.version);
  return zk::Op::Create(std::move(path), std::move(data),
                        zk::CreateMode::kPersistent);
}

std::string ControlStore::OperationPath(std::string_view id) const {
  return model::JoinPath(paths().operations, id);
}

absl::StatusOr<StoredOperation> ControlStore::ReadOperation(
    const std::string& id, absl::Time deadline) {
  const auto missing = [&] {
    return base::WithReason(absl::NotFoundError(base::StrCat(
                                "there is no operation \"", id,
                                "\"; `rosterctl operations` lists them")),
                            "OPERATION_NOT_FOUND", {{"operation", id}});
  };
  if (!model::ValidateMemberName(id).ok()) return missing();
  auto node = session_.Get(OperationPath(id), deadline);
  if (absl::IsNotFound(node.status())) return missing();
  if (!node.ok()) return node.status();
  auto operation = model::ParseOperation(node->data);
  if (operation.ok() && operation->id != id)
    operation = absl::InvalidArgumentError("id: not that of its node");
  if (!operation.ok())
    return base::WithReason(
        absl::FailedPreconditionError(base::StrCat(
            "operation ", id, " cannot be read, and was left as it is: ",
            base::Message(operation.status()), ". Mend ", OperationPath(id),
            ", or end it with `rosterctl operation ", id, " --cancel`")),
        "OPERATION_UNREADABLE", {{"operation", id}});
  return StoredOperation{.operation = *std::move(operation),
                         .version = node->stat.version,
                         .changed_at = node->stat.mtime};
}

}  // namespace roster::monitor
