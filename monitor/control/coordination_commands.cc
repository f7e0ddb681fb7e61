#include "monitor/control/coordination_commands.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/paths.h"
#include "monitor/control/barrier_reader.h"
#include "monitor/control/folder_reader.h"
#include "monitor/control/lock_reader.h"
#include "monitor/control/own_places.h"
#include "monitor/control/released_holder.h"

namespace roster::monitor {
namespace {

absl::Status NotHeld(absl::StatusCode code, const std::string& path,
                     std::string_view node, std::string_view why) {
  return base::WithReason(
      absl::Status(code, base::ToAbsl(base::StrCat(path, ": ", node, why))),
      "LOCK_NOT_HELD");
}

// The holder that `request` means, as it stands now.
absl::StatusOr<Contender> FindHolder(FolderReader& reader,
                                     const std::string& path,
                                     const ForceReleaseRequest& request) {
  using Code = absl::StatusCode;
  const auto gone = [&] {
    return NotHeld(Code::kNotFound, path, request.node, ": is not there");
  };
  const auto node = reader.Get(path);
  if (absl::IsNotFound(node.status())) return gone();
  ROSTER_RETURN_IF_ERROR(node.status());
  ROSTER_ASSIGN_OR_RETURN(const auto children, reader.List(path));
  ROSTER_ASSIGN_OR_RETURN(const LockLine line,
                          ReadLockLine(reader, path, node->data, children));
  const auto found = std::find_if(
      line.nodes.begin(), line.nodes.end(),
      [&](const Contender& one) { return one.node == request.node; });
  if (found == line.nodes.end()) return gone();
  std::vector<Contender> holder = {*found};
  ROSTER_RETURN_IF_ERROR(reader.Read(holder));
  if (holder.empty()) return gone();
  if (holder.front().czxid != request.czxid)
    return base::WithReason(
        absl::AbortedError(base::StrCat(
            holder.front().path, ": its fencing token is ",
            holder.front().czxid, ", not ", request.czxid, "; look again")),
        "LOCK_HOLDER_CHANGED");
  if (static_cast<size_t>(found - line.nodes.begin()) >= line.holders)
    return NotHeld(Code::kFailedPrecondition, path, request.node,
                   ": does not hold the lock, but waits for it");
  return std::move(holder.front());
}

// PathOf(), where something may be changed.
absl::StatusOr<std::string> ChangeablePathOf(const CoordinationTarget& target,
                                             const ControlStore& store,
                                             const std::string& root) {
  ROSTER_ASSIGN_OR_RETURN(std::string path, PathOf(target, root));
  ROSTER_RETURN_IF_ERROR(CheckNotOwn(path, root, store.options().own_places));
  return path;
}

absl::StatusOr<BarrierInfo> FindClosed(FolderReader& reader,
                                       const std::string& path) {
  auto barrier = ReadBarrier(reader, path, /*limit=*/1, /*after=*/"");
  if (absl::IsNotFound(barrier.status()))
    return base::WithReason(
        absl::NotFoundError(base::StrCat("there is no barrier at ", path)),
        "BARRIER_NOT_FOUND");
  ROSTER_RETURN_IF_ERROR(barrier.status());
  if (barrier->info.open)
    return base::WithReason(
        absl::FailedPreconditionError(base::StrCat(path, ": is open")),
        "BARRIER_OPEN");
  return std::move(barrier->info);
}

}  // namespace

absl::StatusOr<ForceReleaseResult> ForceReleaseLock(
    ControlStore& store, const ForceReleaseRequest& request) {
  ROSTER_ASSIGN_OR_RETURN(
      const std::string path,
      ChangeablePathOf(request.target, store, store.paths().locks));
  ROSTER_ASSIGN_OR_RETURN(
      const Committed committed,
      store.Commit(
          request.meta,
          {.action = "ForceReleaseLock",
           .reason = request.reason,
           .ticket = "",
           .targets = {path, request.node}},
          [&](const FencedView& fenced) -> absl::StatusOr<Changeset> {
            FolderReader reader(store.session(), request.meta.deadline);
            ROSTER_ASSIGN_OR_RETURN(Contender holder,
                                    FindHolder(reader, path, request));
            FindMembers(*fenced.view, {&holder});
            Changeset change;
            // Names of such nodes are never given twice, so the version tells
            // only that nobody asked the holder for the lock meanwhile.
            change.ops.push_back(zk::Op::Delete(holder.path, holder.version));
            change.targets = {{.name = path}, {.name = holder.node}};
            change.answer.holder = ToReleased(holder);
            return change;
          }));
  // An older rosterd kept nothing of the holder.
  return ForceReleaseResult{
      .holder = FromReleased(
          committed.answer.holder.value_or(model::ReleasedHolder()),
          request.node, request.czxid),
      .request_id = committed.request_id};
}

absl::StatusOr<OpenBarrierResult> OpenBarrier(
    ControlStore& store, const OpenBarrierRequest& request) {
  ROSTER_ASSIGN_OR_RETURN(
      const std::string path,
      ChangeablePathOf(request.target, store, store.paths().barriers));
  ROSTER_ASSIGN_OR_RETURN(
      const Committed committed,
      store.Commit(
          request.meta,
          {.action = "OpenBarrier",
           .reason = request.reason,
           .ticket = "",
           .targets = {path}},
          [&](const FencedView&) -> absl::StatusOr<Changeset> {
            FolderReader reader(store.session(), request.meta.deadline);
            ROSTER_ASSIGN_OR_RETURN(const BarrierInfo barrier,
                                    FindClosed(reader, path));
            Changeset change;
            change.ops.push_back(
                barrier.kind == BarrierKind::kBar
                    ? zk::Op::Delete(path, barrier.version)
                    : zk::Op::Create(model::JoinPath(path, kBarrierReady), "",
                                     zk::CreateMode::kPersistent));
            change.targets = {{.name = path}};
            return change;
          }));
  return OpenBarrierResult{.request_id = committed.request_id};
}

}  // namespace roster::monitor
