#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "model/config_entry.h"
#include "monitor/control/control_store.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// Commands on the configuration of the cluster; see coordination/config_edit.h
// for how entries are kept and for the errors. Like order_commands.h.

absl::StatusOr<ChangeConfigResult> ChangeConfig(
    ControlStore& store, const ChangeConfigRequest& request);

absl::StatusOr<ConfigPage> ListConfig(ControlStore& store,
                                      const ConfigQuery& query);
absl::StatusOr<model::ConfigEntry> GetConfig(ControlStore& store,
                                             const ConfigQuery& query);
absl::StatusOr<std::vector<model::ConfigEntry>> ListConfigHistory(
    ControlStore& store, const ConfigQuery& query);

}  // namespace roster::monitor
