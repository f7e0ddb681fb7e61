#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace roster::monitor {

// `message` as JSON, the same as `rosterctl -o json`: the proto3 mapping with
// the names of the .proto files (64-bit numbers are strings, enums are names),
// and with fields that have their default value.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace roster::monitor
