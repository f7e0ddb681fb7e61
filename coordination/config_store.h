#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordination/client.h"
#include "coordination/config_edit.h"
#include "model/config_entry.h"

namespace roster::coordination {

struct ConfigStoreOptions {
  std::string path;  // ClusterPaths::config; created when first written
  // Versions kept of each entry, the current one included; at least 1.
  size_t max_history = model::kDefaultConfigHistory;
};

// Who changes what was, and why.
struct ConfigChange {
  std::string author;
  std::string comment;
  std::string content_type;  // of Put()
  // The change is made only if the entry has this version, or, 0, does not
  // exist. Nothing: whatever it is.
  std::optional<int64_t> expected_version;
};

// ConfigStore reads and writes configuration entries: named values with a
// version, an author and a bounded history. A change and its line of history
// are one transaction, and of two writers who expect the same version one wins;
// the other is told.
//
// It watches nothing: ConfigSubscription does. It is not for secrets (whoever
// may read ZooKeeper reads them), and not for many writes a second. Changes by
// rosterctl go through rosterd instead, which writes an audit; the two may be
// mixed.
//
// Calls block until `deadline` and wait for a connection that is away. Errors,
// besides those of coordination/config_edit.h:
//   Unavailable                          ZooKeeper was out of reach
//   Unavailable, reason OUTCOME_UNKNOWN  nor could be found out whether the
//                                        change was made: read the entry
//   Unavailable, reason CONTENDED        others were quicker until the deadline
//   FailedPrecondition                   called on the client's loop
// A write whose answer was lost is read back before anything else is done, so
// it is done once.
//
// Thread-safety: thread-safe, but not for the client's loop.
// Lifetime: `client` must outlive this.
class ConfigStore {
 public:
  ConfigStore(Client& client, ConfigStoreOptions options);

  // Each returns the entry as it is now.
  absl::StatusOr<model::ConfigEntry> Put(std::string_view name,
                                         std::string_view value,
                                         const ConfigChange& change,
                                         absl::Time deadline);
  // Makes a new version with the value of an old one, also of an entry that was
  // deleted.
  absl::StatusOr<model::ConfigEntry> Rollback(std::string_view name,
                                              int64_t version,
                                              const ConfigChange& change,
                                              absl::Time deadline);
  // The history stays, and a later Put() goes on with the next version.
  absl::StatusOr<model::ConfigEntry> Delete(std::string_view name,
                                            const ConfigChange& change,
                                            absl::Time deadline);

  // NotFound with reason CONFIG_NOT_FOUND.
  absl::StatusOr<model::ConfigEntry> Get(std::string_view name,
                                         absl::Time deadline);
  // Those whose names start with `prefix`, by name. Nodes that are no entries
  // are left out.
  absl::StatusOr<std::vector<model::ConfigEntry>> List(std::string_view prefix,
                                                       absl::Time deadline);
  // Newest first, deletions included. NotFound if there never was such an
  // entry.
  absl::StatusOr<std::vector<model::ConfigEntry>> History(std::string_view name,
                                                          absl::Time deadline);

 private:
  // What became of the tries of a change so far.
  struct Tried {
    absl::Status unknown;  // of the last write, if its outcome is open
    int64_t version = 0;   // that a write of unknown outcome may have made
  };

  absl::StatusOr<model::ConfigEntry> Apply(ConfigEdit edit,
                                           absl::Time deadline);
  absl::StatusOr<model::ConfigEntry> Try(const ConfigEdit& edit, Tried& tried,
                                         absl::Time deadline);
  // The entry that the change made at `version`, if it did.
  absl::StatusOr<std::optional<model::ConfigEntry>> FindDone(
      const ConfigNode& node, const ConfigEdit& edit, int64_t version,
      absl::Time deadline);

  Client& client_;
  const ConfigStoreOptions options_;
};

}  // namespace roster::coordination
