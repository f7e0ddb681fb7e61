#include "monitor/control/control_store.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/backoff.h"
#include "base/error_details.h"
#include "base/fingerprint.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/timestamp.h"
#include "nlohmann/json.hpp"
#include "zk/status.h"

namespace roster::monitor {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::Duration kDefaultTimeout = absl::Seconds(30);
// A connection that was cut is back within this time, or it is no blip.
constexpr absl::Duration kBlip = absl::Seconds(2);
// ZooKeeper refuses packets over 1 MiB and drops their connection.
constexpr size_t kMaxTransactionBytes = 900 * 1024;

size_t BytesOf(const std::vector<zk::Op>& ops) {
  size_t bytes = 0;
  for (const zk::Op& op : ops) bytes += op.path.size() + op.data.size() + 64;
  return bytes;
}

absl::Status OutOfReach(const absl::Status& status) {
  return base::WithReason(
      absl::UnavailableError(
          base::StrCat("ZooKeeper is out of reach, so nothing can be changed: ",
                       base::Message(status))),
      "ZOOKEEPER_UNAVAILABLE");
}

absl::Status OutcomeUnknown(const std::string& request_id,
                            const absl::Status& status) {
  return base::WithReason(
      absl::UnavailableError(
          base::StrCat("it is not known whether this was done (",
                       base::Message(status), "); ask again with request_id ",
                       request_id, ": it will not be done twice")),
      "OUTCOME_UNKNOWN", {{"request_id", request_id}});
}

absl::Status Contended(const absl::Status& conflict) {
  return base::WithReason(
      absl::UnavailableError(
          base::StrCat("not done in time",
                       conflict.ok() ? "" : ", because others were quicker: ",
                       base::Message(conflict))),
      "CONTENDED");
}

// Others were quicker: work it out anew.
bool IsConflict(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsAlreadyExists(status) ||
         absl::IsNotFound(status);
}

// Whether somebody was told no, rather than that the question was ill-formed or
// that there was nobody to answer.
bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

void Pause(base::Backoff& backoff, absl::Time deadline) {
  absl::SleepFor(
      std::clamp(deadline - absl::Now(), absl::ZeroDuration(), backoff.Next()));
}

std::string Answer(const RequestMeta& meta, const std::string& answer) {
  return Json{{"v", 1},
              {"fingerprint",
               absl::StrFormat("%016x", base::Fingerprint(meta.content))},
              {"at", model::FormatTimestamp(absl::Now())},
              {"answer", Json::parse(answer)}}
      .dump();
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
        &all.monitors, &all.admission, &all.config}) {
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

absl::StatusOr<std::string> ControlStore::ReadAnswer(
    const RequestMeta& meta, const std::string& request_id,
    absl::Time deadline) {
  ROSTER_ASSIGN_OR_RETURN(
      const zk::OwnedNode node,
      session_.Get(model::JoinPath(paths().requests, request_id), deadline));
  const Json json = Json::parse(node.data, nullptr, /*allow_exceptions=*/false);
  const auto text = [&](const char* key) {
    const auto it = json.is_object() ? json.find(key) : json.end();
    return it != json.end() && it->is_string() ? it->get<std::string>() : "";
  };
  if (text("fingerprint") !=
      absl::StrFormat("%016x", base::Fingerprint(meta.content)))
    return base::WithReason(
        absl::FailedPreconditionError(base::StrCat(
            "request_id \"", request_id, "\" was used at ", text("at"),
            " for another request; nothing was changed. Use a new one")),
        "REQUEST_ID_REUSED", {{"request_id", request_id}});
  const auto answer = json.find("answer");
  return answer == json.end() ? "{}" : answer->dump();
}

absl::StatusOr<Committed> ControlStore::Commit(const RequestMeta& meta,
                                               const AuditSubject& subject,
                                               Build build) {
  const absl::Time deadline =
      std::min(meta.deadline, absl::Now() + kDefaultTimeout);
  const std::string request_id =
      meta.request_id.empty() ? MakeId("r-") : meta.request_id;
  const model::AuditEntry audit = MakeAudit(subject, meta.actor, request_id);
  const auto refuse = [&](absl::Status refusal) {
    if (!meta.validate_only && IsRefusal(refusal)) AuditRefusal(audit, refusal);
    return refusal;
  };
  if (absl::Status allowed = CheckAllowed(meta); !allowed.ok())
    return refuse(allowed);

  base::Backoff backoff(absl::Milliseconds(5), absl::Milliseconds(500));
  const absl::Time blip_ends = absl::Now() + kBlip;
  bool may_be_stored = !meta.request_id.empty();
  absl::Status unknown;   // of the last write, if its outcome is open
  absl::Status conflict;  // of the last write, if others were quicker
  for (; absl::Now() < deadline && !session_.closed();
       Pause(backoff, deadline)) {
    absl::StatusOr<FencedView> fenced = fence_(deadline);
    const auto give_up = [&] {
      return unknown.ok() && absl::Now() > blip_ends;
    };
    if (!fenced.ok()) {
      if (give_up()) return OutOfReach(fenced.status());
      continue;
    }
    if (may_be_stored) {
      // This session's server may not have heard yet of what was written.
      if (!unknown.ok()) (void)session_.Sync(paths().requests, deadline);
      auto answer = ReadAnswer(meta, request_id, deadline);
      if (answer.ok()) return Committed{*answer, request_id, fenced->view};
      if (zk::IsRetryable(answer.status())) {
        if (give_up()) return OutOfReach(answer.status());
        continue;
      }
      if (!absl::IsNotFound(answer.status())) return refuse(answer.status());
      unknown = absl::OkStatus();  // it was not done
    }

    absl::StatusOr<Changeset> change = build(*fenced);
    if (!change.ok()) {
      if (!zk::IsRetryable(change.status())) return refuse(change.status());
      if (give_up()) return OutOfReach(change.status());
      continue;
    }
    std::string answer = change->answer;
    if (meta.validate_only)
      return Committed{std::move(answer), request_id, nullptr};
    const absl::Status written =
        Write(*fenced,
              zk::Op::Create(model::JoinPath(paths().requests, request_id),
                             Answer(meta, answer), zk::CreateMode::kPersistent),
              *std::move(change), audit, deadline);
    if (written.ok()) {
      absl::StatusOr<FencedView> after = fence_(deadline);
      return Committed{std::move(answer), request_id,
                       after.ok() ? after->view : fenced->view};
    }
    may_be_stored = true;
    if (zk::IsOutcomeUnknown(written))
      unknown = written;
    else if (IsConflict(written))
      conflict = written;
    else if (!zk::IsRetryable(written))
      return written;
    else if (give_up())
      return OutOfReach(written);
    // A parent that somebody has deleted would be a conflict for ever.
    if (absl::IsNotFound(written)) (void)Prepare(deadline);
  }
  if (!unknown.ok()) return OutcomeUnknown(request_id, unknown);
  return Contended(conflict);
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
  if (BytesOf(ops) > kMaxTransactionBytes)
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
  audit.message = base::Message(refusal);
  const auto created = session_.Create(
      model::JoinPath(paths().audit, "e-"), model::SerializeAuditEntry(audit),
      zk::CreateMode::kPersistentSequential, absl::Now() + absl::Seconds(2));
  base::Log(options_.log, base::LogLevel::kWarning,
            "refused action=", audit.action, " actor=\"", audit.actor.name,
            "\" why=\"", base::Message(refusal), "\"",
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
        *member->record.applied_epoch < model::kMaxEpoch)
      order.order.epoch =
          std::max(order.order.epoch, *member->record.applied_epoch);
    if (order.order.epoch >= model::kMaxEpoch)
      order.problem = absl::FailedPreconditionError(
          base::StrCat("epoch: there is none after ", order.order.epoch));
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
  ROSTER_ASSIGN_OR_RETURN(model::Operation operation,
                          model::ParseOperation(node->data));
  return StoredOperation{.operation = std::move(operation),
                         .version = node->stat.version,
                         .changed_at = node->stat.mtime};
}

}  // namespace roster::monitor
