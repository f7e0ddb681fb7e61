#pragma once

#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "model/config_entry.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// What ConfigService asks of whoever keeps the configuration: a Controller, or
// a test in its place. All of it goes to ZooKeeper.
//
// Thread-safety: implementations are thread-safe, and call `done` on any
// thread, exactly once.
class ConfigBackend {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  virtual ~ConfigBackend() = default;

  virtual void ListConfig(ConfigQuery query, Done<ConfigPage> done) = 0;
  virtual void GetConfig(ConfigQuery query, Done<model::ConfigEntry> done) = 0;
  // Newest first.
  virtual void ListConfigHistory(
      ConfigQuery query, Done<std::vector<model::ConfigEntry>> done) = 0;
  virtual void ChangeConfig(ChangeConfigRequest request,
                            Done<ChangeConfigResult> done) = 0;
};

}  // namespace roster::monitor
