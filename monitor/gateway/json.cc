#include "monitor/gateway/json.h"

#include <google/protobuf/util/json_util.h>

#include "nlohmann/json.hpp"

namespace roster::monitor {

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, options);
  // Only timestamps beyond the year 9999 and the like cannot be printed.
  if (!status.ok())
    return nlohmann::json({{"unprintable", status.ToString()}})
        .dump(-1, ' ', true);
  return json;
}

}  // namespace roster::monitor
