#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/config_entry.h"
#include "zk/blocking_session.h"
#include "zk/session.h"

namespace roster::coordination {

// How a configuration entry is changed in ZooKeeper: what ConfigStore and
// rosterd have in common. See docs/znodes.md for the layout.

// An entry as it stands in ZooKeeper.
struct ConfigNode {
  std::string path;
  bool exists = false;  // the node; the entry may be deleted all the same
  int32_t znode_version = 0;
  model::ConfigEntry entry;
  std::vector<int64_t> history;  // versions kept, oldest first

  // 0: there is no entry.
  int64_t version() const {
    return exists && !entry.deleted ? entry.version : 0;
  }
};

struct ConfigEdit {
  enum class Verb { kPut, kDelete, kRollback };

  Verb verb = Verb::kPut;
  std::string name;
  std::string value;         // kPut
  std::string content_type;  // kPut
  int64_t restore = 0;       // kRollback: the version to repeat
  std::string author;
  std::string comment;
  // The entry must have this version, or, 0, not exist. Nothing: any.
  std::optional<int64_t> expected_version;
  std::string change_id;  // of MakeChangeId(); the same when tried again
};

// A change, worked out. Writing all of `ops` in one transaction makes it, and
// fails if the entry was changed meanwhile: Aborted, AlreadyExists or NotFound.
struct PlannedConfigEdit {
  std::vector<zk::Op> ops;
  model::ConfigEntry entry;  // as it will be
  int64_t version_before = 0;
};

// `parent` is ClusterPaths::config. FailedPrecondition with reason
// NODE_UNREADABLE if something else stands there.
absl::StatusOr<ConfigNode> ReadConfigNode(zk::BlockingSession& session,
                                          std::string_view parent,
                                          std::string_view name,
                                          absl::Time deadline);

// Reads one of the versions that are kept. NotFound with reason
// CONFIG_VERSION_NOT_FOUND.
absl::StatusOr<model::ConfigEntry> ReadConfigVersion(
    zk::BlockingSession& session, std::string_view parent,
    std::string_view name, int64_t version, absl::Time deadline);

// Works `edit` out from `node`, keeping `max_history` versions. What is wrong
// with `edit` is InvalidArgument (model::ValidateConfigEntry()). Reasons of the
// others:
//   CONFIG_VERSION_MISMATCH   Aborted: the entry has another version
//   CONFIG_EXISTS             AlreadyExists: it was expected not to
//   CONFIG_NOT_FOUND          NotFound: nothing to delete
//   CONFIG_VERSION_NOT_FOUND  NotFound: the version to restore is not kept
//   CONFIG_VERSION_DELETED    FailedPrecondition: that version is a deletion
absl::StatusOr<PlannedConfigEdit> PlanConfigEdit(zk::BlockingSession& session,
                                                 std::string_view parent,
                                                 const ConfigNode& node,
                                                 const ConfigEdit& edit,
                                                 size_t max_history,
                                                 absl::Time deadline);

absl::Status ConfigNotFound(std::string_view name);
std::string MakeChangeId();

}  // namespace roster::coordination
