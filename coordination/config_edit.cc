#include "coordination/config_edit.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/paths.h"

namespace roster::coordination {
namespace {

std::string EntryPath(std::string_view parent, std::string_view name) {
  return model::JoinPath(parent, model::ConfigNodeName(name));
}

std::string HistoryPath(std::string_view entry_path, int64_t version) {
  return model::JoinPath(entry_path, model::ConfigHistoryNodeName(version));
}

absl::Status Unreadable(std::string_view path, const absl::Status& problem) {
  return base::WithReason(absl::FailedPreconditionError(base::StrCat(
                              path, " cannot be read, and was left as it is: ",
                              base::Message(problem), ". Mend or delete it")),
                          "NODE_UNREADABLE");
}

absl::Status VersionNotFound(std::string_view name, int64_t version) {
  return base::WithReason(
      absl::NotFoundError(base::StrCat("no version ", version, " of \"", name,
                                       "\" is kept; its history lists them")),
      "CONFIG_VERSION_NOT_FOUND",
      {{"name", std::string(name)}, {"version", base::StrCat(version)}});
}

absl::Status CheckExpected(const ConfigNode& node, const ConfigEdit& edit) {
  if (!edit.expected_version || *edit.expected_version == node.version())
    return absl::OkStatus();
  const base::ErrorMetadata metadata = {
      {"name", edit.name},
      {"expected_version", base::StrCat(*edit.expected_version)},
      {"version", base::StrCat(node.version())}};
  if (*edit.expected_version == 0)
    return base::WithReason(absl::AlreadyExistsError(base::StrCat(
                                "\"", edit.name, "\" exists, in version ",
                                node.version(), "; nothing was changed")),
                            "CONFIG_EXISTS", metadata);
  return base::WithReason(
      absl::AbortedError(base::StrCat(
          "\"", edit.name, "\" ",
          node.version() == 0 ? "does not exist (any more)"
                              : base::StrCat("has version ", node.version()),
          ", not ", *edit.expected_version,
          "; nothing was changed. Read it again")),
      "CONFIG_VERSION_MISMATCH", metadata);
}

// What `edit` makes of the entry.
absl::StatusOr<model::ConfigEntry> NextEntry(zk::BlockingSession& session,
                                             std::string_view parent,
                                             const ConfigNode& node,
                                             const ConfigEdit& edit,
                                             absl::Time deadline) {
  model::ConfigEntry next{.name = edit.name,
                          .version = node.entry.version + 1,
                          .author = edit.author,
                          .comment = edit.comment,
                          .at = absl::Now(),
                          .change_id = edit.change_id};
  switch (edit.verb) {
    case ConfigEdit::Verb::kPut:
      next.value = edit.value;
      next.content_type = edit.content_type;
      break;
    case ConfigEdit::Verb::kDelete:
      if (node.version() == 0) return ConfigNotFound(edit.name);
      next.deleted = true;
      break;
    case ConfigEdit::Verb::kRollback: {
      ROSTER_ASSIGN_OR_RETURN(model::ConfigEntry old,
                              ReadConfigVersion(session, parent, edit.name,
                                                edit.restore, deadline));
      if (old.deleted)
        return base::WithReason(
            absl::FailedPreconditionError(
                base::StrCat("version ", edit.restore, " of \"", edit.name,
                             "\" is its deletion; there is nothing to "
                             "restore")),
            "CONFIG_VERSION_DELETED");
      next.value = std::move(old.value);
      next.content_type = std::move(old.content_type);
      next.restored_from = edit.restore;
      break;
    }
  }
  ROSTER_RETURN_IF_ERROR(model::ValidateConfigEntry(next));
  return next;
}

}  // namespace

absl::StatusOr<ConfigNode> ReadConfigNode(zk::BlockingSession& session,
                                          std::string_view parent,
                                          std::string_view name,
                                          absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(model::ValidateConfigName(name));
  ConfigNode result{.path = EntryPath(parent, name)};
  auto node = session.Get(result.path, deadline);
  if (absl::IsNotFound(node.status())) return result;
  if (!node.ok()) return node.status();
  auto children = session.GetChildren(result.path, deadline);
  if (absl::IsNotFound(children.status())) return result;  // gone just now
  if (!children.ok()) return children.status();
  auto entry = model::ParseConfigEntry(name, node->data);
  if (!entry.ok()) return Unreadable(result.path, entry.status());
  result.exists = true;
  result.znode_version = node->stat.version;
  result.entry = *std::move(entry);
  for (const std::string& child : children->names)
    if (const auto version = model::ConfigVersionOfNode(child))
      result.history.push_back(*version);
  std::sort(result.history.begin(), result.history.end());
  return result;
}

absl::StatusOr<model::ConfigEntry> ReadConfigVersion(
    zk::BlockingSession& session, std::string_view parent,
    std::string_view name, int64_t version, absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(model::ValidateConfigName(name));
  const std::string path = HistoryPath(EntryPath(parent, name), version);
  auto node = session.Get(path, deadline);
  if (absl::IsNotFound(node.status())) return VersionNotFound(name, version);
  if (!node.ok()) return node.status();
  auto entry = model::ParseConfigEntry(name, node->data);
  if (!entry.ok()) return Unreadable(path, entry.status());
  return entry;
}

absl::StatusOr<PlannedConfigEdit> PlanConfigEdit(zk::BlockingSession& session,
                                                 std::string_view parent,
                                                 const ConfigNode& node,
                                                 const ConfigEdit& edit,
                                                 size_t max_history,
                                                 absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(CheckExpected(node, edit));
  PlannedConfigEdit plan{.version_before = node.version()};
  ROSTER_ASSIGN_OR_RETURN(plan.entry,
                          NextEntry(session, parent, node, edit, deadline));
  const std::string bytes = model::SerializeConfigEntry(plan.entry);
  // Whoever is second fails here.
  if (node.exists)
    plan.ops.push_back(zk::Op::Set(node.path, bytes, node.znode_version));
  else
    plan.ops.push_back(
        zk::Op::Create(node.path, bytes, zk::CreateMode::kPersistent));
  plan.ops.push_back(zk::Op::Create(HistoryPath(node.path, plan.entry.version),
                                    bytes, zk::CreateMode::kPersistent));
  const size_t kept = std::max<size_t>(max_history, 1) - 1;
  for (size_t i = 0; i + kept < node.history.size(); ++i)
    plan.ops.push_back(zk::Op::Delete(HistoryPath(node.path, node.history[i]),
                                      zk::kAnyVersion));
  return plan;
}

absl::Status ConfigNotFound(std::string_view name) {
  return base::WithReason(absl::NotFoundError(base::StrCat(
                              "there is no config entry \"", name, "\"")),
                          "CONFIG_NOT_FOUND", {{"name", std::string(name)}});
}

std::string MakeChangeId() {
  static thread_local absl::BitGen random;
  return absl::StrFormat("%016x", absl::Uniform<uint64_t>(random));
}

}  // namespace roster::coordination
