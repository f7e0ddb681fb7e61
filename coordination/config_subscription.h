#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/config_view.h"

namespace roster::coordination {

// One thing that became of an entry.
struct ConfigUpdate {
  std::string name;
  // The version in force now; null: there is none (any more).
  ConfigEntryPtr entry;
  // The newest version is not the one in force, because of this.
  std::optional<RejectedConfig> rejected;
};

struct ConfigSubscriptionOptions {
  std::string path;  // ClusterPaths::config; need not exist
  // The entry of this name, or, if empty, all whose names start with `prefix`:
  // "search/"; "": all.
  std::string name;
  std::string prefix;

  // Keeps the last good versions in this file, for a start while ZooKeeper is
  // away. Its folder must exist. Empty: no copy. A process needs a file of its
  // own for each subscription.
  std::string copy_file;
  // How often the copy says anew that it is up to date.
  absl::Duration copy_refresh = absl::Minutes(1);

  // Whether a version can be used: not OK, or an exception, rejects it, and the
  // version before stays in force. Also asked of what the copy holds.
  std::function<absl::Status(const model::ConfigEntry& entry)> check;
  // Something changed; the view shows it by then. Also for what is there at the
  // start, from the copy and from ZooKeeper.
  std::function<void(const ConfigUpdate& update)> on_change;

  base::LogSink log;
};

// ConfigSubscription follows configuration entries: the values now, and a call
// for every change. Versions that follow each other closely may be skipped;
// the newest always arrives, through lost connections and lost sessions.
//
// While ZooKeeper is away the last values stay in force, and the view says
// that they are stale and how old. A deleted entry is gone from the view; one
// that cannot be read counts as rejected.
//
// `check` and `on_change` run on the client's loop, see Client. What they throw
// is swallowed and logged.
//
// Every subscriber watches the list of entries, so each new name (not each new
// version) wakes them all.
//
// Thread-safety: thread-safe; constructor and destructor not on the client's
// loop.
// Lifetime: `client` must outlive this.
class ConfigSubscription {
 public:
  // InvalidArgument if an option is wrong, ResourceExhausted if no descriptor
  // or thread is left. Never fails because ZooKeeper is away, or the copy is
  // broken, and never waits for ZooKeeper.
  static absl::StatusOr<std::unique_ptr<ConfigSubscription>> Create(
      Client& client, ConfigSubscriptionOptions options);
  // The copy is up to date when it returns.
  ~ConfigSubscription();

  ConfigSubscription(const ConfigSubscription&) = delete;
  ConfigSubscription& operator=(const ConfigSubscription&) = delete;

  ConfigViewPtr view() const;
  // The entry of that name in the view, or null.
  ConfigEntryPtr Get(std::string_view name) const { return view()->Find(name); }

  // Waits until the view comes from the copy or from ZooKeeper. Unavailable at
  // the deadline.
  absl::Status WaitUntilKnown(absl::Time deadline);

  // Why the copy could not be used or written, or OK. A copy that is missing is
  // no error.
  absl::Status copy_status() const;

 private:
  class Impl;
  explicit ConfigSubscription(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::coordination
