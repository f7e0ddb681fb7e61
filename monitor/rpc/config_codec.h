#pragma once

#include "absl/status/statusor.h"
#include "model/config_entry.h"
#include "monitor/control/requests.h"
#include "roster/v1/config.pb.h"

namespace roster::monitor {

// Between roster/v1/config.proto and the values of the control part. Pure.

enum class ConfigValues { kLeftOut, kIncluded };
void EncodeConfigEntry(const model::ConfigEntry& entry, ConfigValues values,
                       roster::v1::ConfigEntry* out);

// The changes that can be asked of ConfigService, as values for a Controller.
// Everything that is wrong with a request by itself is found here; what depends
// on the entry is the Controller's. InvalidArgument, naming the field.
absl::StatusOr<ChangeConfigRequest> DecodeConfigRequest(
    const roster::v1::PutConfigRequest& in, RequestMeta meta);
absl::StatusOr<ChangeConfigRequest> DecodeConfigRequest(
    const roster::v1::DeleteConfigRequest& in, RequestMeta meta);
absl::StatusOr<ChangeConfigRequest> DecodeConfigRequest(
    const roster::v1::RollbackConfigRequest& in, RequestMeta meta);

}  // namespace roster::monitor
