#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "roster/v1/membership.pb.h"

// JSON and YAML of what rosterd answered: proto3 JSON, with the field names of
// the .proto files (snake_case), enum values by their full names, 64-bit
// integers as strings, timestamps in RFC 3339. Fields with their default value
// are printed too, so that a script finds `"present": false`; absent messages
// and absent optional fields are not.
//
// Control characters and those that are invisible are escaped in all of them.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// One line, without "\n".
std::string ToJsonLine(const google::protobuf::Message& message);
// The same, indented, without "\n" at its end.
std::string ToJson(const google::protobuf::Message& message);

// A task together with whose it is: the fields of roster.v1.Task after
// `cluster` and `member`. One line.
std::string TaskToJsonLine(const roster::v1::Member& member,
                           const roster::v1::Task& task);

// JSON documents, one line each, as one indented array that ends with "\n".
std::string JsonArray(const std::vector<std::string>& items);

// A JSON document as YAML, ending with "\n". Texts that YAML would take for
// something else are quoted.
std::string JsonToYaml(std::string_view json);

}  // namespace roster::cli
