#include "monitor/control/designation_commands.h"

#include <limits>
#include <utility>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/control/folder_reader.h"

namespace roster::monitor {
namespace {

// The designation as it stands in ZooKeeper.
struct Stored {
  bool exists = false;
  int32_t znode_version = 0;
  model::Designation designation;  // of version 0 if it cannot be read
  absl::Status problem;            // why it cannot
};

absl::StatusOr<Stored> Read(ControlStore& store, const std::string& path,
                            absl::Time deadline) {
  Stored stored;
  const auto node = store.session().Get(path, deadline);
  if (absl::IsNotFound(node.status())) return stored;
  ROSTER_RETURN_IF_ERROR(node.status());
  stored.exists = true;
  stored.znode_version = node->stat.version;
  auto read = model::ParseDesignation(node->data);
  if (read.ok())
    stored.designation = *std::move(read);
  else
    stored.problem = read.status();
  return stored;
}

absl::Status CheckExpected(const Stored& stored,
                           const DesignateRequest& request,
                           const std::string& key) {
  const int64_t version = stored.designation.version;
  if (!request.expected_version || *request.expected_version == version)
    return absl::OkStatus();
  return base::WithReason(
      absl::AbortedError(base::StrCat(
          "the designation of ", key, " has version ", version, ", not ",
          *request.expected_version, "; nothing was changed. Look again")),
      "DESIGNATION_VERSION_MISMATCH",
      {{"version", base::StrCat(version)},
       {"expected_version", base::StrCat(*request.expected_version)}});
}

// Empty if the request is to end it.
model::Designation Wanted(const DesignateRequest& request, int64_t version) {
  model::Designation wanted =
      request.designation.value_or(model::Designation());
  wanted.version = version;
  wanted.actor = request.meta.actor;
  wanted.reason = request.reason;
  return wanted;
}

// `planned` becomes the designation as it will be, or was.
absl::StatusOr<Changeset> Plan(ControlStore& store,
                               const DesignateRequest& request,
                               const std::string& key,
                               model::Designation& planned) {
  const std::string path = model::JoinPath(store.paths().designations,
                                           model::DesignationNodeName(key));
  ROSTER_ASSIGN_OR_RETURN(const Stored stored,
                          Read(store, path, request.meta.deadline));
  ROSTER_RETURN_IF_ERROR(CheckExpected(stored, request, key));
  Changeset change;
  const int64_t version = stored.designation.version;
  if (!request.designation) {
    if (!stored.exists)
      return base::WithReason(absl::NotFoundError(base::StrCat(
                                  "nobody was designated to lead ", key)),
                              "DESIGNATION_NOT_FOUND");
    change.ops.push_back(zk::Op::Delete(path, stored.znode_version));
    change.targets = {{.name = key, .epoch_before = version}};
    change.answer.version = version;
    planned = stored.designation;
    return change;
  }
  // Left as somebody made it, until it is ended on purpose.
  if (!stored.problem.ok() || version == std::numeric_limits<int64_t>::max())
    return base::WithReason(
        absl::FailedPreconditionError(base::StrCat(
            path, ": ",
            stored.problem.ok() ? "has the last version there is"
                                : base::Message(stored.problem),
            "; nothing was changed. End it first (rosterctl leader clear)")),
        "DESIGNATION_UNREADABLE");
  planned = Wanted(request, version + 1);
  planned.at = absl::Now();
  change.answer.version = planned.version;
  std::string bytes = model::SerializeDesignation(planned);
  change.ops.push_back(
      stored.exists ? zk::Op::Set(path, std::move(bytes), stored.znode_version)
                    : zk::Op::Create(path, std::move(bytes),
                                     zk::CreateMode::kPersistent));
  change.targets = {
      {.name = key, .epoch_before = version, .epoch_after = planned.version}};
  return change;
}

}  // namespace

absl::StatusOr<ElectionId> ElectionOf(const CoordinationTarget& target,
                                      const std::string& root) {
  ROSTER_ASSIGN_OR_RETURN(std::string path, PathOf(target, root));
  std::string name = NameBelow(path, root);
  return ElectionId{.name = std::move(name), .path = std::move(path)};
}

const std::string& KeyOf(const ElectionId& election) {
  return election.name.empty() ? election.path : election.name;
}

absl::StatusOr<DesignateResult> ChangeDesignation(
    ControlStore& store, const DesignateRequest& request) {
  ROSTER_ASSIGN_OR_RETURN(ElectionId election,
                          ElectionOf(request.target, store.paths().elections));
  if (request.designation)
    ROSTER_RETURN_IF_ERROR(model::ValidateDesignation(*request.designation));
  const std::string& key = KeyOf(election);
  model::Designation planned;
  ROSTER_ASSIGN_OR_RETURN(
      const Committed committed,
      store.Commit(request.meta,
                   {.action = request.designation ? "DesignateLeader"
                                                  : "ClearDesignation",
                    .reason = request.reason,
                    .ticket = "",
                    .targets = {key}},
                   [&](const FencedView&) -> absl::StatusOr<Changeset> {
                     return Plan(store, request, key, planned);
                   }));
  // The answer may be that of the same request, asked before.
  if (planned.version != committed.answer.version)
    planned = Wanted(request, committed.answer.version);
  return DesignateResult{
      .designation = {std::move(election), std::move(planned)},
      .request_id = committed.request_id};
}

}  // namespace roster::monitor
