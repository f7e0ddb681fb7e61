#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/time/time.h"

namespace roster::model {

// The values of a member record's fields, as its reader comes by them. Internal
// to record_reader.cc.

struct JsonNull {};
struct JsonContainer {};  // an object or array where no field is one

// A value of a field. A string is the parser's buffer, to be copied from.
using RecordValue =
    std::variant<JsonNull, bool, int64_t, double, std::string*, JsonContainer>;

// What is wrong with a value, for people; null: nothing.
using FieldProblem = const char*;

// Read a value into a field. Null means that the field is not given: it is left
// as it is, and so it is where there is a problem.
FieldProblem Read(RecordValue& value, std::string& out);
FieldProblem Read(RecordValue& value, double& out);
FieldProblem Read(RecordValue& value, int64_t& out);
FieldProblem Read(RecordValue& value, absl::Time& out);
// Bounded, and to the millisecond.
FieldProblem ReadSeconds(RecordValue& value, absl::Duration& out);

template <typename T>
FieldProblem Read(RecordValue& value, std::optional<T>& out) {
  if (std::holds_alternative<JsonNull>(value)) return nullptr;
  T read{};
  if (FieldProblem problem = Read(value, read)) return problem;
  out = read;
  return nullptr;
}

template <typename Enum>
FieldProblem ReadEnum(RecordValue& value,
                      std::optional<Enum> (*parse)(std::string_view),
                      Enum& out) {
  if (std::holds_alternative<JsonNull>(value)) return nullptr;
  std::string** text = std::get_if<std::string*>(&value);
  const auto parsed = text == nullptr ? std::nullopt : parse(**text);
  if (!parsed) return "not one of the known states";
  out = *parsed;
  return nullptr;
}

}  // namespace roster::model
